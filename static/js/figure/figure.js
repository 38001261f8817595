// One figure of the page: loads its JSON, draws it, redraws it in place, says what went wrong.
import { drawTable, csv, download, picture } from "./exports.js";
import { LineChart } from "./line_chart.js";
import { Parallel } from "./parallel.js";
import { plotly, themed } from "./theme.js";

const CONFIG = { responsive: false, displayModeBar: false, displaylogo: false, doubleClick: false };

export class Figure {
  constructor(node) {
    this.node = node;
    this.part = (name) => node.querySelector(`[data-fig-${name}]`);
    this.kind = node.dataset.kind === "parallel" ? new Parallel(this) : new LineChart(this);
    this.canvas = document.createElement("div");
    this.canvas.className = "fig__canvas";
    this.part("plot").append(this.canvas);
    this.payload = null;
    this.near = this.loading = this.stale = this.held = this.due = false;
    this.bind();
  }

  bind() {
    this.node.addEventListener("click", (event) => {
      const exit = event.target.closest("[data-fig-do]");
      const choice = event.target.closest("[data-fig-param]");
      if (exit) this.leave(exit.dataset.figDo, exit);
      if (choice) this.choose(choice.dataset.figParam);
    });
    this.selects = [...this.node.querySelectorAll("select[data-fig-select]")];
    for (const select of this.selects) select.addEventListener("change", () => this.ask(select.name, select.value));
    const asked = new URLSearchParams(location.search);
    for (const button of this.node.querySelectorAll("[data-fig-param]")) {
      const [name, value] = button.dataset.figParam.split("=");
      if (asked.has(name)) button.setAttribute("aria-pressed", String(asked.get(name) === value));
    }
    for (const select of this.selects) if (asked.has(select.name)) select.value = asked.get(select.name);
    this.part("plot").addEventListener("pointerdown", () => { this.held = true; }, true);
    for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, () => this.release(), true);
    let width = 0;
    new ResizeObserver(() => {
      if (this.part("plot").clientWidth === width) return;
      width = this.part("plot").clientWidth;
      if (this.payload) requestAnimationFrame(() => this.redraw());
    }).observe(this.part("plot"));
  }

  get url() {
    const url = new URL(this.node.dataset.figureUrl, location.href);
    for (const button of this.node.querySelectorAll('[data-fig-param][aria-pressed="true"]')) {
      url.searchParams.set(...button.dataset.figParam.split("="));
    }
    for (const { name, value } of this.selects) if (value) url.searchParams.set(name, value);
    return url;
  }

  choose(param) {
    const [name, value] = param.split("=");
    for (const button of this.node.querySelectorAll(`[data-fig-param^="${name}="]`)) {
      button.setAttribute("aria-pressed", String(button.dataset.figParam === param));
    }
    this.ask(name, value);
  }

  // What a person chose goes into the address of the page, so that a link shows the same.
  ask(name, value) {
    const page = new URL(location.href);
    page.searchParams.set(name, value);
    history.replaceState(history.state, "", page);
    this.load();
  }

  // A drawing that came due in the midst of a drag would have thrown the drag away.
  release() {
    this.held = false;
    if (!this.due) return;
    this.due = false;
    setTimeout(() => this.redraw(), 100); // after Plotly has said what the drag has done
  }

  // Something changed in the study: now if it is looked at, else when it comes near.
  refresh() {
    this.stale = true;
    if (this.near && !this.loading && !document.hidden) this.load();
  }

  async load() {
    this.loading = true;
    this.stale = false;
    if (!this.payload) this.say("Loading");
    try {
      const response = await fetch(this.url, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      if (response.status !== 204) this.payload = await response.json();
      await this.redraw();
      this.say("");
    } catch (error) {
      this.fail(error);
    } finally {
      this.loading = false;
      if (this.stale) setTimeout(() => this.refresh(), 1000);
    }
  }

  async redraw() {
    this.due = this.held;
    if (this.held) return;
    const { payload, canvas } = this;
    this.words();
    const empty = payload.notes.empty ?? (this.node.dataset.kind === "parallel" && !payload.trials.length);
    const asTable = this.node.querySelector('[data-fig-do="table"]')?.getAttribute("aria-pressed") === "true";
    this.node.toggleAttribute("data-empty", empty);
    this.part("plot").hidden = asTable || empty;
    this.part("table").hidden = !asTable;
    if (asTable) drawTable(this.part("table"), payload.table, this.node.dataset.trialUrl && ((n) => this.trialUrl(n)));
    if (!asTable && !empty) await this.plot(payload, canvas);
    this.node.dataset.rendered = "true";
  }

  async plot(payload, canvas) {
    const Plotly = await plotly();
    const drawing = await themed(payload.figure);
    this.kind.prepare(drawing, payload, canvas);
    drawing.layout.width = Math.max(canvas.clientWidth, 200);
    this.due = this.held;
    if (this.held) return; // pressed while the drawing was prepared
    const first = !canvas.matches(".js-plotly-plot");
    await Plotly.react(canvas, drawing.data, drawing.layout, CONFIG);
    if (first) this.kind.bind(canvas);
    this.drawn = { ...drawing, size: { width: drawing.layout.width, height: drawing.layout.height } };
    this.node.dataset.axes = canvas.querySelectorAll(".parcoords .y-axis, .cartesianlayer .subplot .xaxislayer-above, .cartesianlayer .subplot .yaxislayer-above").length;
  }

  words() {
    const { title, subtitle, keys } = this.payload;
    this.part("title").textContent = title;
    for (const select of this.selects) select.value = this.payload.notes[select.name] ?? select.value;
    this.part("subtitle").textContent = subtitle;
    this.part("plot").setAttribute("aria-label", `${title}. The button Table shows the numbers.`);
    this.part("keys").replaceChildren(...keys.map(({ mark, word }) => {
      const entry = document.createElement("span");
      const sign = document.createElement("i");
      if (mark === "ramp") {
        entry.className = "ramp";
        sign.append(...Array.from({ length: 7 }, () => document.createElement("b")));
      } else {
        sign.className = mark;
      }
      entry.append(...(mark ? [sign] : []), word);
      return entry;
    }));
  }

  say(text) {
    const line = this.part("state");
    line.textContent = text;
    line.classList.remove("fig__state--error");
  }

  fail(error) {
    const shown = this.payload ? "The figure is not up to date" : "The figure could not be loaded";
    this.say(`${shown}: ${error.message}. The study is safe.`);
    this.part("state").classList.add("fig__state--error");
    this.part("plot").hidden = !this.payload;
    const again = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm", textContent: "Try again" });
    again.addEventListener("click", () => this.load());
    this.part("state").append(again);
  }

  async leave(how, button) {
    if (!this.payload) return;
    const name = this.node.dataset.fileName || this.node.id || "figure";
    if (how === "table") {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      return this.redraw();
    }
    if (how === "csv") return download(new Blob([csv(this.payload.table)], { type: "text/csv;charset=utf-8" }), `${name}.csv`);
    if (!this.drawn) return;
    try {
      download(await picture(await plotly(), this.drawn, this.payload.title, how), `${name}.${how}`);
    } catch {
      this.say("The browser could not make the picture. The CSV has the same numbers.");
    }
  }

  trialUrl(number) {
    return this.node.dataset.trialUrl.replace(/\/0\/(?=$|\?)/, `/${number}/`);
  }

  // A trial's number; or [study, number] where the figure shows several studies.
  openTrial(place, event) {
    const [study, number] = Array.isArray(place) ? place : [null, place];
    const { trialUrl, trialsUrl } = this.node.dataset;
    if (study === null ? !trialUrl : !trialsUrl) return;
    const url = study === null ? this.trialUrl(number) : trialsUrl.replace("/0/", `/${study}/`).replace("/0/", `/${number}/`);
    if (event?.ctrlKey || event?.metaKey) window.open(url, "_blank", "noopener");
    else location.assign(url);
  }
}
