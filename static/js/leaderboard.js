// Rows follow the filter of the parallel coordinates, also after the table was swapped for a newer one.
let filter = { trials: null, total: 0 };

function obey() {
  const kept = filter.trials && new Set(filter.trials.map(String));
  const rows = document.querySelectorAll("tr[data-trial]");
  let shown = 0;
  for (const row of rows) {
    row.hidden = kept !== null && !kept.has(row.dataset.trial);
    shown += row.hidden ? 0 : 1;
  }
  for (const count of document.querySelectorAll("[data-matches]")) {
    count.textContent = kept ? `${kept.size.toLocaleString("en")} of ${filter.total.toLocaleString("en")} trials` : "";
  }
  for (const note of document.querySelectorAll("[data-filter-empty]")) note.hidden = !kept || shown > 0;
}

document.addEventListener("trials-filtered", (event) => {
  filter = event.detail;
  obey();
});
document.addEventListener("htmx:afterSwap", obey);
