// What differs from what is stored: marked at its row, counted beside Save, taken back one by one or all at once.
const ONLY_ONE = ["target", "group", "time"];
const NO_FEATURES = ["text", "id"];

const select = (row, what) => row.querySelector(`select[name="${what}-${row.dataset.position}"]`);
const differs = (row, what) => select(row, what).value !== row.dataset[what];
const isChanged = (row) => differs(row, "kind") || differs(row, "role");
const label = (row, what) => select(row, what).selectedOptions[0]?.textContent ?? "";
const wordOf = (row, what, value) => [...select(row, what).options].find((option) => option.value === value)?.textContent ?? value;

export function changing(form, rows, preview) {
  const said = form.querySelector("[data-said]");
  const discard = form.querySelector("[data-discard]");
  const save = form.querySelector("[data-save]");
  let sending = false;

  function mark(row) {
    for (const what of ["kind", "role"]) select(row, what).classList.toggle("changed", differs(row, what));
    row.querySelector("[data-undo]")?.remove();
    if (isChanged(row)) row.querySelector(".name").append(undo(row));
    preview.label(row.dataset.position, select(row, "kind").value, select(row, "role").value);
  }

  function undo(row) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "undo";
    button.dataset.undo = "";
    const was = ["kind", "role"].filter((what) => differs(row, what)).map((what) => wordOf(row, what, row.dataset[what]));
    button.textContent = `Undo: ${was.join(", ")}`;
    button.setAttribute("aria-label", `Undo: ${was.join(", ")} for ${row.dataset.column}`);
    button.addEventListener("click", () => {
      select(row, "kind").focus();
      restore([row]);
    });
    return button;
  }

  function tell(more = "") {
    const count = rows.filter(isChanged).length;
    const words = count ? `${count.toLocaleString("en")} column${count === 1 ? "" : "s"} changed, not saved yet.` : "";
    said.textContent = [words, more].filter(Boolean).join(" ");
    form.querySelector("[data-take-back]")?.remove(); // what was saved before is not what one is at now
    show(count);
  }

  // What is chosen and what it makes of the first rows are seen together; on a phone the rows stay below anyway.
  function reveal() {
    if (!matchMedia("(min-width: 1101px) and (min-height: 620px)").matches) return;
    form.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }

  function show(count) {
    discard.hidden = count === 0;
    save.disabled = count === 0;
    save.classList.toggle("btn-primary", count > 0);
  }

  function restore(some) {
    for (const row of some) {
      const before = select(row, "kind").value;
      for (const what of ["kind", "role"]) select(row, what).value = row.dataset[what];
      mark(row);
      if (before !== row.dataset.kind && preview.shows(row.dataset.position)) preview.fit(row.dataset.position, row.dataset.kind);
    }
    tell();
  }

  // There is one target, group and time at most: the new one is meant. What no estimator takes is no feature.
  function settle(row, what) {
    const role = select(row, "role");
    if (what === "role" && ONLY_ONE.includes(role.value)) {
      for (const other of rows) {
        if (other === row || select(other, "role").value !== role.value) continue;
        select(other, "role").value = NO_FEATURES.includes(select(other, "kind").value) ? "ignored" : "feature";
        mark(other);
      }
    }
    if (what !== "kind" || role.value !== "feature" || !NO_FEATURES.includes(select(row, "kind").value)) return "";
    role.value = "ignored";
    return `${label(row, "kind")} cannot be a feature: ${row.dataset.column} is ignored.`;
  }

  async function changed(row, what) {
    const note = settle(row, what);
    mark(row);
    tell(note);
    reveal();
    if (what === "kind") tell([note, await preview.fit(row.dataset.position, select(row, "kind").value)].filter(Boolean).join(" "));
  }

  function give(some, what, value) {
    for (const row of some) {
      select(row, what).value = value;
      settle(row, what);
      mark(row);
    }
    tell(some.length === 1 ? "" : `${some.length.toLocaleString("en")} were given ${value}.`);
    const [first] = some;
    if (first && what === "kind") preview.fit(first.dataset.position, value);
  }

  form.addEventListener("change", (event) => {
    const row = event.target.closest("tr[data-column]");
    const what = event.target.matches("select[name]") && event.target.name.split("-")[0];
    if (row && what) changed(row, what);
  });
  discard.addEventListener("click", () => {
    restore(rows.filter(isChanged));
    form.querySelector("select[name]").focus({ preventScroll: true });
  });
  // Only what was changed is sent: a table has hundreds of columns, and somebody else may correct another one.
  form.addEventListener("formdata", (event) => {
    for (const row of rows) {
      for (const what of ["kind", "role"]) if (!differs(row, what)) event.formData.delete(select(row, what).name);
    }
  });
  form.addEventListener("submit", () => { sending = true; });
  addEventListener("pageshow", () => { sending = false; });
  addEventListener("beforeunload", (event) => {
    if (!sending && rows.some(isChanged)) event.preventDefault();
  });

  const typed = rows.filter(isChanged);
  typed.forEach(mark);
  if (typed.length) tell();
  else show(0);
  return { give };
}
