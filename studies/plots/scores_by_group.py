"""Distributions side by side: every trial's score as a point, a row per study or method, median and best marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from studies.plots.best_so_far import SERIES, line_ends
from studies.plots.frame import Floats, floats, frame, plain, tick_format
from studies.plots.label import label, shortened
from studies.plots.numbers import count_of, format_score
from studies.plots.payload import Key
from studies.plots.score_range import padded, score_range
from studies.plots.table import Table

MOST_POINTS = 500  # per row; more would hide one another
FEW = 5  # trials without which a median is no finding
ROW_HEIGHT, STRIP, GOLDEN = 46, 0.6, 0.618034


@dataclass(frozen=True)
class Group:
    """A study's or method's complete trials; values (n,) in order of trial number.

    `places`: of each, its study's id and its number; or none.
    """

    name: str
    values: Floats
    places: tuple[tuple[int, int], ...] = ()

    @property
    def median(self) -> float:
        return float(np.median(self.values))

    def best_at(self, direction: str) -> int:
        """Index of the best; the earliest of equals."""
        return int(self.values.argmin() if direction == "minimize" else self.values.argmax())

    def best(self, direction: str) -> float:
        return float(self.values[self.best_at(direction)])


@dataclass(frozen=True)
class ScoresByGroup:
    """Groups in the order of their colours."""

    groups: tuple[Group, ...]
    direction: str
    metric: str

    @property
    def title(self) -> str:
        """What half of the trials of the two best reach: where a search spends its time."""
        telling = [group for group in self.groups if len(group.values) >= FEW]
        if len(telling) < 2:
            return "Scores of all complete trials"
        ranked = sorted(telling, key=lambda group: group.median, reverse=self.direction != "minimize")
        first, second = ranked[:2]
        lower, upper = np.quantile(np.concatenate([group.values for group in telling]), [0.25, 0.75])
        noise = max(abs(first.median - second.median) / 2, float(upper - lower) / 5) or None
        reached = [format_score(group.median, noise) for group in (first, second)]
        if reached[0] == reached[1]:
            return f"{_short(first)} and {_short(second)} have the same median score, {reached[0]}"
        word = "below" if self.direction == "minimize" else "above"
        return f"Half of the trials of {_short(first)} are {word} {reached[0]}, of {_short(second)} {word} {reached[1]}"

    @property
    def subtitle(self) -> str:
        thinned = any(len(group.values) > MOST_POINTS for group in self.groups)
        kept = f" Of more than {MOST_POINTS} trials an even sample is drawn." if thinned else ""
        better = "lower" if self.direction == "minimize" else "higher"
        return f"Each point is a complete trial, {better} is better; the line is the median, the dot the best.{kept}"

    @property
    def keys(self) -> tuple[Key, ...]:
        return tuple(Key(f"box k-{i % SERIES + 1}", group.name) for i, group in enumerate(self.groups))

    @property
    def lines(self) -> tuple[int, ...]:
        return ()

    def notes(self) -> dict[str, Any]:
        return {"empty": not any(len(group.values) for group in self.groups)}

    def table(self) -> Table:
        """One row per group: count, best, quartiles, worst."""
        rows = []
        for group in self.groups:
            cuts = np.quantile(group.values, [0, 0.25, 0.5, 0.75, 1]) if len(group.values) else np.full(5, np.nan)
            rows.append((group.name, len(group.values), *plain(cuts)))
        header = ("Name", "Trials", f"Lowest {self.metric}", "Lower quartile", "Median", "Upper quartile", "Highest")
        return Table(header, tuple(rows))


def _short(group: Group) -> str:
    return shortened(group.name, 48)


def prepare(
    names: Sequence[str],
    values: Sequence[Sequence[float | None]],
    *,
    direction: str,
    metric: str,
    places: Sequence[Sequence[tuple[int, int]]] | None = None,
) -> ScoresByGroup:
    """One sequence of scores per name, and one of places if a click shall find the trial; what is not finite is left
    out."""
    groups = []
    for i, (name, scores) in enumerate(zip(names, map(floats, values), strict=True)):
        known = np.isfinite(scores)
        found = tuple(place for place, kept in zip(places[i], known, strict=True) if kept) if places else ()
        groups.append(Group(name, scores[known], found))
    return ScoresByGroup(tuple(groups), direction, metric)


def draw(record: ScoresByGroup) -> go.Figure:
    """The figure of that record."""
    rows = len(record.groups)
    everything = np.concatenate([np.empty(0), *(group.values for group in record.groups)])
    low, high = score_range(everything, record.direction)
    figure = frame("", label(record.metric), (rows - 0.5, -0.5), padded((low, high), 0.03))
    figure.update_layout(
        height=ROW_HEIGHT * max(1, rows) + 60, margin={"l": 30, "r": 14, "t": 8, "b": 40},
        xaxis={"tickformat": tick_format((low, high))},
        yaxis={
            "tickvals": list(range(rows)), "automargin": True, "showgrid": False,
            "ticktext": [f"{label(name)}\u00a0" for name in line_ends([group.name for group in record.groups])],
        },
    )  # fmt: skip
    for i, group in enumerate(record.groups):
        if len(group.values):
            _add_row(figure, record, i, np.clip(group.values, low, high))
    return figure


def _add_row(figure: go.Figure, record: ScoresByGroup, i: int, values: Floats) -> None:
    group, colour = record.groups[i], f"var(--series-{i % SERIES + 1})"
    stride = max(1, -(-len(values) // MOST_POINTS))
    drawn, places = values[::stride], [list(place) for place in group.places]
    jitter = i + STRIP * ((np.arange(len(drawn)) * GOLDEN) % 1 - 0.5)
    figure.add_scatter(
        x=plain(drawn), y=jitter.tolist(), mode="markers", name=label(group.name), opacity=0.55, hoverinfo="text",
        marker={"size": 5, "color": "var(--paper)", "line": {"width": 1.1, "color": colour}},
        hovertext=[f"<b>{label(group.name)}</b><br>{format_score(float(v))}" for v in drawn],
        customdata=places[::stride],
    )  # fmt: skip
    middle, best = (float(np.clip(v, values.min(), values.max())) for v in (group.median, group.best(record.direction)))
    figure.add_scatter(
        x=[middle, middle], y=[i - 0.38, i + 0.38], mode="lines", name="median", line={"width": 2.5, "color": colour},
        hovertext=[f"<b>{label(group.name)}</b><br>median {format_score(group.median)} of "
                   f"{count_of(len(group.values), 'trial')}"] * 2, hoverinfo="text",
    )  # fmt: skip
    figure.add_scatter(
        x=[best], y=[float(i)], mode="markers", name="best", hoverinfo="text",
        marker={"size": 9, "color": colour, "line": {"width": 1.5, "color": "var(--paper)"}},
        hovertext=[f"<b>{label(group.name)}</b><br>best {format_score(group.best(record.direction))}"],
        customdata=[places[group.best_at(record.direction)]] if places else [],
    )  # fmt: skip
