"""Slice: the score of every trial against one parameter; failed trials lie on the floor, far-off scores at the edge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from studies.plots.best_fifth import ENOUGH, TELLING, best_fifth_in_words, share_of_range
from studies.plots.frame import STRIP, Floats, floats, frame, frame_along, plain
from studies.plots.label import label
from studies.plots.marks import LEADER, LOOKS
from studies.plots.numbers import NOTHING, count_of, format_parameter, format_score, format_uncertain
from studies.plots.parameter_axis import ABSENT, ParameterAxis, axis_of
from studies.plots.payload import Key
from studies.plots.score_range import padded, score_range
from studies.plots.table import Cell, Table

GOLDEN = 0.618034  # trial numbers times this, modulo 1, spread evenly: a jitter that every drawing repeats
FEW_IN_GROUP = 3  # complete trials without which a category's median says nothing


@dataclass(frozen=True)
class ParameterSlice:
    """Trials that ended, worst first, failed ones before all; `axis` and all sequences have one entry per trial."""

    numbers: NDArray[np.int64]
    states: tuple[str, ...]
    values: Floats
    stderrs: Floats
    configurations: tuple[Mapping[str, Any], ...]
    axis: ParameterAxis | None
    direction: str
    metric: str
    choices: tuple[str, ...]

    @cached_property
    def complete(self) -> NDArray[np.int64]:
        """Indices of the complete trials, the best last."""
        complete = np.array([state == "complete" for state in self.states], dtype=bool)
        return np.flatnonzero(complete & np.isfinite(self.values))

    @property
    def title(self) -> str:
        """Where good scores lie along this parameter, if anywhere."""
        if self.axis is None:
            return "Every parameter of this study is fixed"
        if not len(self.complete):
            return "No complete trial to draw yet"
        if self.axis.kind == "choice":
            return self._medians() or f"Score against {self.axis.name}"
        if len(self.complete) < ENOUGH:
            return f"Score against {self.axis.name}"
        ranked = self._of_complete()
        share = share_of_range(ranked)
        if share is None or share > TELLING:
            return f"Good scores are found all along {self.axis.name}"
        return best_fifth_in_words(ranked, [self.configurations[i] for i in self.complete])

    def _of_complete(self) -> ParameterAxis:
        assert self.axis is not None  # noqa: S101
        positions = tuple(self.axis.positions[i] for i in self.complete)
        return ParameterAxis(**{**self.axis.__dict__, "positions": positions})

    def _medians(self) -> str:
        """The two categories with the best medians, by name; empty where there are no two with enough trials."""
        groups: dict[str, list[float]] = {}
        for i in self.complete:
            groups.setdefault(self._word(int(i)), []).append(float(self.values[i]))
        medians = {word: float(np.median(found)) for word, found in groups.items() if len(found) >= FEW_IN_GROUP}
        if len(medians) < 2:
            return ""
        ranked = sorted(medians, key=lambda word: medians[word], reverse=self.direction != "minimize")
        noise = float(np.nanmedian(self.stderrs[self.complete])) if np.isfinite(self.stderrs).any() else None
        first, second = (format_score(medians[word], noise) for word in ranked[:2])
        name = self.axis.name if self.axis else ""
        if first == second:
            return f"The median score with {name} {ranked[0]} and {ranked[1]} is the same, {first}"
        return f"With {name} {ranked[0]} the median score is {first}, with {ranked[1]} {second}"

    def _word(self, i: int) -> str:
        value = self.configurations[i].get(self.axis.name, ABSENT) if self.axis else ABSENT
        return NOTHING if value is ABSENT else format_parameter(value)

    @property
    def subtitle(self) -> str:
        better = "lower" if self.direction == "minimize" else "higher"
        return f"Each point is a trial, {better} is better; the other parameters vary too. {self._beyond}".rstrip()

    @property
    def _beyond(self) -> str:
        low, high = self.y_range
        known = self.values[np.isfinite(self.values)]
        outside = int(((known < low) | (known > high)).sum())
        return f"{count_of(outside, 'far score')} at the edge." if outside else ""

    @property
    def y_range(self) -> tuple[float, float]:
        return padded(score_range(self.values[self.complete], self.direction))

    @property
    def keys(self) -> tuple[Key, ...]:
        if self.axis is None or not len(self.complete):
            return ()
        found = [Key("dot k-naive", "best CV"), Key("ring k-trial", "complete")]
        if "pruned" in self.states:
            found.append(Key("tick k-pruned", "pruned"))
        if "failed" in self.states:
            found.append(Key("cross k-failed", "failed, no score"))
        return tuple(found)

    @property
    def lines(self) -> tuple[int, ...]:
        return tuple(int(self.numbers[i]) for i in self.complete)

    def notes(self) -> dict[str, Any]:
        """`parameter`: which one is drawn; `choices`: all that could be; `empty`: whether there is nothing to draw."""
        return {
            "parameter": self.axis.name if self.axis else None,
            "choices": list(self.choices),
            "empty": self.axis is None or not len(self.numbers),
        }

    def table(self) -> Table:
        """One row per trial, in order of number."""
        name = self.axis.name if self.axis else "Parameter"
        rows: list[tuple[Cell, ...]] = [
            (int(self.numbers[i]), self.states[i], _cell(self.configurations[i].get(name)),
             *plain(np.array([self.values[i], self.stderrs[i]])))
            for i in np.argsort(self.numbers)
        ]  # fmt: skip
        return Table(("Trial", "State", name, self.metric, "Standard error"), tuple(rows))


def _cell(value: object) -> Cell:
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else format_parameter(value)


def prepare(
    parameters: Sequence[Mapping[str, Any]],
    numbers: Sequence[int],
    states: Sequence[str],
    configurations: Sequence[Mapping[str, Any]],
    values: Sequence[float | None],
    stderrs: Sequence[float | None],
    *,
    direction: str,
    metric: str,
    parameter: str | None = None,
) -> ParameterSlice:
    """Trials that ended. `parameters` as in the space's JSON; without a known `parameter` the first that varies."""
    varying = [entry for entry in parameters if entry["type"] != "constant"]
    chosen = next((entry for entry in varying if entry["name"] == parameter), varying[0] if varying else None)
    scores = np.where([state == "failed" for state in states], np.nan, floats(values)) if len(states) else np.empty(0)
    goodness = np.nan_to_num(-scores if direction == "minimize" else scores, nan=-np.inf)
    order = [int(i) for i in np.argsort(goodness, kind="stable")]
    configs = tuple(configurations[i] for i in order)
    axis = axis_of(chosen, [config.get(chosen["name"], ABSENT) for config in configs]) if chosen else None
    return ParameterSlice(
        np.asarray(numbers, dtype=np.int64)[order], tuple(states[i] for i in order), scores[order],
        floats(stderrs)[order], configs, axis, direction, metric, tuple(str(entry["name"]) for entry in varying),
    )  # fmt: skip


def draw(record: ParameterSlice) -> go.Figure:
    """The figure of that record."""
    axis = record.axis
    if axis is None:
        return frame(record.metric, "", (0, 1), (0, 1))
    figure = frame_along(axis, record.metric, record.y_range)
    figure.update_layout(
        yaxis2={"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True},
    )
    x = np.array(axis.positions, dtype=np.float64)
    if axis.kind == "choice":
        x = x + STRIP * ((record.numbers * GOLDEN) % 1 - 0.5)
    _add_points(figure, record, x)
    return figure


def _add_points(figure: go.Figure, record: ParameterSlice, x: Floats) -> None:
    low, high = record.y_range
    best = int(record.complete[-1]) if len(record.complete) else -1
    for state in ("pruned", "complete", "failed"):
        known = np.isfinite(record.values) | (state == "failed")
        chosen = [i for i in range(len(record.states)) if record.states[i] == state and known[i] and i != best]
        if not chosen:
            continue
        floor = state == "failed"
        y = [0.025] * len(chosen) if floor else plain(np.clip(record.values[chosen], low, high))
        figure.add_scatter(
            x=plain(x[chosen]), y=y, yaxis="y2" if floor else "y", name=state, mode="markers", marker=LOOKS[state],
            cliponaxis=False,  # a far score lies on the edge: whole, not half of it
            **_hover(record, chosen),
        )  # fmt: skip
    if best >= 0:
        figure.add_scatter(
            x=plain(x[[best]]), y=plain(record.values[[best]]), name="leader", mode="markers", marker=LEADER,
            **_hover(record, [best]),
        )  # fmt: skip


def _hover(record: ParameterSlice, chosen: list[int]) -> dict[str, Any]:
    name = record.axis.name if record.axis else ""
    texts = []
    for i in chosen:
        state = "" if record.states[i] == "complete" else f", {label(record.states[i])}"
        score = "" if np.isnan(record.values[i]) else "<br>" + format_uncertain(record.values[i], record.stderrs[i])
        value = record.configurations[i].get(name, ABSENT)
        word = NOTHING if value is ABSENT else format_parameter(value)
        texts.append(f"<b>Trial {record.numbers[i]}</b>{state}<br>{label(name)} {label(word)}{score}")
    return {"hovertext": texts, "hoverinfo": "text", "customdata": [int(n) for n in record.numbers[chosen]]}
