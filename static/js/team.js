// A role's button shows once another role is chosen; a refused rename opens its dialog again.
for (const form of document.querySelectorAll("[data-role-form]")) {
  const choice = form.elements.role;
  const given = choice.value;
  form.dataset.liveRole = "";
  choice.addEventListener("change", () => form.toggleAttribute("data-changed", choice.value !== given));
}
for (const dialog of document.querySelectorAll("dialog[data-open]")) {
  dialog.close();
  dialog.showModal();
}
