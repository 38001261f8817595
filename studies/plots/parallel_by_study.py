"""Parallel coordinates of several studies: one line per complete trial, coloured by its study, over the parameters that
all of them have. Lines are in order of goodness, as in parallel_coordinates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import plotly.graph_objects as go

from studies.plots import parallel_coordinates
from studies.plots.best_fifth import ENOUGH
from studies.plots.best_so_far import SERIES
from studies.plots.numbers import count_of
from studies.plots.parallel_coordinates import ParallelCoordinates
from studies.plots.payload import Key
from studies.plots.table import Cell, Table

MOST_LINES = 500  # per study; more would hide the others

Parameter = Mapping[str, Any]


class Place(NamedTuple):
    """Where a trial is found: the id of its study and its number."""

    study: int
    number: int


@dataclass(frozen=True)
class ParallelByStudy:
    """In `lines_of` trials are numbered from 0 as given; by that number `series` (index of the name) and `places`."""

    names: tuple[str, ...]
    lines_of: ParallelCoordinates
    series: tuple[int, ...]
    places: tuple[Place, ...]
    thinned: bool
    group: str

    @property
    def _empty(self) -> bool:
        return not self.lines_of.trials or not self.lines_of.axes

    @property
    def title(self) -> str:
        """On which parameter the best fifth of all keep together, if they do."""
        if not self.lines_of.axes:
            return "These studies have no parameter in common to draw"
        if len(self.lines_of.trials) >= ENOUGH or self._empty:
            return self.lines_of.title
        return f"{count_of(len(self.lines_of.trials), 'complete trial')} of {len(self.names)} studies, one line each"

    @property
    def subtitle(self) -> str:
        kept = f" Of more than {MOST_LINES} trials an even sample is drawn." if self.thinned else ""
        return (
            f"Each line is a complete trial in the colour of its {self.group}, over the parameters that all have. "
            f"Drag along an axis to filter.{kept}"
        )

    @property
    def keys(self) -> tuple[Key, ...]:
        return () if self._empty else tuple(Key(f"k-{i % SERIES + 1}", name) for i, name in enumerate(self.names))

    @property
    def lines(self) -> tuple[int, ...]:
        return self.lines_of.trials

    def notes(self) -> dict[str, Any]:
        """As of one study, and the place of each line."""
        places = [list(self.places[i]) for i in self.lines_of.trials]
        return self.lines_of.notes() | {"places": places, "empty": self._empty}

    def table(self) -> Table:
        """Best trial first."""
        inner = self.lines_of.table()
        rows: list[tuple[Cell, ...]] = [
            (self.names[self.series[int(str(row[0]))]], self.places[int(str(row[0]))].number, *row[1:])
            for row in inner.rows
        ]
        return Table(("Study", *inner.header), tuple(rows))


def shared_parameters(spaces: Sequence[Sequence[Parameter]]) -> list[Parameter]:
    """What every space has and at least one searches, in the order of the first, each over all that any allows.

    A parameter that is a number here and a word there has no axis.
    """
    by_name = [{str(entry["name"]): entry for entry in space} for space in spaces]
    if not by_name:
        return []
    common = [name for name in by_name[0] if all(name in entries for entries in by_name)]
    merged = (_merged([entries[name] for entries in by_name]) for name in common)
    return [entry for entry in merged if entry is not None]


def _merged(entries: list[Parameter]) -> Parameter | None:
    searched = [entry for entry in entries if entry["type"] != "constant"]
    kinds = {"number" if entry["type"] in ("int", "float") else "choice" for entry in searched}
    if len(kinds) != 1:
        return None
    name = searched[0]["name"]
    if kinds == {"choice"}:
        choices = [choice for entry in searched for choice in entry.get("choices", [False, True])]
        kept = [choice for i, choice in enumerate(choices) if repr(choice) not in map(repr, choices[:i])]
        return {"name": name, "type": "categorical", "choices": kept}
    return {
        "name": name,
        "type": "int" if all(entry["type"] == "int" for entry in searched) else "float",
        "low": min(entry["low"] for entry in searched),
        "high": max(entry["high"] for entry in searched),
        "log": all(entry.get("log") for entry in searched),
    }


def prepare(
    names: Sequence[str],
    spaces: Sequence[Sequence[Parameter]],
    places: Sequence[tuple[int, int]],
    series: Sequence[int],
    configurations: Sequence[Mapping[str, Any]],
    values: Sequence[float | None],
    *,
    direction: str,
    metric: str,
    group: str = "study",
) -> ParallelByStudy:
    """One name per colour, one space per study; the other sequences have one entry per complete trial.

    `group`: what a colour stands for.
    """
    chosen: list[int] = []
    for i in range(len(names)):
        own = [trial for trial, of in enumerate(series) if of == i]
        chosen += own[:: max(1, -(-len(own) // MOST_LINES))]
    inner = parallel_coordinates.prepare(
        shared_parameters(spaces),
        chosen,
        [configurations[i] for i in chosen],
        [values[i] for i in chosen],
        direction=direction,
        metric=metric,
    )
    thinned = len(chosen) < len(series)
    found = tuple(Place(*place) for place in places)
    return ParallelByStudy(tuple(names), inner, tuple(series), found, thinned, group)


def draw(record: ParallelByStudy) -> go.Figure:
    """The figure of that record: a step of the colour scale per study."""
    figure = parallel_coordinates.draw(record.lines_of)
    count = max(1, len(record.names))
    steps = [[edge, f"var(--series-{i % SERIES + 1})"] for i in range(count) for edge in (i / count, (i + 1) / count)]
    figure.update_traces(
        line={
            "color": [record.series[i] for i in record.lines_of.trials], "cmin": -0.5, "cmax": count - 0.5,
            "colorscale": steps, "reversescale": False,
        },
    )  # fmt: skip
    return figure
