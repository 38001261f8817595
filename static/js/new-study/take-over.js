// Takes over from a fresh form what changed, and leaves alone what a person is typing in: [data-part] holds fields and is
// replaced when its key changed, [data-slot] holds words and pictures, and every field learns whether it is in order.
const MARKS = ["aria-invalid", "aria-describedby", "placeholder"];
const each = (root, name) => [...root.querySelectorAll(`[data-${name}]`)];
const twin = (root, name, value) => root.querySelector(`[data-${name}="${CSS.escape(value)}"]`);

function takeParts(form, fresh) {
  for (const part of each(form, "part")) {
    const other = twin(fresh, "part", part.dataset.part);
    if (!other || other.dataset.key === part.dataset.key) continue;
    const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    part.replaceWith(document.adoptNode(other));
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }
}

function takeSlots(form, fresh) {
  for (const slot of each(form, "slot")) {
    const other = twin(fresh, "slot", slot.dataset.slot);
    if (other && other.innerHTML !== slot.innerHTML) slot.replaceChildren(...other.cloneNode(true).childNodes);
  }
}

function takeMarks(form, fresh) {
  for (const field of form.elements) {
    if (!field.name || field.type === "hidden" || field.type === "submit") continue;
    const other = fresh.querySelector(`[name="${CSS.escape(field.name)}"]`);
    if (!other) continue;
    for (const mark of MARKS) {
      if (other.hasAttribute(mark)) field.setAttribute(mark, other.getAttribute(mark));
      else field.removeAttribute(mark);
    }
  }
}

export function takeOver(form, fresh) {
  if (!fresh) return;
  takeParts(form, fresh);
  takeSlots(form, fresh);
  takeMarks(form, fresh);
}
