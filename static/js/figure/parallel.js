// What only parallel coordinates do: keep the brush through every redraw, follow it with chips, count and event, open a hovered line.
import * as brush from "./brush.js";
import { colour } from "./theme.js";

const AXIS_WIDTH = 96; // pixels at least; long names take more: the two longest fit side by side, wherever somebody drags them
const BAR = 64; // pixels of a whole share
const LETTER_WIDTH = 7;
const CLICK_SLACK = 4; // pixels between press and release that still mean a click

export class Parallel {
  constructor(figure) {
    this.figure = figure;
    this.ranges = brush.fromAddress();
    this.hovered = null;
    this.order = null; // of the axes, once somebody has dragged one
    this.tip = Object.assign(document.createElement("div"), { className: "tip" });
    document.body.append(this.tip);
  }

  // Before each drawing: the brush goes into the new figure, and narrow screens scroll instead of squeezing the axes.
  prepare(drawing, payload, canvas) {
    const { axes } = payload.notes;
    brush.intoFigure(drawing, axes, this.ranges);
    if (this.order?.length === axes.length) {
      drawing.data[0].dimensions.sort((one, other) => this.order.indexOf(one.name) - this.order.indexOf(other.name));
    }
    const [longest, next] = drawing.data[0].dimensions.map(({ label }) => label?.length ?? 0).sort((one, other) => other - one);
    drawing.layout.shapes = this.bars(drawing.data[0].dimensions, axes);
    canvas.style.minWidth = `${axes.length * Math.max(AXIS_WIDTH, (longest + (next ?? 0)) / 2 * LETTER_WIDTH + 16) + 40}px`;
    this.report(payload);
  }

  // Under the name of an axis, how much of the differences it explains; full width is all of them. Follows a dragged axis.
  bars(dimensions, axes) {
    const last = dimensions.length - 1;
    return dimensions.flatMap(({ name }, i) => {
      const { share } = axes[Number(name)];
      if (!share || last < 1) return [];
      const at = { type: "line", xref: "paper", yref: "paper", xsizemode: "pixel", xanchor: i / last, ysizemode: "pixel", yanchor: 1 };
      return [{ ...at, x0: -BAR / 2, x1: -BAR / 2 + BAR * Math.min(1, share), y0: 22, y1: 22, line: { color: colour("var(--accent)"), width: 3, dash: "solid" } }];
    });
  }

  bind(gd) {
    gd.on("plotly_restyle", () => this.brushed(gd));
    gd.on("plotly_hover", (event) => this.hover(event.curveNumber));
    gd.on("plotly_unhover", () => this.hover(null));
    let pressed = null;
    gd.addEventListener("pointerdown", (event) => { pressed = [event.clientX, event.clientY]; }, true);
    gd.addEventListener("pointermove", (event) => this.follow(event));
    gd.addEventListener("pointerleave", () => this.hover(null));
    gd.addEventListener("click", (event) => {
      const still = pressed && Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) < CLICK_SLACK;
      const onAxis = event.target.closest(".y-axis") !== null;
      if (still && !onAxis && this.hovered !== null) this.open(event);
    });
  }

  open(event) {
    const { notes, trials } = this.figure.payload;
    this.figure.openTrial(notes.places?.[this.hovered] ?? trials[this.hovered], event);
  }

  brushed(gd) {
    const { axes } = this.figure.payload.notes;
    const before = JSON.stringify(gd.data[0].dimensions.map((dimension) => dimension.constraintrange ?? null));
    const moved = gd.data[0].dimensions.some(({ name }, i) => name !== (this.order?.[i] ?? String(i)));
    this.order = gd.data[0].dimensions.map(({ name }) => name);
    this.ranges = brush.fromPlot(gd.data[0].dimensions, axes);
    brush.intoFigure(gd, axes, this.ranges);
    const after = JSON.stringify(gd.data[0].dimensions.map((dimension) => dimension.constraintrange ?? null));
    if (before !== after || moved) this.figure.redraw();
    brush.toAddress(this.ranges);
    this.report(this.figure.payload);
  }

  clear(key) {
    delete this.ranges[key];
    brush.toAddress(this.ranges);
    this.figure.redraw();
  }

  report(payload) {
    const { axes } = payload.notes;
    const left = brush.remaining(payload.figure, axes, payload.trials, this.ranges);
    const box = document.querySelector("[data-chips]") ?? this.figure.part("chips");
    brush.drawChips(box, brush.inWords(axes, this.ranges), (key) => this.clear(key));
    brush.tell(left, payload.trials.length);
  }

  hover(line) {
    this.hovered = Number.isInteger(line) ? line : null;
    const { payload } = this.figure;
    this.tip.classList.toggle("on", this.hovered !== null);
    this.figure.canvas.toggleAttribute("data-lit", this.hovered !== null);
    if (this.hovered === null) return;
    const { header, rows } = payload.table; // best first, as the lines are from the other end
    const facts = rows[rows.length - 1 - this.hovered].map((cell, i) => `${header[i]} ${short(cell)}`);
    this.tip.textContent = facts.join("\n");
  }

  follow(event) {
    this.tip.style.left = `${Math.min(event.clientX + 14, innerWidth - 270)}px`;
    this.tip.style.top = `${Math.min(event.clientY + 14, innerHeight - this.tip.offsetHeight - 8)}px`;
  }
}

function short(cell) {
  if (cell === null) return "–";
  if (typeof cell !== "number") return cell;
  return String(Number.isInteger(cell) ? cell : Number(cell.toPrecision(3))).replaceAll("-", "−");
}
