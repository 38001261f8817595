"""Importance of parameters: a bar for the share of the differences that each explains, a line for its doubt."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from studies.plots.frame import Floats, frame, plain
from studies.plots.label import label
from studies.plots.numbers import format_percent
from studies.plots.payload import Key
from studies.plots.table import Table
from studies.plots.ticks import linear_ticks

MOST = 0.5
ROW_HEIGHT = 28
NAME = 24  # letters of a parameter's name that the margin holds


@dataclass(frozen=True)
class Importance:
    """Parameters by share, the greatest first; all sequences have one entry per parameter, none while too few trials
    ran. `seen`: whether doubt and luck leave an effect. `trusted`: whether the model predicts what it has not seen."""

    names: tuple[str, ...]
    shares: Floats
    low: Floats
    high: Floats
    seen: NDArray[np.bool_]
    trusted: bool
    trials: int
    needed: int

    @property
    def title(self) -> str:
        """What decides, in words."""
        if not self.names:
            if self.trials >= self.needed:
                return "Every parameter of this study is fixed"
            return f"Too few trials to tell what matters: {self.trials} of {self.needed}"
        visible = [name for name, seen in zip(self.names, self.seen, strict=True) if seen]
        if not visible:
            return "No parameter has a visible effect yet"
        first = int(np.argmax(self.seen))
        if self.shares[first] >= MOST:
            return f"{visible[0]} explains most of the differences"
        if len(visible) == 1:
            return f"Only {visible[0]} has a visible effect"
        return f"{visible[0]} matters most, then {visible[1]}"

    @property
    def subtitle(self) -> str:
        if not self.names:
            return (
                "A Gaussian process of these trials says how much each parameter explains; it needs some to learn from."
            )
        beware = "" if self.trusted else " It does not predict trials that it has not seen, so no share counts."
        return (
            f"Share of the differences over the whole space, with 90 % interval, "
            f"by a Gaussian process of {self.trials:,} trials.{beware}"
        )

    @property
    def keys(self) -> tuple[Key, ...]:
        if not self.names:
            return ()
        found = [Key("box k-honest", "effect")] if self.seen.any() else []
        return tuple(found + ([Key("box k-pruned", "no effect seen")] if not self.seen.all() else []))

    @property
    def lines(self) -> tuple[int, ...]:
        return ()

    def notes(self) -> dict[str, Any]:
        return {"empty": not self.names}

    def table(self) -> Table:
        """One row per parameter; shares from 0 to 1."""
        columns = (plain(column) for column in (self.shares, self.low, self.high))
        rows = zip(self.names, *columns, ("yes" if seen else "no" for seen in self.seen), strict=True)
        return Table(("Parameter", "Share", "5 %", "95 %", "Effect seen"), tuple(rows))


def prepare(
    names: Sequence[str],
    shares: Floats,
    low: Floats,
    high: Floats,
    seen: NDArray[np.bool_],
    *,
    trusted: bool,
    trials: int,
    needed: int,
) -> Importance:
    """All sequences have one entry per parameter; empty ones say that `trials` were fewer than `needed`."""
    order = [int(i) for i in np.lexsort((-shares, ~seen))]
    return Importance(
        tuple(names[i] for i in order), shares[order], low[order], high[order], seen[order], trusted, trials, needed
    )


def draw(record: Importance) -> go.Figure:
    """The figure of that record."""
    rows = len(record.names)
    right = max(0.1, float(record.high.max(initial=0.0)) * 1.05)
    marks = linear_ticks(0.0, right, 4)
    figure = frame("", "Share of the differences", (rows - 0.4, -0.6), (0, right))
    figure.update_layout(
        height=ROW_HEIGHT * max(1, rows) + 62, bargap=0.45, margin={"l": 30, "r": 96, "t": 8, "b": 40},
        xaxis={"tickvals": marks, "ticktext": [f"{100 * mark:.0f} %" for mark in marks]},
        yaxis={
            "tickvals": list(range(rows)), "ticktext": [f"{label(name, NAME)}\u00a0" for name in record.names],
            "showgrid": False, "automargin": True,
        },
    )  # fmt: skip
    shares, low, high = record.shares, np.clip(record.low, 0, None), np.clip(record.high, 0, None)
    figure.add_bar(
        orientation="h", x=plain(shares), y=list(range(rows)), name="share", hoverinfo="text",
        marker={"color": ["var(--accent)" if seen else "var(--rule-2)" for seen in record.seen]},
        error_x={
            "type": "data", "array": plain(np.clip(high - shares, 0, None)),
            "arrayminus": plain(np.clip(shares - low, 0, None)), "thickness": 1.25, "width": 0, "color": "var(--ink)",
        },
        hovertext=[
            f"<b>{label(name)}</b><br>{_interval(record, i)}{'' if record.seen[i] else '<br>no effect seen'}"
            for i, name in enumerate(record.names)
        ],
    )  # fmt: skip
    for i in range(rows):
        figure.add_annotation(
            text=format_percent(shares[i]) if record.seen[i] else "none seen", x=1, xref="paper", xshift=8, y=i,
            xanchor="left", yanchor="middle", showarrow=False,
            font={"color": "var(--ink)" if record.seen[i] else "var(--ink-3)"},
        )  # fmt: skip
    return figure


def _interval(record: Importance, i: int) -> str:
    low, high = (format_percent(max(0.0, float(end[i]))) for end in (record.low, record.high))
    return f"{format_percent(float(record.shares[i]))} [{low}, {high}]"
