// Menus are <details class="menu">: one open at a time, closed by Escape or a click beside, never cut off by a scrolling table.
const GAP = 4;
const openMenus = () => document.querySelectorAll("details.menu[open]");

function place(menu) {
  const list = menu.querySelector(".menu__list");
  const anchor = menu.querySelector("summary").getBoundingClientRect();
  const { width, height } = list.getBoundingClientRect();
  const below = anchor.bottom + GAP + height <= innerHeight || anchor.top < height + GAP;
  list.style.top = `${below ? anchor.bottom + GAP : anchor.top - GAP - height}px`;
  list.style.left = `${Math.max(8, Math.min(anchor.right - width, innerWidth - width - 8))}px`;
}

function closeAll(except = null) {
  for (const menu of openMenus()) if (menu !== except) menu.open = false;
}

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.("details.menu") || !menu.open) return;
  closeAll(menu);
  place(menu);
}, true);
document.addEventListener("click", (event) => closeAll(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const [menu] = openMenus();
  closeAll();
  menu?.querySelector("summary").focus();
});

// A page that moves shuts its menus, but for one with the cursor in a field: a phone's keyboard moves the page too.
function moved() {
  const kept = document.activeElement?.matches(".menu__list input") ? document.activeElement.closest("details.menu") : null;
  closeAll(kept);
  if (kept) place(kept);
}
addEventListener("scroll", (event) => {
  if (!event.target.closest?.(".menu__list")) moved();
}, { capture: true, passive: true });
addEventListener("resize", moved);
for (const menu of openMenus()) place(menu); // left open by the server, with what was refused
