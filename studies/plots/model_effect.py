"""Effect: the score that a model expects with one parameter at a value while the others vary, and its doubt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from studies.plots.frame import Floats, frame, frame_along, plain
from studies.plots.label import label
from studies.plots.numbers import format_parameter, format_score
from studies.plots.parameter_axis import ParameterAxis, axis_of
from studies.plots.payload import Key
from studies.plots.score_range import padded
from studies.plots.table import Cell, Table

SMALL = 0.1  # of the largest effect: what is less is not worth a sentence
FEW = 12  # values of a number, each of which gets a mark


class Curve(NamedTuple):
    """Values of one parameter, the score to expect at each and its 95 % interval; all of equal length."""

    name: str
    values: Sequence[Any]
    predicted: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class ModelEffect:
    """`curve` and `axis` of the parameter that is drawn; None while there is nothing to draw. `y_range` is that of all
    parameters, so that a flat one looks flat; `largest` the greatest difference that any of them makes."""

    curve: Curve | None
    axis: ParameterAxis | None
    conditional: bool
    y_range: tuple[float, float]
    largest: float
    choices: tuple[str, ...]
    direction: str
    metric: str
    trials: int
    needed: int
    trusted: bool

    @property
    def title(self) -> str:
        """Where along the parameter the model expects the best scores."""
        curve = self.curve
        if curve is None:
            if self.trials >= self.needed:
                return "Every parameter of this study is fixed"
            return f"Too few trials for a model to believe anything: {self.trials} of {self.needed}"
        if not self.trusted:
            return f"What a model that does not predict yet makes of {curve.name}"
        if np.ptp(curve.predicted) < SMALL * self.largest:
            return f"On average over all others, {curve.name} makes no clear difference"
        if curve.low.max() <= curve.high.min():  # it may matter much: only where is in doubt
            return f"The model is not sure which {curve.name} is best on average"
        ranked = np.argsort(curve.predicted if self.direction == "minimize" else -curve.predicted, kind="stable")
        best = int(ranked[0])
        if self.axis is not None and self.axis.kind == "choice":
            first, second = (f"{self._word(int(i))}" for i in ranked[:2])
            scores = [self._score(int(i)) for i in ranked[:2]]
            return f"With {curve.name} {first} the model expects {scores[0]} on average, with {second} {scores[1]}"
        if best in (0, len(curve.values) - 1):
            end = "lower" if best == 0 else "upper"
            return f"The model expects the best scores at the {end} end of {curve.name}"
        return f"The model expects the best scores with {curve.name} near {self._word(best)}"

    @property
    def subtitle(self) -> str:
        if self.curve is None:
            return "A Gaussian process of these trials predicts every other configuration; it needs some to learn from."
        where = " where it is active" if self.conditional else ""
        better = "lower" if self.direction == "minimize" else "higher"
        return (
            f"The average score to expect over the whole space with {self.curve.name} at each value{where}, "
            f"{better} is better; with the 95 % interval of a Gaussian process of {self.trials:,} trials."
        )

    @property
    def keys(self) -> tuple[Key, ...]:
        if self.curve is None or self.axis is None:
            return ()
        if self.axis.kind == "choice":
            return (Key("dot k-honest", "expected average"), Key("k-trial", "its 95 % interval"))
        return (Key("k-honest", "expected average"), Key("band", "its 95 % interval"))

    @property
    def lines(self) -> tuple[int, ...]:
        return ()

    def notes(self) -> dict[str, Any]:
        """`effect`: which parameter is drawn; `choices`: all that could be; `empty`: nothing to draw."""
        name = self.curve.name if self.curve else None
        return {"effect": name, "choices": list(self.choices), "empty": self.curve is None}

    def table(self) -> Table:
        """One row per value of the parameter."""
        header = (self.curve.name if self.curve else "Parameter", f"Expected {self.metric}", "2.5 %", "97.5 %")
        if self.curve is None:
            return Table(header, ())
        columns = (plain(column) for column in (self.curve.predicted, self.curve.low, self.curve.high))
        return Table(header, tuple(zip(map(_cell, self.curve.values), *columns, strict=True)))

    def _word(self, i: int) -> str:
        return format_parameter(self.curve.values[i]) if self.curve else ""

    def _score(self, i: int) -> str:
        if self.curve is None:
            return ""
        return format_score(float(self.curve.predicted[i]), float(self.curve.high[i] - self.curve.low[i]) / 4)


def _cell(value: object) -> Cell:
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else format_parameter(value)


def prepare(
    parameters: Sequence[Mapping[str, Any]],
    curves: Sequence[Curve],
    *,
    direction: str,
    metric: str,
    trials: int,
    needed: int,
    trusted: bool,
    parameter: str | None = None,
) -> ModelEffect:
    """`parameters` as in the space's JSON; without a curve of that `parameter` the first is drawn. No curves: nothing
    varies, or the `trials` are fewer than `needed`. `trusted`: whether the model predicts unseen scores."""
    curve = next((curve for curve in curves if curve.name == parameter), curves[0] if curves else None)
    entry = next((entry for entry in parameters if curve is not None and entry["name"] == curve.name), None)
    axis = axis_of(entry, curve.values) if entry is not None and curve is not None else None
    ends = [end for curve in curves for end in (float(curve.low.min()), float(curve.high.max()))] or [0.0, 1.0]
    low, high = min(ends), max(ends)
    room = 0.05 * abs(low) or 0.5
    return ModelEffect(
        curve if axis is not None else None, axis, bool(entry and entry.get("when")),
        padded((low, high) if high > low else (low - room, high + room)),
        max((float(np.ptp(curve.predicted)) for curve in curves), default=0.0), tuple(curve.name for curve in curves),
        direction, metric, trials, needed, trusted,
    )  # fmt: skip


def draw(record: ModelEffect) -> go.Figure:
    """The figure of that record."""
    axis, curve = record.axis, record.curve
    if axis is None or curve is None:
        return frame(record.metric, "", (0, 1), (0, 1))
    figure = frame_along(axis, record.metric, record.y_range)
    hover = {"hovertext": [_hover(record, i) for i in range(len(curve.values))], "hoverinfo": "text"}
    x = list(axis.positions)
    if axis.kind == "choice":
        _add_choices(figure, x, curve, hover)
        return figure
    edge = {"mode": "lines", "hoverinfo": "skip", "line": {"width": 0}}
    figure.add_scatter(x=x, y=plain(curve.low), name="lowest", **edge)
    figure.add_scatter(x=x, y=plain(curve.high), name="highest", fill="tonexty", fillcolor="var(--noise)", **edge)
    figure.add_scatter(
        x=x, y=plain(curve.predicted), name="expected", mode="lines+markers" if len(x) <= FEW else "lines",
        line={"width": 2, "color": "var(--accent)"}, marker={"size": 6, "color": "var(--accent)"}, **hover,
    )  # fmt: skip
    return figure


def _add_choices(figure: go.Figure, x: list[float], curve: Curve, hover: dict[str, Any]) -> None:
    figure.add_scatter(
        x=x, y=plain(curve.predicted), name="expected", mode="markers", marker={"size": 8, "color": "var(--accent)"},
        error_y={
            "type": "data", "array": plain(curve.high - curve.predicted),
            "arrayminus": plain(curve.predicted - curve.low), "thickness": 1.25, "width": 0, "color": "var(--ink-3)",
        },
        **hover,
    )  # fmt: skip


def _hover(record: ModelEffect, i: int) -> str:
    assert record.curve is not None  # noqa: S101
    noise = float(record.curve.high[i] - record.curve.low[i]) / 4
    low, high = (format_score(float(end[i]), noise) for end in (record.curve.low, record.curve.high))
    return f"<b>{label(record.curve.name)} {label(record._word(i))}</b><br>{record._score(i)} [{low}, {high}]"
