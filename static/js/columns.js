// The columns of a dataset: a filter by name, changed choices marked, one target at a time.
const form = document.querySelector("[data-columns]");
const filter = form.querySelector("[data-filter]");

filter.hidden = false;
filter.addEventListener("input", () => {
  const words = filter.value.trim().toLowerCase();
  for (const row of form.querySelectorAll("[data-column]")) {
    row.hidden = !row.dataset.column.toLowerCase().includes(words);
  }
});
// Enter in the filter is not meant to save.
filter.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault();
});

function mark(select) {
  const stored = [...select.options].find((option) => option.defaultSelected);
  select.classList.toggle("changed", select.value !== stored?.value);
}

form.addEventListener("change", (event) => {
  const select = event.target;
  if (!select.matches("select")) return;
  if (select.name.startsWith("role-") && select.value === "target") {
    for (const other of form.querySelectorAll("select[name^='role-']")) {
      if (other === select || other.value !== "target") continue;
      other.value = "feature";
      mark(other);
    }
  }
  mark(select);
});
