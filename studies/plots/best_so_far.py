"""Best so far of several studies, by trial or by time: one step line each, in series colours, named at its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from studies.plots.frame import EndLabel, Floats, add_end_labels, floats, frame, plain, time_axis
from studies.plots.label import label, shortened
from studies.plots.numbers import format_duration, format_score
from studies.plots.payload import Key
from studies.plots.table import Table

Axis = Literal["trial", "seconds"]
DASHES = ("solid", "7px,3px", "2px,3px", "9px,3px,2px,3px", "4px,4px", "12px,4px")
SERIES = 6
LINE_END = 18  # characters that the right margin holds


@dataclass(frozen=True)
class Run:
    """One study's best so far: values[i] since trials[i] and seconds[i]; the last entry is where it ended.

    `study`: the id by which a trial of it is found.
    """

    name: str
    trials: Floats
    seconds: Floats
    values: Floats
    study: int = 0

    @property
    def last(self) -> float | None:
        return float(self.values[-1]) if len(self.values) else None

    def at(self, seconds: float) -> float | None:
        """The best when that much worker time was spent; None before the first score."""
        place = int(np.searchsorted(self.seconds, seconds, side="right")) - 1
        return float(self.values[place]) if place >= 0 else None


@dataclass(frozen=True)
class BestSoFar:
    """The runs, in the order of their colours."""

    runs: tuple[Run, ...]
    direction: str
    metric: str
    axis: Axis

    @property
    def title(self) -> str:
        """Who leads, unless nobody does."""
        scored = [run for run in self.runs if run.last is not None]
        if not scored:
            return "No study has a score yet"
        if self.axis == "seconds" and len(scored) > 1:
            return self._title_by_time(scored)
        ranked = sorted(scored, key=lambda run: run.last or 0.0, reverse=self.direction != "minimize")
        if len(ranked) > 1 and ranked[0].last == ranked[1].last:
            return f"Best CV of each study by {self._by}"
        return f"{ranked[0].name} has the best CV so far, {format_score(ranked[0].last)}"

    def _title_by_time(self, scored: list[Run]) -> str:
        """Who led when the shortest of them had spent its time: what each ends with says nothing about speed."""
        spent = min(float(run.seconds[-1]) for run in scored)
        reached = [(run.name, value) for run in scored if (value := run.at(spent)) is not None]
        best = (min if self.direction == "minimize" else max)(value for _, value in reached)
        leaders = [name for name, value in reached if value == best]
        after = f"After {format_duration(spent)} of worker time each"
        if len(leaders) > 1:
            return f"{after}, {len(leaders)} are level at {format_score(best)}"
        return f"{after}, {leaders[0]} leads with {format_score(best)}"

    @property
    def _by(self) -> str:
        return "trials" if self.axis == "trial" else "worker time"

    @property
    def subtitle(self) -> str:
        better = "lower" if self.direction == "minimize" else "higher"
        return f"Best complete trial up to each point, {better} is better; not corrected for having been chosen."

    @property
    def keys(self) -> tuple[Key, ...]:
        return tuple(Key(f"k-{i % SERIES + 1} dash-{_dash(i) + 1}", run.name) for i, run in enumerate(self.runs))

    @property
    def lines(self) -> tuple[int, ...]:
        return ()

    def notes(self) -> dict[str, Any]:
        return {"axis": self.axis}

    def table(self) -> Table:
        """One row for each time that a study's best moved, and one for its end."""
        rows = [
            (run.name, int(trial), *plain(np.array([value, after])))
            for run in self.runs
            for trial, value, after in zip(run.trials, run.values, run.seconds, strict=True)
        ]
        return Table(("Study", "Trial", self.metric, "Worker time, s"), tuple(rows))


def trace(
    name: str,
    numbers: Sequence[int],
    values: Sequence[float | None],
    seconds: Sequence[float],
    direction: str,
    study: int = 0,
) -> Run:
    """A study's line from its ended trials: `seconds` is what each cost, summed up in order of number."""
    if not len(numbers):
        return Run(name, np.empty(0), np.empty(0), np.empty(0), study)
    order = np.argsort(np.asarray(numbers, dtype=np.int64), kind="stable")
    sign = -1.0 if direction == "minimize" else 1.0
    cost = np.cumsum(np.nan_to_num(floats(seconds)[order]))
    score = sign * floats(values)[order]
    running = np.maximum.accumulate(np.where(np.isfinite(score), score, -np.inf))
    moved = np.flatnonzero(running > np.append(-np.inf, running[:-1]))
    kept = np.append(moved, len(running) - 1) if len(moved) and moved[-1] != len(running) - 1 else moved
    trials = np.asarray(numbers, dtype=np.float64)[order]
    return Run(name, trials[kept], cost[kept], sign * running[kept], study)


def prepare(runs: Sequence[Run], *, direction: str, metric: str, axis: Axis = "trial") -> BestSoFar:
    """Freeze the runs; all must be of the same metric."""
    return BestSoFar(tuple(runs), direction, metric, axis)


def _dash(i: int) -> int:
    """From the seventh line on colours come again, with another dash."""
    return (i + i // SERIES) % len(DASHES)


def _told_apart(names: list[str]) -> list[str]:
    """Names without the words that all begin with: a line's end has little room, and only what differs helps."""
    words = [name.split() for name in names]
    shared = 0
    while len(words) > 1 and all(len(one) > shared + 1 and one[shared] == words[0][shared] for one in words):
        shared += 1
    return [" ".join(one[shared:]) or name for one, name in zip(words, names, strict=True)]


def line_ends(names: list[str]) -> list[str]:
    """What stands at the lines' ends: short, by their own ends where the beginnings are alike."""
    apart = _told_apart(names)
    short = [shortened(name, LINE_END) for name in apart]
    return [
        "…" + name[1 - LINE_END :] if cut != name and short.count(cut) > 1 else cut
        for name, cut in zip(apart, short, strict=True)
    ]


def range_of(runs: Sequence[Run], direction: str) -> tuple[float, float]:
    """The y axis: all ends, and of the beginnings as much as does not flatten them."""
    scored = [run.values for run in runs if len(run.values)]
    if not scored:
        return (0.0, 1.0)
    sign = -1.0 if direction == "minimize" else 1.0
    ends = sign * np.array([values[-1] for values in scored])
    starts = sign * np.concatenate(scored)
    top, reach = float(ends.max()), float(max(np.ptp(ends) * 3, np.ptp(starts) * 0.5, abs(ends.max()) * 2e-3, 1e-9))
    reach = min(reach, float(top - starts.min()) * 1.1 or reach)
    pair = sign * (top - reach), sign * (top + 0.08 * reach)
    return (min(pair), max(pair))


def draw(record: BestSoFar) -> go.Figure:
    """The figure of that record."""
    everything = np.concatenate([run.seconds for run in record.runs]) if record.runs else np.array([])
    unit_of, unit = time_axis(everything if len(everything) else np.array([0.0]))
    scale = 1.0 if not len(everything) or not everything.max() else float(unit_of.max() / everything.max())
    places = [run.trials if record.axis == "trial" else run.seconds * scale for run in record.runs]
    right = max((float(x.max()) for x in places if len(x)), default=1.0)
    y_range = range_of(record.runs, record.direction)
    x_title = "Trials" if record.axis == "trial" else f"Worker time, {unit}"
    figure = frame(record.metric, x_title, y_range, (0, right * 1.01 or 1.0))
    labels, ends = [], line_ends([run.name for run in record.runs])
    for i, (run, x) in enumerate(zip(record.runs, places, strict=True)):
        colour = f"var(--series-{i % SERIES + 1})"
        moves = [f"{format_score(v)} at trial {int(t)}" for v, t in zip(run.values, run.trials, strict=True)]
        figure.add_scatter(
            x=plain(x), y=plain(run.values), name=label(run.name), mode="lines",
            line={"shape": "hv", "width": 2, "color": colour, "dash": DASHES[_dash(i)]},
            hovertext=[f"<b>{label(run.name)}</b><br>{move}" for move in moves], hoverinfo="text",
            customdata=[[run.study, int(trial)] for trial in run.trials],
        )  # fmt: skip
        if run.last is not None:
            labels.append(EndLabel(run.last, f"<b>{label(ends[i])}</b>", colour))
    add_end_labels(figure, labels, y_range)
    return figure
