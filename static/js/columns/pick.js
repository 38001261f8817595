// Several columns at once: picked one by one, with Shift from the last one on, or all that the filter shows.
export function picking(form, rows, changes) {
  const all = form.querySelector("[data-pick-all]");
  const bar = form.querySelector("[data-picked]");
  const boxes = new Map(rows.map((row) => [row, row.querySelector("[data-pick]")]));
  let last = null;

  const shown = () => rows.filter((row) => !row.hidden);
  const picked = () => rows.filter((row) => boxes.get(row).checked);

  function tell() {
    const count = picked().length;
    const visible = shown().filter((row) => boxes.get(row).checked).length;
    bar.hidden = count === 0;
    bar.querySelector("[data-picked-count]").textContent = `${count.toLocaleString("en")} column${count === 1 ? "" : "s"} selected`;
    all.checked = visible > 0 && visible === shown().length;
    all.indeterminate = visible > 0 && !all.checked;
  }

  function range(row, checked) {
    const list = shown();
    const [from, to] = [list.indexOf(last), list.indexOf(row)].sort((one, other) => one - other);
    if (from >= 0) for (const between of list.slice(from, to + 1)) boxes.get(between).checked = checked;
  }

  for (const [row, box] of boxes) {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last) range(row, box.checked);
      last = row;
      tell();
    });
  }
  all.addEventListener("click", () => {
    for (const row of shown()) boxes.get(row).checked = all.checked;
    tell();
  });
  bar.querySelector("[data-unpick]").addEventListener("click", () => {
    for (const box of boxes.values()) box.checked = false;
    tell();
    all.focus();
  });
  for (const select of bar.querySelectorAll("[data-give]")) {
    select.addEventListener("change", () => {
      if (select.value) changes.give(picked(), select.dataset.give, select.value);
      select.value = "";
    });
  }
  form.addEventListener("columns:filtered", tell);
  tell();
}
