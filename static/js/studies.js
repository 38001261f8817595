// Ticks in the list of studies: the button says what it waits for, and ticked rows are marked.
const form = document.querySelector("[data-ticks]");

function show() {
  if (!form) return;
  const boxes = [...form.querySelectorAll("input[name=study]")];
  const ticked = boxes.filter((box) => box.checked).length;
  for (const box of boxes) box.closest("tr").ariaSelected = box.checked ? "true" : null;
  const hint = form.querySelector("[data-ticks-hint]");
  form.querySelector("[data-ticks-button]").disabled = ticked < 2 || ticked > 12;
  hint.textContent = ticked > 12 ? `${ticked} ticked; at most 12 can be compared`
    : ticked > 1 ? `${ticked} selected`
      : ticked ? "Tick one more to compare" : "Tick two or more studies to compare them";
}

form?.addEventListener("change", show);
document.addEventListener("parts-renewed", show);
addEventListener("pageshow", show); // the browser may bring ticks back with the page
show();
