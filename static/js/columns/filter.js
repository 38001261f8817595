// Shows the columns whose name holds some words and that have one kind and one role.
const now = (row, what) => row.querySelector(`select[name^="${what}-"]`)?.value ?? row.dataset[what];

export function filtering(form, rows) {
  const fields = Object.fromEntries([...form.querySelectorAll("[data-filter]")].map((field) => [field.dataset.filter, field]));
  const none = form.querySelector("[data-none]");

  function show() {
    const words = fields.name.value.trim().toLowerCase();
    for (const row of rows) {
      row.hidden = !row.dataset.column.toLowerCase().includes(words)
        || ["kind", "role"].some((what) => fields[what].value && now(row, what) !== fields[what].value);
    }
    none.hidden = rows.some((row) => !row.hidden);
    form.dispatchEvent(new CustomEvent("columns:filtered"));
  }

  for (const field of Object.values(fields)) field.addEventListener("input", show);
  // Enter in the filter is not meant to save.
  fields.name.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  form.querySelector("[data-unfilter]").addEventListener("click", () => {
    for (const field of Object.values(fields)) field.value = "";
    show();
    fields.name.focus();
  });
  show(); // a browser fills in again what was typed before a reload
}
