// The button that turns light and dark. Choosing what the system has anyway means: follow the system again.
const system = matchMedia("(prefers-color-scheme: dark)");

function choose() {
  const next = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
  const kept = next === (system.matches ? "dark" : "light") ? null : next;
  try {
    if (kept) localStorage.setItem("theme", kept);
    else localStorage.removeItem("theme");
  } catch { /* storage is refused: the choice lasts for this page */ }
  dispatchEvent(new CustomEvent("theme-chosen", { detail: kept }));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-switch]")) choose();
});
