// The filter of parallel coordinates: which trials remain, in words, in the address, and as an event that the rest of the page obeys.
//
// Ranges are kept per axis name in axis coordinates (log10 for log axes); the value axis, drawn last, goes by "".

const PARAM = "brush";
const listOf = (range) => (!range?.length ? [] : Array.isArray(range[0]) ? range : [range]);
const keyOf = (axes, i) => (i === axes.length - 1 ? "" : axes[i].name);
const compact = (value) => Number(value.toPrecision(6));

export function fromAddress() {
  try {
    const kept = JSON.parse(new URLSearchParams(location.search).get(PARAM) ?? "{}");
    return Object.fromEntries(Object.entries(kept).filter(([, ranges]) =>
      Array.isArray(ranges) && ranges.every((range) => range.length === 2 && range.every(Number.isFinite))));
  } catch {
    return {}; // somebody's broken link: no filter is the safe reading
  }
}

export function toAddress(ranges) {
  const url = new URL(location.href);
  if (Object.keys(ranges).length) url.searchParams.set(PARAM, JSON.stringify(ranges));
  else url.searchParams.delete(PARAM);
  history.replaceState(history.state, "", url);
}

// What a person has drawn. A bare click leaves a sliver around one place of a continuous axis: they meant to clear it.
export function fromPlot(dimensions, axes) {
  const ranges = {};
  for (const dimension of dimensions) {
    const i = Number(dimension.name);
    const { spacing, scaleLow } = axes[i];
    const meant = listOf(dimension.constraintrange)
      .filter(([low, high]) => spacing === 0 || high < scaleLow || high - low > spacing * 0.8)
      .map((range) => range.map(compact));
    if (meant.length) ranges[keyOf(axes, i)] = meant;
  }
  return ranges;
}

export function intoFigure(figure, axes, ranges) {
  for (const dimension of figure.data[0].dimensions) {
    const kept = ranges[keyOf(axes, Number(dimension.name))];
    if (kept) dimension.constraintrange = kept.length === 1 ? kept[0] : kept;
    else delete dimension.constraintrange;
  }
}

// Trial numbers of the lines inside every range; null while there is no filter.
export function remaining(figure, axes, trials, ranges) {
  const brushed = figure.data[0].dimensions.flatMap((dimension) => {
    const i = Number(dimension.name);
    const kept = ranges[keyOf(axes, i)];
    const slack = 1e-6 * Math.abs(axes[i].high - axes[i].low);
    return kept ? [{ values: dimension.values, kept, slack }] : [];
  });
  if (!brushed.length) return null;
  return trials.filter((_, line) => brushed.every(({ values, kept, slack }) =>
    kept.some(([low, high]) => values[line] >= low - slack && values[line] <= high + slack)));
}

function number(axis, position) {
  const value = axis.log ? 10 ** position : position;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1).replace(".0e", "e").replace("e+", "e").replaceAll("-", "−");
  return Number(value.toPrecision(3)).toLocaleString("en", { maximumSignificantDigits: 3 }).replace("-", "−");
}

function rangeInWords(axis, [low, high]) {
  const inside = axis.ticks.filter(([tick]) => tick >= low && tick <= high).map(([, text]) => text);
  if (axis.kind === "choice") return inside.join(", ") || "none";
  if (high < axis.scaleLow) return inside.join(", ") || "none";
  const from = number(axis, Math.max(low, axis.scaleLow));
  const to = number(axis, Math.min(high, axis.high));
  const own = axis.ticks.filter(([tick]) => tick < axis.scaleLow && tick >= low).map(([, text]) => text);
  return [from === to ? from : `${from} to ${to}`, ...own].join(" or ");
}

export function inWords(axes, ranges) {
  return axes.flatMap((axis, i) => {
    const kept = ranges[keyOf(axes, i)];
    return kept ? [{ key: keyOf(axes, i), text: `${axis.name} ${kept.map((range) => rangeInWords(axis, range)).join(" or ")}` }] : [];
  });
}

export function drawChips(box, words, clear) {
  box.replaceChildren(...words.map(({ key, text }) => {
    const chip = document.createElement("span");
    const button = document.createElement("button");
    chip.className = "chip";
    chip.textContent = text;
    button.type = "button";
    button.textContent = "×";
    button.setAttribute("aria-label", `Clear the filter ${text}`);
    button.addEventListener("click", () => clear(key));
    chip.append(button);
    return chip;
  }));
}

export function tell(trials, total) {
  document.dispatchEvent(new CustomEvent("trials-filtered", { detail: { trials, total } }));
}
