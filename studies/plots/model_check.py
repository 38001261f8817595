"""Check: every told score against what a model of the other trials predicts for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from studies.plots.frame import Floats, frame, plain, tick_format
from studies.plots.numbers import MINUS, count_of, format_percent, format_score
from studies.plots.payload import Key
from studies.plots.score_range import padded, score_range
from studies.plots.table import Table

VERDICTS = {
    "predicts": "The model predicts trials it has not seen well",
    "roughly": "The model predicts trials it has not seen roughly",
    "does not": "The model does not predict trials it has not seen",
}
HELD: dict[str, Any] = {"size": 6, "color": "var(--paper)", "line": {"width": 1.1, "color": "var(--accent)"}}
MISSED: dict[str, Any] = {"size": 7, "color": "var(--ink)", "line": {"width": 0}}


@dataclass(frozen=True)
class ModelCheck:
    """All arrays have an entry per trial with a score; none while there are too few. `held`: whether the interval from
    `low` to `high` around `predicted` holds the score that was `told`."""

    numbers: NDArray[np.int64]
    told: Floats
    predicted: Floats
    low: Floats
    high: Floats
    held: NDArray[np.bool_]
    correlation: float
    verdict: str
    direction: str
    metric: str
    trials: int
    needed: int

    @property
    def title(self) -> str:
        """Whether the model can be believed."""
        if not len(self.numbers):
            if self.trials >= self.needed:
                return "Every parameter of this study is fixed"
            return f"Too few trials to check a model on: {self.trials} of {self.needed}"
        rank = f"{self.correlation:.2f}".replace("-", MINUS)
        held = format_percent(float(self.held.mean()))
        return f"{VERDICTS[self.verdict]}: rank correlation {rank}, {held} of 95 % intervals hold"

    @property
    def subtitle(self) -> str:
        if not len(self.numbers):
            return "Each score is predicted from all the others; that needs some to learn from."
        return f"Each point is a trial, predicted by a Gaussian process of all the others. {self._beyond}".rstrip()

    @property
    def _beyond(self) -> str:
        low, high = self._range
        outside = int(((self.told < low) | (self.told > high)).sum())
        return f"{count_of(outside, 'far score')} at the edge." if outside else ""

    @property
    def _range(self) -> tuple[float, float]:
        return padded(score_range(self.told, self.direction))

    @property
    def keys(self) -> tuple[Key, ...]:
        if not len(self.numbers):
            return ()
        found = [Key("ring k-honest", "within its interval")]
        if not self.held.all():
            found.append(Key("dot k-naive", "outside"))
        return (*found, Key("dashed k-baseline", "predicted as told"))

    @property
    def lines(self) -> tuple[int, ...]:
        return tuple(int(number) for number in self.numbers)

    def notes(self) -> dict[str, Any]:
        return {"empty": not len(self.numbers), "verdict": self.verdict}

    def table(self) -> Table:
        """One row per trial, in order of number."""
        order = np.argsort(self.numbers)
        columns = (plain(column[order]) for column in (self.told, self.predicted, self.low, self.high))
        held = ("yes" if held else "no" for held in self.held[order])
        rows = zip((int(number) for number in self.numbers[order]), *columns, held, strict=True)
        return Table(("Trial", self.metric, "Predicted", "2.5 %", "97.5 %", "Within"), tuple(rows))


def prepare(
    numbers: Sequence[int],
    told: Floats,
    predicted: Floats,
    low: Floats,
    high: Floats,
    held: NDArray[np.bool_],
    *,
    correlation: float,
    verdict: str,
    direction: str,
    metric: str,
    trials: int,
    needed: int,
) -> ModelCheck:
    """One entry per trial each; empty ones say that nothing varies or `trials` are fewer than `needed`."""
    return ModelCheck(
        np.asarray(numbers, dtype=np.int64), told, predicted, low, high, held, correlation, verdict, direction, metric,
        trials, needed,
    )  # fmt: skip


def draw(record: ModelCheck) -> go.Figure:
    """The figure of that record."""
    ends = record._range
    figure = frame(f"{record.metric} as predicted", f"{record.metric} as told", ends, ends)
    figure.update_layout(margin={"l": 44, "r": 14, "t": 26, "b": 40}, xaxis={"tickformat": tick_format(ends)})
    figure.add_scatter(
        x=list(ends), y=list(ends), name="as told", mode="lines", hoverinfo="skip",
        line={"width": 1, "dash": "dash", "color": "var(--ink-3)"},
    )  # fmt: skip
    for held, name, look in ((True, "within", HELD), (False, "outside", MISSED)):
        chosen = np.flatnonzero(record.held == held)
        if len(chosen):
            _add_points(figure, record, chosen, name, look)
    return figure


def _add_points(
    figure: go.Figure, record: ModelCheck, chosen: NDArray[np.intp], name: str, look: dict[str, Any]
) -> None:
    told, predicted, low, high = (
        np.clip(column[chosen], *record._range) for column in (record.told, record.predicted, record.low, record.high)
    )
    figure.add_scatter(
        x=plain(told), y=plain(predicted), name=name, mode="markers", marker=look, cliponaxis=False,
        error_y={
            "type": "data", "array": plain(high - predicted), "arrayminus": plain(predicted - low),
            "thickness": 1, "width": 0, "color": "var(--rule-2)",
        },
        hovertext=[_hover(record, int(i)) for i in chosen], hoverinfo="text",
        customdata=[int(number) for number in record.numbers[chosen]],
    )  # fmt: skip


def _hover(record: ModelCheck, i: int) -> str:
    noise = float(record.high[i] - record.low[i]) / 4
    told, predicted, low, high = (
        format_score(float(column[i]), noise) for column in (record.told, record.predicted, record.low, record.high)
    )
    return f"<b>Trial {record.numbers[i]}</b>, {told}<br>predicted {predicted} [{low}, {high}]"
