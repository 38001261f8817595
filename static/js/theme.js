// Not deferred: sets the theme before the first paint. Tabler needs the attribute; our tokens follow color-scheme.
(function () {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let kept = null;
  try { kept = localStorage.getItem("theme"); } catch { /* storage is refused: the system's theme it is */ }
  const set = () => { document.documentElement.dataset.bsTheme = kept || (dark.matches ? "dark" : "light"); };
  set();
  dark.addEventListener("change", set);
  // The switch (theme_switch.js) says what was chosen; null goes back to the system's.
  addEventListener("theme-chosen", (event) => { kept = event.detail; set(); });
})();
