// Plotly itself, loaded once and only when a figure comes near; its template and our colour tokens in the theme of the moment.
const meta = (name) => document.querySelector(`meta[name="${name}"]`).content;
let script = null;
let templates = null;

function loadScript() {
  return new Promise((resolve, reject) => {
    const node = document.createElement("script");
    node.src = meta("plotly-script");
    node.addEventListener("load", () => resolve(globalThis.Plotly));
    node.addEventListener("error", () => { script = null; reject(new Error("The chart library could not be loaded")); });
    document.head.append(node);
  });
}

async function loadTemplates() {
  const response = await fetch(meta("plotly-template"));
  if (!response.ok) throw new Error(`The chart theme could not be loaded (${response.status})`);
  return response.json();
}

export function plotly() {
  script ??= loadScript();
  templates ??= loadTemplates().catch((error) => { templates = null; throw error; });
  return Promise.all([script, templates]).then(([library]) => library);
}

// One pixel of canvas turns any CSS colour, light-dark() and color-mix() included, into the rgba() that Plotly reads.
const probe = document.createElement("span");
const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

export function colour(token) {
  if (!probe.isConnected) document.body.append(probe);
  probe.hidden = true;
  probe.style.color = token;
  pixel.clearRect(0, 0, 1, 1);
  pixel.fillStyle = getComputedStyle(probe).color;
  pixel.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
  return `rgba(${r}, ${g}, ${b}, ${+(a / 255).toFixed(3)})`;
}

function resolve(node, known) {
  if (typeof node === "string" && node.startsWith("var(--")) return (known[node] ??= colour(node));
  if (Array.isArray(node)) return typeof node[0] === "number" && typeof node.at(-1) !== "string" ? node : node.map((item) => resolve(item, known));
  if (node === null || typeof node !== "object") return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, resolve(value, known)]));
}

// A copy of the figure with colours and template of the theme that the page shows now.
export async function themed(figure) {
  const all = await templates;
  const copy = resolve(figure, {});
  copy.layout.template = all[document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light"];
  return copy;
}

export function onThemeChange(act) {
  new MutationObserver(act).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
}
