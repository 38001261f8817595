// What charts of points and lines do: give up the labels beside the plot on narrow screens, open the trial that is clicked.
const NARROW = 560;

export class LineChart {
  constructor(figure) {
    this.figure = figure;
  }

  prepare(drawing, payload, canvas) {
    if (canvas.clientWidth >= NARROW) return;
    drawing.layout.margin = { ...drawing.layout.margin, r: 12 };
    drawing.layout.annotations = drawing.layout.annotations.filter(({ name }) => name !== "end-label");
  }

  bind(gd) {
    gd.on("plotly_click", ({ points, event }) => {
      const trial = points[0]?.customdata;
      if (Number.isInteger(trial)) this.figure.openTrial(trial, event);
    });
  }
}
