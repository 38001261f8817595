// The form of a trial by hand shows only the fields that count and warns about values outside the search space. The server
// checks again.
import "./opened_dialogs.js";

const form = document.querySelector("[data-trial-form]");
const field = (name) => form.querySelector(`[data-parameter="${CSS.escape(name)}"]`);
const value = (input) => (input.matches("select") ? JSON.parse(input.value || "null") : input.valueAsNumber);

function counts(input) {
  if (!input.dataset.when) return true;
  return Object.entries(JSON.parse(input.dataset.when)).every(([parent, allowed]) => {
    const other = field(parent);
    return !other || (counts(other) && allowed.includes(value(other)));
  });
}

function warning(input) {
  const number = input.valueAsNumber;
  if (!input.dataset.low || Number.isNaN(number)) return "";
  if (number < Number(input.dataset.low)) return `Below the search space, which begins at ${input.dataset.low}.`;
  if (number > Number(input.dataset.high)) return `Above the search space, which ends at ${input.dataset.high}.`;
  return "";
}

function review() {
  for (const input of form.querySelectorAll("[data-parameter]")) {
    const box = input.closest(".field");
    box.hidden = !counts(input);
    input.disabled = box.hidden;
    const text = warning(input);
    let note = box.querySelector(".warn");
    if (!note && text) {
      note = Object.assign(document.createElement("span"), { className: "warn" });
      note.setAttribute("role", "status");
      box.append(note);
    }
    if (note) note.textContent = text;
    input.classList.toggle("is-warning", Boolean(text));
  }
}

if (form) {
  form.addEventListener("input", review);
  review();
}
