// A dialog that the server left open becomes modal; closing it takes it out of the address.
for (const dialog of document.querySelectorAll("dialog[data-open]")) {
  dialog.close();
  dialog.showModal();
  home(dialog);
}

// A refused form leaves the address that it was sent to, which only takes forms: the page's own, where Cancel leads, can be
// loaded again and handed on.
function home(dialog) {
  const [form, back] = [dialog.querySelector("form[method=post]"), dialog.querySelector("a[data-close]")];
  if (form && back && new URL(form.action).pathname === location.pathname) history.replaceState(null, "", back.href);
}

function forget(dialog) {
  const address = new URL(location.href);
  for (const name of ["open", "from", "propose"]) address.searchParams.delete(name);
  if (dialog.isConnected && address.href !== location.href) history.replaceState(null, "", address);
}

for (const dialog of document.querySelectorAll("dialog")) dialog.addEventListener("close", () => forget(dialog));
for (const link of document.querySelectorAll("dialog a[data-close]")) {
  link.addEventListener("click", (event) => event.preventDefault());
}
