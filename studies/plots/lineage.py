"""Lineage of an evolutionary study: every trial by number and score, a line to each child, the best one's ancestors.

n          trials with a score, in order of trial number
born       children: trials with at least one parent that has a score itself
ancestry   the best trial and all that it descends from
generation 0 without parents, else one more than the later parent's
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from studies.plots.frame import Floats, floats, frame, plain
from studies.plots.marks import LEADER, LOOKS
from studies.plots.numbers import count_of, format_score, format_uncertain
from studies.plots.payload import Key
from studies.plots.score_range import padded, score_range
from studies.plots.table import Table

MOST_LINES = 2000  # of very many children, the latest have lines; the best one's ancestors always do
FEW = 8  # so many trials have a tick each


@dataclass(frozen=True)
class Lineage:
    """Trials with a score by number; `parents` are places in the same arrays, all before their child."""

    numbers: NDArray[np.int64]
    values: Floats
    stderrs: Floats
    parents: tuple[tuple[int, ...], ...]
    direction: str
    metric: str

    @cached_property
    def born(self) -> tuple[int, ...]:
        return tuple(i for i, parents in enumerate(self.parents) if parents)

    @cached_property
    def best(self) -> int | None:
        """Place of the best trial, the earliest of equals."""
        if not len(self.values):
            return None
        return int(np.argmin(self.values) if self.direction == "minimize" else np.argmax(self.values))

    @cached_property
    def ancestry(self) -> frozenset[int]:
        found: set[int] = set()
        waiting = [] if self.best is None else [self.best]
        while waiting:
            place = waiting.pop()
            if place not in found:
                found.add(place)
                waiting += self.parents[place]
        return frozenset(found)

    @cached_property
    def generations(self) -> tuple[int, ...]:
        generations: list[int] = []
        for parents in self.parents:
            generations.append(1 + max((generations[parent] for parent in parents), default=-1))
        return tuple(generations)

    def beats_parents(self, place: int) -> bool:
        """Whether a child is better than each of its parents."""
        ours, theirs = self.values[place], self.values[list(self.parents[place])]
        return bool((ours < theirs).all() if self.direction == "minimize" else (ours > theirs).all())

    @property
    def title(self) -> str:
        """Where the best trial comes from."""
        if self.best is None or not self.born:
            return "No child has a score yet"
        generation, number = self.generations[self.best], int(self.numbers[self.best])
        if generation == 0:
            tried = "The only child has not" if len(self.born) == 1 else f"None of {len(self.born):,} children has"
            return f"{tried} beaten trial {number}, which has no parents"
        return f"The best, trial {number}, descends from {self._founders()} over {count_of(generation, 'generation')}"

    def _founders(self) -> str:
        first = [place for place in self.ancestry if not self.parents[place]]
        return f"trial {self.numbers[first[0]]}" if len(first) == 1 else f"{len(first):,} trials"

    @property
    def subtitle(self) -> str:
        better = "lower" if self.direction == "minimize" else "higher"
        if not self.born:
            return f"A point for each trial, {better} is better, and a line from it to its children once there are any."
        ahead = sum(self.beats_parents(place) for place in self.born)
        lead = f"Lines lead from parents to children, {better} is better"
        return f"{lead}; {ahead:,} of {len(self.born):,} beat each of their parents. {self._beyond}".rstrip()

    @property
    def _beyond(self) -> str:
        low, high = self.y_range
        outside = int(((self.values < low) | (self.values > high)).sum())
        return f"{count_of(outside, 'far score')} at the edge." if outside else ""

    @property
    def y_range(self) -> tuple[float, float]:
        return padded(score_range(self.values, self.direction))

    @cached_property
    def heights(self) -> Floats:
        """Where a score is drawn: far-off ones at the edge."""
        return np.clip(self.values, *self.y_range)

    @property
    def keys(self) -> tuple[Key, ...]:
        if not self.born:
            return ()
        return (
            Key("k-naive", "the best trial’s ancestors"),
            Key("k-pruned", "other parents and children"),
            Key("ring k-trial", "trial"),
        )

    @property
    def lines(self) -> tuple[int, ...]:
        return tuple(int(n) for n in self.numbers)

    def notes(self) -> dict[str, Any]:
        return {"empty": not self.born}

    def table(self) -> Table:
        """One row per trial; parents by number, mother first."""
        header = ("Trial", self.metric, "Parents", "Generation", "Better than its parents", "Ancestor of the best")
        rows = [
            (
                int(self.numbers[i]),
                *plain(self.values[i : i + 1]),
                ", ".join(str(self.numbers[parent]) for parent in parents) or None,
                self.generations[i],
                ("yes" if self.beats_parents(i) else "no") if parents else None,
                "itself" if i == self.best else "yes" if i in self.ancestry else "no",
            )
            for i, parents in enumerate(self.parents)
        ]
        return Table(header, tuple(rows))


def prepare(
    numbers: Sequence[int],
    values: Sequence[float | None],
    stderrs: Sequence[float | None],
    parents: Sequence[Sequence[int]],
    *,
    direction: str,
    metric: str,
) -> Lineage:
    """Trials in any order with the numbers of their parents; a parent that is no trial with a score is left out."""
    scores = floats(values)
    order = [i for i in np.argsort(np.asarray(numbers, dtype=np.int64), kind="stable") if np.isfinite(scores[i])]
    place = {int(numbers[i]): at for at, i in enumerate(order)}
    known = [tuple(place[n] for n in parents[i] if n in place and place[n] < at) for at, i in enumerate(order)]
    return Lineage(
        numbers=np.asarray([numbers[i] for i in order], dtype=np.int64),
        values=scores[order],
        stderrs=floats(stderrs)[order],
        parents=tuple(known),
        direction=direction,
        metric=metric,
    )


def draw(record: Lineage) -> go.Figure:
    """The figure of that record."""
    right = float(record.numbers.max(initial=1))
    figure = frame(record.metric, "Trial", record.y_range, (-0.015 * right - 0.1, 1.015 * right + 0.1))
    figure.update_layout(margin={"l": 44, "r": 14, "t": 26, "b": 40})
    if right <= FEW:
        figure.update_layout(xaxis={"dtick": 1})  # there is no half a trial
    if record.best is None:
        figure.update_layout(yaxis={"showticklabels": False})
        return figure
    ancestors = [place for place in record.born if place in record.ancestry]
    others = [place for place in record.born if place not in record.ancestry][-MOST_LINES:]
    _add_lines(figure, record, others, "children", {"width": 0.8, "color": "var(--rule-2)"})
    _add_lines(figure, record, ancestors, "ancestors", {"width": 1.6, "color": "var(--ink)"})
    rest = [i for i in range(len(record.values)) if i not in record.ancestry]
    _add_points(figure, record, rest, "trials", LOOKS["complete"])
    older = sorted(record.ancestry - {record.best})
    _add_points(figure, record, older, "ancestor", {"size": 6, "color": "var(--ink)", "line": {"width": 0}})
    _add_points(figure, record, [record.best], "best", LEADER)
    return figure


def _add_lines(figure: go.Figure, record: Lineage, children: list[int], name: str, line: dict[str, Any]) -> None:
    """One trace for all lines, from each parent to its child, with gaps between them."""
    pairs = [(parent, child) for child in children for parent in record.parents[child]]
    if not pairs:
        return
    gap = np.full(len(pairs), np.nan)
    ends = np.array(pairs, dtype=np.int64).T
    x = np.stack([*record.numbers[ends].astype(np.float64), gap], axis=1).ravel()
    y = np.stack([*record.heights[ends], gap], axis=1).ravel()
    figure.add_scatter(x=plain(x), y=plain(y), name=name, mode="lines", line=line, hoverinfo="skip")


def _add_points(figure: go.Figure, record: Lineage, chosen: list[int], name: str, marker: dict[str, Any]) -> None:
    if not chosen:
        return
    figure.add_scatter(
        x=[int(n) for n in record.numbers[chosen]], y=plain(record.heights[chosen]), name=name, mode="markers",
        marker=marker, cliponaxis=False, hovertext=[_says(record, i) for i in chosen], hoverinfo="text",
        customdata=[int(n) for n in record.numbers[chosen]],
    )  # fmt: skip


def _says(record: Lineage, place: int) -> str:
    score = format_uncertain(float(record.values[place]), float(record.stderrs[place]))
    parents = [
        f"{record.numbers[parent]} ({format_score(record.values[parent], record.stderrs[parent])})"
        for parent in record.parents[place]
    ]
    of = f"<br>child of {' and '.join(parents)}" if parents else ""
    return f"<b>Trial {record.numbers[place]}</b><br>{score}{of}"
