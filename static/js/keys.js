// Keys that work wherever nobody types: / searches, ? lists them, g and a letter goes to a page, Ctrl/Cmd+Enter submits.
const GO_WAIT = 1200;
let goUntil = 0;

const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

// A form in a closed dialog or a folded part is not what somebody means who sees it not.
const isShown = (form) => form.getClientRects().length > 0;

function submit(event) {
  const form = event.target.closest("form[data-submit-keys]")
    ?? (typing(event.target) ? null : [...document.querySelectorAll("form[data-submit-keys]")].find(isShown));
  if (!form) return;
  event.preventDefault();
  const part = event.target.closest("[data-submit-scope]"); // a part of the form with a button of its own
  form.requestSubmit(part?.querySelector("button[type=submit]") ?? form.querySelector("[data-submit-default]"));
}

function go(key) {
  const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
  if (link) location.assign(link.href);
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || !(event.target instanceof Element)) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return submit(event);
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (performance.now() < goUntil) {
    goUntil = 0;
    return go(event.key);
  }
  if (event.key === "g") goUntil = performance.now() + GO_WAIT;
  if (event.key === "?") document.querySelector("dialog.keys")?.showModal();
  if (event.key === "/") {
    const box = document.querySelector("main [data-search]") ?? document.querySelector("[data-search]");
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  }
});
