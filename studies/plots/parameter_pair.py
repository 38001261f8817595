"""Two parameters at once: every trial at its place, darker the better its rank; failed ones as crosses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from studies.plots.best_fifth import ENOUGH, TELLING, best_fifth_in_words, share_of_range
from studies.plots.frame import Floats, floats, frame, plain
from studies.plots.label import label, shortened
from studies.plots.marks import LEADER, LOOKS
from studies.plots.numbers import NOTHING, format_parameter, format_uncertain
from studies.plots.parameter_axis import ABSENT, ParameterAxis, axis_of
from studies.plots.payload import Key
from studies.plots.table import Cell, Table

RAMP = 7
BEST = {"size": 12, "line": {"width": 2, "color": "var(--paper)"}}  # it must stand out among the darkest
STRIP, GOLDEN, SILVER = 0.5, 0.618034, 0.414214  # jitter of categories; two ratios, so that no line shows


@dataclass(frozen=True)
class ParameterPair:
    """Trials that ended, failed ones first, then the complete ones, the best last; all have one entry per trial."""

    numbers: NDArray[np.int64]
    values: Floats
    stderrs: Floats
    configurations: tuple[Mapping[str, Any], ...]
    x: ParameterAxis | None
    y: ParameterAxis | None
    failed: int
    metric: str
    choices: tuple[str, ...]

    @property
    def complete(self) -> int:
        return len(self.numbers) - self.failed

    @property
    def title(self) -> str:
        """Where the best fifth lie on both axes, as far as that is narrow."""
        if self.x is None or self.y is None:
            return "A map needs two parameters that vary"
        if not self.complete:
            return "No complete trial to draw yet"
        if self.complete >= ENOUGH:
            shares = [(axis, share_of_range(axis)) for axis in self._ranked()]
            narrow = [axis for axis, share in shares if share is not None and share <= TELLING]
            words = [best_fifth_in_words(axis, self.configurations[self.failed :]) for axis in narrow]
            if len(words) == 2:
                return f"{words[0]} and {words[1].split(' have ')[-1]}"
            if words:
                return words[0]
            return f"Good trials lie all over {self.x.name} and {self.y.name}"
        return f"Trials by {self.x.name} and {self.y.name}"

    def _ranked(self) -> list[ParameterAxis]:
        """Both axes with the complete trials alone."""
        found = [axis for axis in (self.x, self.y) if axis is not None]
        return [ParameterAxis(**{**axis.__dict__, "positions": axis.positions[self.failed :]}) for axis in found]

    @property
    def subtitle(self) -> str:
        return "Each point is a trial, coloured by its rank among the complete ones; the other parameters vary too."

    @property
    def keys(self) -> tuple[Key, ...]:
        if not self.complete:
            return ()
        found = [Key("ramp", "worst to best rank"), Key("dot k-naive", "best CV")]
        return tuple(found + ([Key("cross k-failed", "failed")] if self.failed else []))

    @property
    def lines(self) -> tuple[int, ...]:
        return tuple(int(n) for n in self.numbers[self.failed :])

    def notes(self) -> dict[str, Any]:
        """`px` and `py`: the parameters that are drawn; `choices`: all that could be."""
        return {
            "px": self.x.name if self.x else None,
            "py": self.y.name if self.y else None,
            "choices": list(self.choices),
            "empty": self.x is None or self.y is None or not len(self.numbers),
        }

    def table(self) -> Table:
        """One row per trial, the best first; failed ones last, without a rank."""
        names = tuple(axis.name for axis in (self.x, self.y) if axis)
        rows: list[tuple[Cell, ...]] = [
            (int(self.numbers[i]), len(self.numbers) - i if i >= self.failed else None, *plain(self.values[i : i + 1]),
             *(_cell(self.configurations[i].get(name)) for name in names))
            for i in reversed(range(len(self.numbers)))
        ]  # fmt: skip
        return Table(("Trial", "Rank", self.metric, *names), tuple(rows))


def _cell(value: object) -> Cell:
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else format_parameter(value)


def prepare(
    parameters: Sequence[Mapping[str, Any]],
    numbers: Sequence[int],
    configurations: Sequence[Mapping[str, Any]],
    values: Sequence[float | None],
    stderrs: Sequence[float | None],
    *,
    direction: str,
    metric: str,
    px: str | None = None,
    py: str | None = None,
) -> ParameterPair:
    """Complete trials, and failed ones with None as value. `parameters` as in the space's JSON, in the order in which
    they are taken where `px` or `py` is not one of them."""
    varying = [entry for entry in parameters if entry["type"] != "constant"]
    by_name = {str(entry["name"]): entry for entry in varying}
    first = px if px in by_name else next((name for name in by_name if name != py), None)
    second = py if py in by_name and py != first else next((name for name in by_name if name != first), None)
    scores = floats(values)
    goodness = np.nan_to_num(-scores if direction == "minimize" else scores, nan=-np.inf)
    order = [int(i) for i in np.argsort(goodness, kind="stable")]
    configs = tuple(configurations[i] for i in order)
    x, y = (
        axis_of(by_name[name], [config.get(name, ABSENT) for config in configs]) if name else None
        for name in (first, second)
    )
    return ParameterPair(
        np.asarray(numbers, dtype=np.int64)[order], scores[order], floats(stderrs)[order], configs, x, y,
        int((~np.isfinite(scores)).sum()), metric, tuple(by_name),
    )  # fmt: skip


def draw(record: ParameterPair) -> go.Figure:
    """The figure of that record."""
    if record.x is None or record.y is None:
        return frame("", "", (0, 1), (0, 1))
    names = [label(f"{axis.name}, log scale" if axis.log else axis.name) for axis in (record.x, record.y)]
    figure = frame(names[1], names[0], _range(record.y), _range(record.x))
    figure.update_layout(
        margin={"l": 44, "r": 14, "t": 26, "b": 40},
        xaxis=_ticks(record.x),
        yaxis={**_ticks(record.y), "automargin": True},
    )
    x, y = _places(record.x, record.numbers, GOLDEN), _places(record.y, record.numbers, SILVER)
    failed, best = list(range(record.failed)), len(record.numbers) - 1
    ranked = list(range(record.failed, best))
    if failed:
        _add(figure, record, failed, x, y, "failed", LOOKS["failed"])
    if ranked:
        steps = [f"var(--ramp-{int(RAMP * i / record.complete)})" for i in range(len(ranked))]
        look = {"size": 8, "color": steps, "line": {"width": 0.8, "color": "var(--ink-3)"}}
        _add(figure, record, ranked, x, y, "complete", look)
    if record.complete:
        _add(figure, record, [best], x, y, "leader", LEADER | BEST)
    return figure


def _range(axis: ParameterAxis) -> tuple[float, float]:
    room = STRIP if axis.kind == "choice" else 0.04 * ((axis.high - axis.low) or 1.0)
    return axis.low - room, axis.high + room


def _ticks(axis: ParameterAxis) -> dict[str, Any]:
    shown = [(tick, shortened(text, 14)) for tick, text in zip(axis.ticks, axis.texts, strict=True) if text]
    return {"tickvals": [tick for tick, _ in shown], "ticktext": [label(text) for _, text in shown]}


def _places(axis: ParameterAxis, numbers: NDArray[np.int64], ratio: float) -> Floats:
    places = np.array(axis.positions, dtype=np.float64)
    return places + STRIP * ((numbers * ratio) % 1 - 0.5) if axis.kind == "choice" else places


def _add(
    figure: go.Figure, record: ParameterPair, chosen: list[int], x: Floats, y: Floats, name: str, look: dict[str, Any]
) -> None:
    texts = []
    for i in chosen:
        values = ((axis.name, record.configurations[i].get(axis.name, ABSENT)) for axis in (record.x, record.y) if axis)
        words = "".join(f"<br>{label(n)} {NOTHING if v is ABSENT else label(format_parameter(v))}" for n, v in values)
        failed = np.isnan(record.values[i])
        score = "failed" if failed else format_uncertain(record.values[i], record.stderrs[i])
        texts.append(f"<b>Trial {record.numbers[i]}</b>, {score}{words}")
    figure.add_scatter(
        x=plain(x[chosen]), y=plain(y[chosen]), mode="markers", name=name, marker=look, hovertext=texts,
        hoverinfo="text", customdata=[int(n) for n in record.numbers[chosen]],
    )  # fmt: skip
