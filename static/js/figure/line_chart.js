// What charts of points, lines and cells do: give up the labels beside the plot on narrow screens, open the trial that is clicked.
const NARROW = 560;
const LEAST_CELL = 4; // pixels a column: thinner ones touch, or there would be more gap than cell

export class LineChart {
  constructor(figure) {
    this.figure = figure;
  }

  prepare(drawing, payload, canvas) {
    for (const trace of drawing.data) {
      if (trace.type === "heatmap" && canvas.clientWidth / trace.z[0].length < LEAST_CELL) trace.xgap = 0;
    }
    if (canvas.clientWidth >= NARROW || !drawing.layout.annotations?.some(({ name }) => name === "end-label")) return;
    drawing.layout.margin = { ...drawing.layout.margin, r: 12 };
    drawing.layout.annotations = drawing.layout.annotations.filter(({ name }) => name !== "end-label");
  }

  bind(gd) {
    gd.on("plotly_click", ({ points, event }) => {
      const trial = points[0]?.customdata;
      if (Number.isInteger(trial) || Number.isInteger(trial?.[0])) this.figure.openTrial(trial, event);
    });
  }
}
