// Every <figure data-figure-url> of the page: drawn when it comes near, again when its study or the theme changes.
import { Figure } from "./figure/figure.js";
import { onThemeChange } from "./figure/theme.js";

const figures = new Map();

const nearby = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const figure = figures.get(target);
    figure.near = isIntersecting;
    if (isIntersecting && !figure.loading && (!figure.payload || figure.stale)) figure.load();
  }
}, { rootMargin: "400px" });

function adopt(root) {
  for (const node of root.querySelectorAll("figure[data-figure-url]")) {
    if (figures.has(node)) continue;
    figures.set(node, new Figure(node));
    nearby.observe(node);
  }
  for (const node of figures.keys()) if (!node.isConnected) figures.delete(node);
}

adopt(document);
document.addEventListener("htmx:load", (event) => adopt(event.detail.elt.parentElement ?? document));
document.addEventListener("study-changed", () => figures.forEach((figure) => figure.refresh()));
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) figures.forEach((figure) => figure.stale && figure.refresh());
});
onThemeChange(() => figures.forEach((figure) => figure.payload && figure.redraw()));
