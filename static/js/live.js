// Polled fragments. A [data-poll] element asks every few seconds; the answer replaces it and brings the [data-live] parts of
// the page along. No request while the page is hidden, no swap under an open menu, a field or marked text; ticks, scroll and
// disclosure survive. A refused swap is safe: the old fragment keeps its cursor and asks again.
const polled = ({ requestConfig }) => !requestConfig?.triggeringEvent || requestConfig.triggeringEvent.type === "wake";
const SCROLLED = ".scroll, .head > .actions";
const parts = (target) => [target, ...document.querySelectorAll("[data-live]")].filter((part) => part instanceof Element);
let kept = null;

function note(text) {
  for (const node of document.querySelectorAll("[data-live-note]")) if (node.textContent !== text) node.textContent = text;
}

function asking() {
  note(document.querySelector("[data-poll][hx-get]") ? "Live" : "");
}

function marking(part) {
  const marked = getSelection();
  return marked && !marked.isCollapsed && marked.containsNode(part, true);
}

function busy(part) {
  if (part.querySelector("details.menu[open], dialog[open]") || marking(part)) return true;
  const focus = document.activeElement;
  return part.contains(focus) && focus.matches("input:not([type=checkbox]), textarea, select");
}

function keep(shown) {
  const all = (selector) => shown.flatMap((part) => [...part.querySelectorAll(selector)]);
  kept = {
    ticked: all("input[type=checkbox]:checked").map((box) => [box.name, box.value]),
    open: all("details[id][open]").map((node) => node.id),
    scrolled: all(SCROLLED).map((box) => box.scrollLeft),
  };
}

function restore(shown) {
  const all = (selector) => shown.flatMap((part) => [...part.querySelectorAll(selector)]);
  for (const [name, value] of kept.ticked) {
    for (const box of all(`input[type=checkbox][name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`)) box.checked = true;
  }
  for (const id of kept.open) document.getElementById(id)?.setAttribute("open", "");
  all(SCROLLED).forEach((box, i) => { box.scrollLeft = kept.scrolled[i] ?? 0; });
  kept = null;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && polled(event.detail)) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event;
  if (!detail.shouldSwap || !(detail.target instanceof Element)) return;
  if (!polled(detail)) return keep([detail.target]);
  if (!detail.target.isConnected) { // the page was filtered anew while this was on its way
    detail.shouldSwap = false;
    return;
  }
  // Signed out meanwhile, the poll was sent to the sign-in page: that is no fragment, so the whole page goes there.
  const { responseURL } = detail.xhr;
  if (responseURL && new URL(responseURL).pathname !== detail.pathInfo.finalRequestPath.split("?")[0]) {
    detail.shouldSwap = false;
    return location.reload();
  }
  const shown = parts(detail.target);
  if (shown.some(busy)) {
    detail.shouldSwap = false;
    return note("Paused while you are at it");
  }
  keep(shown);
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (!kept) return;
  restore(polled(event.detail) ? parts(event.detail.elt) : [event.detail.elt]);
  if (polled(event.detail)) asking();
  document.dispatchEvent(new CustomEvent("parts-renewed"));
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!polled(event.detail)) return;
  if (!event.detail.successful) return note("No answer; asking again");
  if (event.detail.xhr.status === 204) asking();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const poll of document.querySelectorAll("[data-poll][hx-get]")) poll.dispatchEvent(new Event("wake"));
});

asking();
