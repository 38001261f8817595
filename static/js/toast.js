// Short notes that something worked. Errors are notices in the page, never toasts.
const STAY = 6000;
const STAY_TO_ACT = 20000; // one with a button gives time to read, decide and reach it

function leave(node) {
  let timer = setTimeout(() => node.remove(), node.querySelector("button") ? STAY_TO_ACT : STAY);
  for (const name of ["pointerenter", "focusin"]) node.addEventListener(name, () => clearTimeout(timer));
  for (const name of ["pointerleave", "focusout"]) {
    node.addEventListener(name, () => {
      clearTimeout(timer);
      timer = setTimeout(() => node.remove(), STAY / 2);
    });
  }
}

export function toast(text) {
  const node = document.createElement("div");
  node.className = "toast show";
  node.setAttribute("role", "status");
  node.textContent = text;
  document.querySelector(".toasts").append(node);
  leave(node);
}

// For the page that is about to open.
export function toastNext(texts) {
  try { sessionStorage.setItem("toasts", JSON.stringify(texts)); } catch { /* storage is refused: the page itself says it */ }
}

function fromLastPage() {
  try {
    const texts = JSON.parse(sessionStorage.getItem("toasts") ?? "[]");
    sessionStorage.removeItem("toasts");
    return texts;
  } catch {
    return [];
  }
}

// The server's messages of this page, and those that an htmx answer brings: HX-Trigger: {"toast": {"text": "..."}}
document.querySelectorAll(".toasts .toast").forEach(leave);
document.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value));
fromLastPage().forEach(toast);
