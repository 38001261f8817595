"""Best so far of several methods, each run with several seeds: their median, a band from worst to best, faint runs.

A band and its median are drawn from where every seed of the method has a score to where the shortest run stands: beyond
that they would mean something else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import plotly.graph_objects as go

from studies.plots.best_so_far import DASHES, SERIES, Axis, Run, range_of
from studies.plots.frame import EndLabel, Floats, add_end_labels, frame, plain, time_axis
from studies.plots.label import label
from studies.plots.numbers import count_of, format_duration, format_score
from studies.plots.payload import Key
from studies.plots.table import Table

FAINT = 0.35


@dataclass(frozen=True)
class MethodRuns:
    """A method and its runs, one per seed."""

    name: str
    runs: tuple[Run, ...]

    def band(self, axis: Axis) -> tuple[Floats, Floats]:
        """Places (m,) where any run moves, and the runs' best there (seeds, m); empty while a seed has no score."""
        if not self.runs or any(not len(run.values) for run in self.runs):
            return np.empty(0), np.empty((len(self.runs), 0))
        along = [run.trials if axis == "trial" else run.seconds for run in self.runs]
        start, end = max(float(x[0]) for x in along), min(float(x[-1]) for x in along)
        places = np.unique(np.concatenate([*along, [start, max(start, end)]]))
        places = places[(places >= start) & (places <= max(start, end))]
        steps = [np.searchsorted(x, places, side="right") - 1 for x in along]
        return places, np.array([run.values[step] for run, step in zip(self.runs, steps, strict=True)])


@dataclass(frozen=True)
class BestByMethod:
    """Methods in the order of their colours; `target` is the score that the title asks after, `of` whose it is."""

    methods: tuple[MethodRuns, ...]
    direction: str
    metric: str
    axis: Axis
    target: float | None
    of: str

    @cached_property
    def medians(self) -> tuple[tuple[Floats, Floats], ...]:
        """Places and median of each method."""
        bands = (method.band(self.axis) for method in self.methods)
        return tuple((x, np.median(y, axis=0) if y.size else np.empty(0)) for x, y in bands)

    def reaches(self, i: int) -> float | None:
        """Where the median of method i first reaches the target."""
        places, median = self.medians[i]
        if self.target is None or not len(median):
            return None
        there = median <= self.target + 1e-12 if self.direction == "minimize" else median >= self.target - 1e-12
        return float(places[int(there.argmax())]) if there.any() else None

    @property
    def title(self) -> str:
        """Who is first at the score that another one ends with."""
        if not any(len(median) for _, median in self.medians):
            return "No method has a score from every seed yet"
        reached = [
            (place, method.name) for i, method in enumerate(self.methods) if (place := self.reaches(i)) is not None
        ]
        reached.sort()
        own = next((place for place, name in reached if name == self.of), None)
        if len(reached) < 2 or own is None or reached[0][1] == self.of:
            return f"Best so far of each method by {'trials' if self.axis == 'trial' else 'worker time'}"
        first, name = reached[0]
        return f"{name} needs {self._say(first)} for what {self.of} reaches in {self._say(own)}"

    def _say(self, place: float) -> str:
        return count_of(int(place) + 1, "trial") if self.axis == "trial" else format_duration(place)

    @property
    def subtitle(self) -> str:
        seeds = max((len(method.runs) for method in self.methods), default=0)
        better = "lower" if self.direction == "minimize" else "higher"
        if seeds < 2:
            return f"One run of each method, {better} is better."
        return f"Median of {seeds} seeds, {better} is better; the band spans them all, faint lines are single runs."

    @property
    def keys(self) -> tuple[Key, ...]:
        return tuple(
            Key(f"k-{i % SERIES + 1} dash-{i % len(DASHES) + 1}", method.name) for i, method in enumerate(self.methods)
        )

    @property
    def lines(self) -> tuple[int, ...]:
        return ()

    def notes(self) -> dict[str, Any]:
        return {"axis": self.axis}

    def table(self) -> Table:
        """One row for each place at which a method's median, worst or best moves."""
        rows = []
        for method in self.methods:
            places, values = method.band(self.axis)
            for place, column in zip(places, values.T, strict=True):
                ends = plain(np.array([np.median(column), column.min(), column.max()]))
                rows.append((method.name, float(place), *ends))
        place = "Trial" if self.axis == "trial" else "Worker time, s"
        return Table(("Method", place, f"Median {self.metric}", "Lowest", "Highest"), tuple(rows))


def prepare(
    methods: Sequence[MethodRuns],
    *,
    direction: str,
    metric: str,
    axis: Axis = "trial",
    target: float | None = None,
    of: str = "",
) -> BestByMethod:
    """Freeze the methods; all runs must be of the same metric."""
    return BestByMethod(tuple(methods), direction, metric, axis, target, of)


def draw(record: BestByMethod) -> go.Figure:
    """The figure of that record."""
    seconds = [run.seconds for method in record.methods for run in method.runs if len(run.seconds)]
    longest = np.concatenate([np.zeros(1), *seconds])
    scaled, unit = time_axis(longest)
    by_trial = record.axis == "trial"
    scale = 1.0 if by_trial or not longest.max() else float(scaled.max() / longest.max())
    right = max((float(x[-1]) for x in _along(record)), default=1.0) * scale
    y_range = range_of([run for method in record.methods for run in method.runs], record.direction)
    figure = frame(record.metric, "Trials" if by_trial else f"Worker time, {unit}", y_range, (0, right * 1.01 or 1.0))
    labels = []
    for i, method in enumerate(record.methods):
        colour = f"var(--series-{i % SERIES + 1})"
        _add_runs(figure, method, record.axis, scale, colour)
        places, median = record.medians[i]
        if not len(median):
            continue
        _add_band(figure, method, record.axis, scale, f"var(--band-{i % SERIES + 1})")
        figure.add_scatter(
            x=plain(places * scale), y=plain(median), name=label(method.name), mode="lines",
            line={"shape": "hv", "width": 2, "color": colour, "dash": DASHES[i % len(DASHES)]},
            hovertext=[f"<b>{label(method.name)}</b><br>median {format_score(float(v))}" for v in median],
            hoverinfo="text",
        )  # fmt: skip
        labels.append(EndLabel(float(median[-1]), f"<b>{label(method.name, 18)}</b>", colour))
    add_end_labels(figure, labels, y_range)
    return figure


def _along(record: BestByMethod) -> list[Floats]:
    runs = [run for method in record.methods for run in method.runs if len(run.values)]
    return [run.trials if record.axis == "trial" else run.seconds for run in runs]


def _add_runs(figure: go.Figure, method: MethodRuns, axis: Axis, scale: float, colour: str) -> None:
    """The single runs, as far as there are several; they carry no hover, so that the median keeps it."""
    for run in method.runs if len(method.runs) > 1 else ():
        x = run.trials if axis == "trial" else run.seconds
        figure.add_scatter(
            x=plain(x * scale), y=plain(run.values), name=label(run.name), mode="lines", hoverinfo="skip",
            opacity=FAINT, line={"shape": "hv", "width": 0.8, "color": colour},
        )  # fmt: skip


def _add_band(figure: go.Figure, method: MethodRuns, axis: Axis, scale: float, colour: str) -> None:
    """From the worst to the best seed."""
    places, values = method.band(axis)
    if len(values) < 2:
        return
    edge = {"mode": "lines", "hoverinfo": "skip", "line": {"width": 0, "shape": "hv"}}
    figure.add_scatter(x=plain(places * scale), y=plain(values.min(axis=0)), name="lowest", **edge)
    figure.add_scatter(
        x=plain(places * scale), y=plain(values.max(axis=0)), name="highest", fill="tonexty", fillcolor=colour,
        **edge,
    )  # fmt: skip
