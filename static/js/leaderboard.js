// Rows follow the filter of the parallel coordinates, also after the table was swapped for a newer one. Of each ranked group as
// many are seen at once as its data-first says, and the recommended one; without script all that were sent are.
let filter = { trials: null, total: 0 };

function obey() {
  const kept = filter.trials && new Set(filter.trials.map(String));
  let shown = 0;
  for (const table of document.querySelectorAll("table.leaderboard")) {
    for (const body of table.tBodies) {
      const most = body.matches("[data-ranked]") ? Number(body.dataset.first ?? Infinity) : Infinity;
      let seen = 0;
      for (const row of body.querySelectorAll("tr[data-trial]")) {
        row.hidden = (seen >= most && !("kept" in row.dataset)) || (kept !== null && !kept.has(row.dataset.trial));
        seen += row.hidden ? 0 : 1;
      }
      shown += seen;
    }
    table.dataset.obeyed = "";
  }
  for (const count of document.querySelectorAll("[data-matches]")) {
    count.textContent = kept ? `${kept.size.toLocaleString("en")} of ${filter.total.toLocaleString("en")} trials` : "";
  }
  for (const note of document.querySelectorAll("[data-filter-note]")) {
    note.hidden = !kept || (kept.size > 0 && shown >= kept.size);
    if (note.hidden) continue;
    note.firstElementChild.textContent = shown ? `${shown} of ${kept.size.toLocaleString("en")} trials within the filter are shown.`
      : kept.size ? "No row shown here is within the filter." : "No trial is within the filter.";
  }
}

// What else stands in the address, such as the filter, stays in it.
function keepAddress({ target }) {
  const link = target.closest?.("a[data-show]");
  if (!link) return;
  const page = new URL(location.href);
  page.searchParams.delete("all");
  if (link.dataset.show === "all") page.searchParams.set("all", "");
  page.hash = new URL(link.href).hash;
  link.href = page;
}

obey();
document.addEventListener("trials-filtered", (event) => {
  filter = event.detail;
  obey();
});
document.addEventListener("htmx:afterSwap", obey);
document.addEventListener("click", keepAddress, true);
