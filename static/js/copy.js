// data-copy="text" copies the text; an empty one copies the address, which holds filter and selection.
import { toast } from "./toast.js";

async function write(text) {
  if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
  // Plain http on another host than localhost has no clipboard object: copy from a field, as browsers always could.
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("The browser refused to copy");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  event.preventDefault();
  const source = button.dataset.copyFrom && document.getElementById(button.dataset.copyFrom);
  const text = source ? (source.value ?? source.textContent) : button.dataset.copy || location.href;
  try {
    await write(text);
    toast(button.dataset.copied ?? "Link copied. It opens this same view.");
  } catch {
    toast("The browser refused to copy. Select the text and copy it yourself.");
  }
});
