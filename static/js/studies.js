// The list of studies: ticks and what may be done with them, filters in the address, and the question before a stop.
// Everything is found anew each time, for the list is swapped when it is filtered.
const MOST_COMPARED = 12;
const boxes = () => [...document.querySelectorAll("input[name=study][form=selection]")];
const all = () => document.querySelector("[data-tick-all]");

function hint(ticked) {
  if (ticked > MOST_COMPARED) return `${ticked} selected; at most ${MOST_COMPARED} can be compared`;
  if (ticked > 1) return `${ticked} selected`;
  return ticked ? "1 selected; tick one more to compare" : "Tick two or more studies to compare them";
}

function allow(button, ticked) {
  const [least, most = "Infinity"] = button.dataset.ticksButton.split(" ");
  const off = ticked < Number(least) || ticked > Number(most);
  if (!button.matches("summary")) {
    button.disabled = off;
    return;
  }
  button.classList.toggle("disabled", off);
  button.ariaDisabled = off ? "true" : null;
}

function show() {
  const form = document.querySelector("[data-ticks]");
  if (!form) return;
  const ticked = boxes().filter((box) => box.checked).length;
  for (const box of boxes()) box.closest("tr").ariaSelected = box.checked ? "true" : null;
  form.querySelector("[data-ticks-hint]").textContent = hint(ticked);
  for (const button of form.querySelectorAll("[data-ticks-button]")) allow(button, ticked);
  if (!all()) return;
  all().hidden = false;
  all().checked = ticked > 0 && ticked === boxes().length;
  all().indeterminate = ticked > 0 && ticked < boxes().length;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick-all]")) for (const box of boxes()) box.checked = event.target.checked;
  if (event.target.matches("[data-tick-all], input[name=study]")) show();
});
document.addEventListener("parts-renewed", show);
addEventListener("pageshow", show); // the browser may bring ticks back with the page
show();

// A menu that needs ticks stays shut without them.
document.addEventListener("click", (event) => {
  if (event.target.closest("summary[aria-disabled=true]")) event.preventDefault();
});

// Only what was chosen stands in the address.
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches("[data-filters]")) return;
  const { parameters } = event.detail;
  const empty = [...parameters.entries()].filter(([, value]) => !value).map(([name]) => name);
  for (const name of empty) parameters.delete(name);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-stop]");
  const dialog = document.getElementById("stop-study");
  if (!link || !dialog) return;
  event.preventDefault();
  link.closest("details.menu").open = false;
  dialog.querySelector("[data-stop-name]").textContent = `“${link.dataset.name}”`;
  dialog.querySelector("[data-stop-button]").setAttribute("formaction", link.dataset.stop);
  dialog.showModal();
});
