"""Parallel coordinates: one line per complete trial across an axis per parameter, the value last and as colour.

Lines are in order of goodness, so that the best are drawn on top; `lines` keeps their trial numbers, by which a brush
finds its rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from studies.plots.best_fifth import ENOUGH, TELLING, best_fifth_in_words, share_of_range
from studies.plots.frame import Floats, floats
from studies.plots.label import label, shortened
from studies.plots.numbers import count_of, format_score
from studies.plots.parameter_axis import ABSENT, PLACES, ParameterAxis, axis_of
from studies.plots.payload import Key
from studies.plots.score_range import score_range
from studies.plots.table import Cell, Table
from studies.plots.ticks import fill_between, linear_ticks


@dataclass(frozen=True)
class ParallelCoordinates:
    """One line per complete trial, worst first; `axes` and `values` have one entry per line."""

    trials: tuple[int, ...]
    values: Floats
    axes: tuple[ParameterAxis, ...]
    configurations: tuple[Mapping[str, Any], ...]
    direction: str
    metric: str
    shares: Mapping[str, float]

    @property
    def title(self) -> str:
        """The parameter on which the best fifth keep closest together, if they do."""
        if not self.trials:
            return "No complete trial to draw yet"
        finding = self._finding() if len(self.trials) >= ENOUGH else None
        each = ", one line each" if len(self.trials) > 1 else ""
        return finding or f"{count_of(len(self.trials), 'complete trial')}{each}"

    def _finding(self) -> str | None:
        shares = [(share, axis) for axis in self.axes if (share := share_of_range(axis)) is not None]
        if not shares:
            return None
        share, axis = min(shares, key=lambda pair: pair[0])
        return None if share > TELLING else best_fifth_in_words(axis, self.configurations)

    @property
    def subtitle(self) -> str:
        order = " Axes are in order of importance; the bar under a name is its share." if self.shares else ""
        return f"Each line is a complete trial. Drag along an axis to filter; the leaderboard follows.{order}"

    @property
    def keys(self) -> tuple[Key, ...]:
        low, high = self.value_range
        worse, better = (high, low) if self.direction == "minimize" else (low, high)
        noise = (high - low) / 10
        if not self.trials or np.ptp(self.values) == 0:  # one colour says nothing
            return ()
        return (Key("ramp", f"{format_score(worse, noise)} to {format_score(better, noise)}"),)

    @property
    def lines(self) -> tuple[int, ...]:
        return self.trials

    def notes(self) -> dict[str, Any]:
        """How to say a brushed range in words, axis by axis in drawn order."""
        axes = [
            {
                "name": axis.name, "kind": axis.kind, "log": axis.log, "low": axis.low, "high": axis.high,
                "scaleLow": axis.scale_low, "spacing": axis.spacing, "share": self.shares.get(axis.name),
                "ticks": [[tick, text] for tick, text in zip(axis.ticks, axis.texts, strict=True) if text],
            }
            for axis in self.axes
        ]  # fmt: skip
        low, high = self.value_range
        value = {"name": self.metric, "kind": "number", "log": False, "low": low, "high": high, "scaleLow": low,
                 "spacing": (high - low) / PLACES, "ticks": []}  # fmt: skip
        return {"axes": [*axes, value]}

    def table(self) -> Table:
        """Best trial first; a parameter that a trial has not is empty."""
        rows: list[tuple[Cell, ...]] = [
            (trial, float(value), *(_cell(configuration.get(axis.name)) for axis in self.axes))
            for trial, value, configuration in zip(self.trials, self.values, self.configurations, strict=True)
        ]
        return Table(("Trial", self.metric, *(axis.name for axis in self.axes)), tuple(reversed(rows)))

    @property
    def value_range(self) -> tuple[float, float]:
        """From the best to the worst, without the far outliers: those are drawn at the end of the axis."""
        return score_range(self.values, self.direction)


def _cell(value: object) -> Cell:
    if isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str | int | float) or value is None else str(value)


def prepare(
    parameters: Sequence[Mapping[str, Any]],
    numbers: Sequence[int],
    configurations: Sequence[Mapping[str, Any]],
    values: Sequence[float | None],
    *,
    direction: str,
    metric: str,
    shares: Mapping[str, float] | None = None,
) -> ParallelCoordinates:
    """Lines from trials with a finite value. `parameters` as in the space's JSON; constants have no axis.

    `shares`: of the differences, by the name of a parameter whose effect is seen; the order is the caller's.
    """
    scores = floats(values)
    goodness = -scores if direction == "minimize" else scores
    order = [int(i) for i in np.argsort(goodness, kind="stable") if np.isfinite(scores[i])]
    chosen = tuple(configurations[i] for i in order)
    axes = tuple(
        axis_of(parameter, [configuration.get(parameter["name"], ABSENT) for configuration in chosen])
        for parameter in parameters
        if parameter["type"] != "constant"
    )
    lines = tuple(int(numbers[i]) for i in order)
    return ParallelCoordinates(lines, scores[order], axes, chosen, direction, metric, dict(shares or {}))


def draw(record: ParallelCoordinates) -> go.Figure:
    """The figure of that record."""
    low, high = record.value_range
    clipped = np.clip(record.values, low, high)
    upside_down = record.direction == "minimize"
    dimensions = [
        {
            "name": str(i),
            "label": label(axis.name, 28),
            "values": list(axis.positions),
            "range": [axis.low, axis.high],
            "tickvals": list(axis.ticks),
            "ticktext": _told_apart(axis.texts),
        }
        for i, axis in enumerate(record.axes)
    ]
    dimensions.append(_value_dimension(record, clipped))
    figure = go.Figure(layout={"template": go.layout.Template()})
    figure.add_parcoords(
        dimensions=dimensions,
        line={"color": [float(v) for v in clipped], "cmin": low, "cmax": high, "reversescale": upside_down},
    )
    figure.update_layout(height=360, margin={"l": 56, "r": 56, "t": 52, "b": 14})
    return figure


def _told_apart(texts: Sequence[str]) -> list[str]:
    """Plotly finds a tick by its text, and empty ones would fall together: each gets characters of no width instead.

    Unlike the names of axes, texts of ticks are shown as they are: nothing to escape.
    """
    blanks = (format(i, "b").replace("0", "\u200b").replace("1", "\u200c") for i in range(len(texts)))
    return [shortened(text, 24) if text else blank for text, blank in zip(texts, blanks, strict=True)]


def _value_dimension(record: ParallelCoordinates, clipped: Floats) -> dict[str, Any]:
    """The last axis: good at the top, whichever way the metric goes."""
    low, high = record.value_range
    marks = linear_ticks(low, high)
    places = fill_between(marks, low, high, PLACES)
    noise = (marks[1] - marks[0]) / 2 if len(marks) > 1 else None
    words = {mark: format_score(mark, noise) for mark in marks}
    return {
        "name": str(len(record.axes)),
        "label": label(record.metric, 28),
        "values": [float(v) for v in clipped],
        "range": [high, low] if record.direction == "minimize" else [low, high],
        "tickvals": places,
        "ticktext": _told_apart([words.get(place, "") for place in places]),
    }
