"""Distribution of scores: a histogram over the complete trials, a tick per trial under it, and the marks to beat."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from studies.plots.frame import Floats, floats, frame, plain, tick_format
from studies.plots.numbers import count_of, format_score
from studies.plots.payload import Key
from studies.plots.score_range import padded, score_range
from studies.plots.table import Table
from studies.plots.ticks import linear_ticks

MOST_BINS, LEAST_BINS = 30, 5
RUG = 0.12  # of the plot's height, under the bars


@dataclass(frozen=True)
class ScoreDistribution:
    """Complete trials in order of number; `failed` have no score and are only counted."""

    numbers: NDArray[np.int64]
    values: Floats
    failed: int
    direction: str
    metric: str
    noise: float | None
    baseline: float | None
    defaults: float | None

    @property
    def best(self) -> float | None:
        if not len(self.values):
            return None
        return float(self.values.min() if self.direction == "minimize" else self.values.max())

    def _beat(self, reference: float) -> int:
        better = self.values < reference if self.direction == "minimize" else self.values > reference
        return int(better.sum())

    @property
    def title(self) -> str:
        """How many trials beat what was there before the search."""
        count = len(self.values)
        if not count:
            return "No complete trial to count yet"
        for name, reference in (("the defaults", self.defaults), ("the baseline", self.baseline)):
            others = count - 1 if name == "the defaults" else count
            if reference is not None and others > 0:
                beat = self._beat(reference)
                if others == 1:
                    only = "only other" if name == "the defaults" else "only"
                    return f"The {only} trial {'beats' if beat else 'does not beat'} {name}"
                if beat == 0:
                    return f"None of {count_of(others, 'trial')} beats {name}"
                share = "All" if beat == others else f"{beat:,} of"
                return f"{share} {count_of(others, 'trial')} {'beats' if beat == 1 else 'beat'} {name}"
        return f"Scores of {count_of(count, 'complete trial')}"

    @property
    def subtitle(self) -> str:
        better = "lower" if self.direction == "minimize" else "higher"
        lost = f" {count_of(self.failed, 'failed trial')} without a score." if self.failed else ""
        return f"Complete trials by score, {better} is better; a tick is a trial.{lost}"

    @cached_property
    def edges(self) -> Floats:
        """Round edges of the bins that hold all scores; what lies far off is in the outermost bin."""
        low, high = score_range(self.values, self.direction)
        wanted = min(MOST_BINS, max(LEAST_BINS, round(2 * len(self.values) ** 0.5)))
        ticks = linear_ticks(low, high, wanted)
        step = ticks[1] - ticks[0] if len(ticks) > 1 else 0.0
        if not 0 < step < np.inf:
            return np.array([low, high])
        first = ticks[0] - step if ticks[0] > low else ticks[0]
        places = np.arange(int(np.ceil((high - first) / step - 1e-9)) + 1, dtype=np.float64)
        return np.asarray(first + step * places, dtype=np.float64)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Trials per bin."""
        edges = self.edges
        return np.histogram(np.clip(self.values, edges[0], edges[-1]), edges)[0].astype(np.int64)

    @property
    def references(self) -> list[tuple[str, float]]:
        """Best, defaults and baseline as far as they lie on the axis."""
        low, high = padded((float(self.edges[0]), float(self.edges[-1])))
        known = (("best CV", self.best), ("defaults", self.defaults), ("baseline", self.baseline))
        return [(name, value) for name, value in known if value is not None and low <= value <= high]

    @property
    def keys(self) -> tuple[Key, ...]:
        if not len(self.values):
            return ()
        marks = {"best CV": "k-naive", "defaults": "dashed k-defaults", "baseline": "dash-3 k-defaults"}
        found = [Key(marks[name], f"{name} {format_score(value, self.noise)}") for name, value in self.references]
        shown = {name for name, _ in self.references}
        if self.baseline is not None and "baseline" not in shown:
            found.append(Key("", f"baseline {format_score(self.baseline, self.noise)} lies off the axis"))
        return tuple(found)

    @property
    def lines(self) -> tuple[int, ...]:
        return tuple(int(n) for n in self.numbers)

    def notes(self) -> dict[str, Any]:
        return {"empty": not len(self.values)}

    def table(self) -> Table:
        """One row per bin; the outermost also hold what lies beyond them."""
        if not len(self.values):
            return Table((f"{self.metric} from", "to", "Trials"), ())
        rows = zip(plain(self.edges[:-1].round(9)), plain(self.edges[1:].round(9)), self.counts.tolist(), strict=True)
        return Table((f"{self.metric} from", "to", "Trials"), tuple(rows))


def prepare(
    numbers: Sequence[int],
    values: Sequence[float | None],
    *,
    direction: str,
    metric: str,
    failed: int = 0,
    noise: float | None = None,
    baseline: float | None = None,
    defaults: float | None = None,
) -> ScoreDistribution:
    """From the complete trials. `noise`: the best one's standard error, for the digits of the marks."""
    scores = floats(values)
    known = np.isfinite(scores)
    return ScoreDistribution(
        np.asarray(numbers, dtype=np.int64)[known], scores[known], failed, direction, metric, noise, baseline, defaults
    )


DASH = {"best CV": "solid", "defaults": "dash", "baseline": "dot"}


def draw(record: ScoreDistribution) -> go.Figure:
    """The figure of that record."""
    edges, counts = record.edges, record.counts
    low, high = padded((float(edges[0]), float(edges[-1])))
    top = max(1, int(counts.max(initial=1)))
    marks = linear_ticks(0, top, 4, whole=True)
    figure = frame("Trials", record.metric, (-RUG * top, 1.08 * top), (low, high))
    figure.update_layout(
        margin={"l": 44, "r": 14, "t": 26, "b": 40}, bargap=0.0,
        xaxis={"tickformat": tick_format((low, high))},
        yaxis={"tickvals": marks, "ticktext": [f"{mark:,.0f}" for mark in marks]},
    )  # fmt: skip
    if not len(record.values):
        return figure
    words = [
        f"<b>{count_of(int(n), 'trial')}</b><br>{format_score(a, (b - a) / 2)} to {format_score(b, (b - a) / 2)}"
        for n, a, b in zip(counts, edges[:-1], edges[1:], strict=True)
    ]
    figure.add_bar(
        x=plain((edges[:-1] + edges[1:]) / 2), y=[int(n) for n in counts], width=plain(np.diff(edges)), name="trials",
        marker={"color": "var(--rule-2)", "line": {"width": 1, "color": "var(--paper)"}},
        hovertext=words, hoverinfo="text",
    )  # fmt: skip
    figure.add_scatter(
        x=plain(np.clip(record.values, edges[0], edges[-1])), y=[-RUG * top / 2] * len(record.values), mode="markers",
        name="rug", customdata=[int(n) for n in record.numbers], hoverinfo="text",
        marker={"symbol": "line-ns-open", "size": 9, "line": {"width": 1}, "color": "var(--ink-3)"},
        hovertext=[
            f"<b>Trial {n}</b><br>{format_score(v, record.noise)}"
            for n, v in zip(record.numbers, record.values, strict=True)
        ],
    )  # fmt: skip
    for name, value in record.references:
        line = {"color": "var(--ink)" if name == "best CV" else "var(--ink-2)", "width": 1.5, "dash": DASH[name]}
        figure.add_vline(x=value, line=line, name=name)
    return figure
