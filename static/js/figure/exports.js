// The exits of a figure: table, CSV, PNG, SVG.
import { colour } from "./theme.js";

const MOST_ROWS = 1000;
const PLOTLY_MARKUP = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

function shown(cell) {
  if (cell === null) return "–";
  if (typeof cell !== "number") return cell;
  if (Number.isInteger(cell)) return cell.toLocaleString("en").replace("-", "−");
  return Number(cell.toPrecision(4)).toString().replaceAll("-", "−");
}

function row(cells, tag, numeric) {
  const line = document.createElement("tr");
  cells.forEach((cell, i) => {
    const node = document.createElement(tag);
    node.textContent = tag === "th" ? cell : shown(cell);
    if (numeric[i]) node.className = "num";
    line.append(node);
  });
  return line;
}

// trialUrl(number) gives the first cell a link, if its column is "Trial".
export function drawTable(box, table, trialUrl) {
  const numeric = table.header.map((_, i) => table.rows.some((cells) => typeof cells[i] === "number"));
  const node = document.createElement("table");
  node.className = "tbl";
  node.createTHead().append(row(table.header, "th", numeric));
  const body = node.createTBody();
  for (const cells of table.rows.slice(0, MOST_ROWS)) {
    const line = row(cells, "td", numeric);
    if (trialUrl && table.header[0] === "Trial") {
      const link = document.createElement("a");
      link.href = trialUrl(cells[0]);
      link.textContent = cells[0];
      line.cells[0].replaceChildren(link);
    }
    body.append(line);
  }
  const rest = table.rows.length - MOST_ROWS;
  const note = document.createElement("p");
  note.className = "hint";
  note.textContent = rest > 0 ? `${rest.toLocaleString("en")} more rows are in the CSV.` : "";
  box.replaceChildren(node, note);
}

// Spreadsheets run text that begins like a formula: an apostrophe keeps it text (studies/tabular/export.py).
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function csvCell(cell) {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const text = FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csv(table) {
  return [table.header, ...table.rows].map((cells) => cells.map(csvCell).join(",")).join("\r\n") + "\r\n";
}

export function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// The picture has the sentence of the page above it, and paper behind it: it will stand alone somewhere.
export async function picture(Plotly, drawn, title, format) {
  const text = title.replace(/[&<>]/g, (sign) => PLOTLY_MARKUP[sign]);
  const { width, height } = drawn.size;
  // A picture cannot load our font, and what stands in for it may be wider: hence the room at the right.
  const margin = { ...drawn.layout.margin, t: drawn.layout.margin.t + 40, r: drawn.layout.margin.r + 24 };
  const layout = {
    ...drawn.layout, margin, autosize: false, width, height: height + 40,
    title: { text, x: 0, xanchor: "left", xref: "container", y: 1, yanchor: "top", yref: "container", pad: { l: 12, t: 12 } },
    paper_bgcolor: colour("var(--paper)"),
  };
  const url = await Plotly.toImage({ data: drawn.data, layout }, { format, width, height: height + 40, scale: format === "png" ? 2 : 1 });
  const bytes = format === "svg"
    ? new TextEncoder().encode(decodeURIComponent(url.slice(url.indexOf(",") + 1)))
    : Uint8Array.from(atob(url.slice(url.indexOf(",") + 1)), (sign) => sign.charCodeAt(0));
  return new Blob([bytes], { type: format === "svg" ? "image/svg+xml" : "image/png" });
}
