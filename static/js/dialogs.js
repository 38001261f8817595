// Native dialogs: data-dialog="id" opens one, data-close or a click beside it closes it.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    event.preventDefault();
    const [menu, dialog] = [opener.closest("details.menu"), document.getElementById(opener.dataset.dialog)];
    menu?.removeAttribute("open");
    dialog?.showModal();
    // The browser gives the focus back to the opener, which lies in a closed menu now: its menu takes it.
    if (menu) dialog?.addEventListener("close", () => menu.querySelector("summary").focus(), { once: true });
    return;
  }
  if (event.target.closest("[data-close]")) return event.target.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement) event.target.close();
});
