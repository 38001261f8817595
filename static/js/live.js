// Polled fragments: no request while the page is hidden, no swap under an open menu, dialog or field, and ticks, scroll and
// disclosure survive the swap. A refused swap is safe: the old fragment keeps its cursor and asks again.
const polled = (detail) => !detail.requestConfig?.triggeringEvent;
let kept = null;

function busy(target) {
  if (target.querySelector("details.menu[open], dialog[open]")) return true;
  const focus = document.activeElement;
  return target.contains(focus) && focus.matches("input:not([type=checkbox]), textarea, select");
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && polled(event.detail)) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target } = event.detail;
  if (!(target instanceof Element)) return;
  if (polled(event.detail) && busy(target)) event.detail.shouldSwap = false;
  kept = {
    ticked: [...target.querySelectorAll("input[type=checkbox]:checked")].map((box) => [box.name, box.value]),
    open: [...target.querySelectorAll("details[id][open]")].map((node) => node.id),
    scrolled: [...target.querySelectorAll(".scroll")].map((box) => box.scrollLeft),
  };
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (!kept) return;
  const target = event.detail.elt;
  for (const [name, value] of kept.ticked) {
    const box = target.querySelector(`input[type=checkbox][name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`);
    if (box) box.checked = true;
  }
  for (const id of kept.open) target.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
  target.querySelectorAll(".scroll").forEach((box, i) => { box.scrollLeft = kept.scrolled[i] ?? 0; });
  kept = null;
});
