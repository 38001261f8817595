"""Timeline of parallel trials: a row per lane, a bar per attempt, gaps where the lane was idle."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from studies.plots.frame import Floats, frame, plain, time_axis
from studies.plots.label import label
from studies.plots.numbers import count_of, format_duration, format_percent
from studies.plots.payload import Key
from studies.plots.table import Table

MOST_BARS = 2000
ROW_HEIGHT = 26
LOOKS: dict[str, dict[str, Any]] = {
    "complete": {"color": "var(--complete)"},
    "running": {
        "color": "var(--running)",
        "pattern": {"shape": ".", "fgcolor": "var(--paper)", "size": 6, "fillmode": "overlay"},
    },
    "failed": {
        "color": "var(--failed)",
        "pattern": {"shape": "x", "fgcolor": "var(--paper)", "size": 6, "fillmode": "overlay"},
    },
    "killed": {
        "color": "var(--pruned)",
        "pattern": {"shape": "/", "fgcolor": "var(--paper)", "size": 6, "fillmode": "overlay"},
    },
    "lost": {
        "color": "var(--lost)",
        "pattern": {"shape": "-", "fgcolor": "var(--paper)", "size": 6, "fillmode": "overlay"},
    },
}
MARKS = {
    "complete": "box k-done", "running": "box k-running", "failed": "box k-failed", "killed": "box k-trial",
    "lost": "box k-lost",
}  # fmt: skip


class Bar(NamedTuple):
    """One attempt: seconds since launch; a running one ends now."""

    trial: int
    attempt: int
    lane: int
    start: float
    end: float
    outcome: str
    worker: str = ""

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True)
class Timeline:
    """Attempts in order of their start; `paused` seconds count as neither busy nor idle."""

    bars: tuple[Bar, ...]
    paused: float

    @cached_property
    def lanes(self) -> tuple[int, ...]:
        return tuple(sorted({bar.lane for bar in self.bars}))

    @property
    def busy(self) -> float | None:
        """Share of the lanes' time in which an attempt ran, between the first start and the last end."""
        if not self.bars:
            return None
        span = max(bar.end for bar in self.bars) - min(bar.start for bar in self.bars)
        room = len(self.lanes) * max(0.0, span - self.paused)
        worked = sum(bar.seconds for bar in self.bars)
        return min(1.0, worked / room) if room > 0 else None

    @property
    def title(self) -> str:
        """How well the lanes were used."""
        busy, lanes = self.busy, len(self.lanes)
        if busy is None:
            return "No trial has started yet"
        once = "One trial at a time" if lanes == 1 else f"{lanes} trials at a time"
        return f"{once}, {format_percent(busy)} busy"

    @property
    def subtitle(self) -> str:
        lost = sum(bar.outcome == "lost" for bar in self.bars)
        words = "A row per parallel trial, a bar per attempt; gaps are idle time."
        if self.paused >= 1:
            words += f" {format_duration(self.paused)} of pause are not counted."
        if lost:
            words += f" {count_of(lost, 'attempt')} ended with a lost worker."
        return words

    @property
    def keys(self) -> tuple[Key, ...]:
        present = {bar.outcome for bar in self.bars}
        return tuple(Key(MARKS[outcome], outcome) for outcome in LOOKS if outcome in present)

    @property
    def lines(self) -> tuple[int, ...]:
        return tuple(bar.trial for bar in self.bars)

    def notes(self) -> dict[str, Any]:
        return {"empty": not self.bars}

    def table(self) -> Table:
        """One row per attempt."""
        header = ("Trial", "Attempt", "Parallel trial", "Outcome", "Started after, s", "Ended after, s", "Worker")
        rows = [
            (bar.trial, bar.attempt, bar.lane + 1, bar.outcome, *_ends(bar), bar.worker or None) for bar in self.bars
        ]
        return Table(header, tuple(rows))


def _ends(bar: Bar) -> tuple[float, float | None]:
    return round(bar.start, 3), None if bar.outcome == "running" else round(bar.end, 3)


def prepare(bars: Sequence[Bar], *, paused: float = 0.0) -> Timeline:
    """Freeze the attempts; one that ends before it starts, as after a change of clocks, is drawn without length."""
    kept = (bar._replace(end=max(bar.start, bar.end)) for bar in bars)
    return Timeline(tuple(sorted(kept, key=lambda bar: (bar.start, bar.trial, bar.attempt))), max(0.0, paused))


def draw(record: Timeline) -> go.Figure:
    """The figure of that record; of very many attempts the latest."""
    bars = record.bars[-MOST_BARS:]
    ends: Floats = np.array([bar.end for bar in bars] or [1.0])
    scaled, unit = time_axis(ends)
    scale = float(scaled.max() / ends.max()) if ends.max() else 1.0
    left = min((bar.start for bar in bars), default=0.0) * scale
    right = max(float(scaled.max()), left + 1e-3)
    lanes = len(record.lanes)
    figure = frame("Parallel trial", f"Wall time, {unit}", (lanes - 0.5, -0.5), (left, right + 0.01 * (right - left)))
    figure.update_layout(
        height=ROW_HEIGHT * max(1, lanes) + 86, barmode="overlay", bargap=0.25,
        margin={"l": 44, "r": 14, "t": 26, "b": 40},
        yaxis={
            "tickvals": list(range(lanes)), "ticktext": [f"{lane + 1}\u00a0" for lane in record.lanes],
            "showgrid": False,
        },
    )  # fmt: skip
    row = {lane: i for i, lane in enumerate(record.lanes)}
    for outcome, look in LOOKS.items():
        chosen = [bar for bar in bars if bar.outcome == outcome]
        if not chosen:
            continue
        edge = {"line": {"width": 0.5, "color": "var(--paper)"}}
        figure.add_bar(
            orientation="h", name=outcome, y=[row[bar.lane] for bar in chosen], hoverinfo="text", marker=look | edge,
            base=plain(np.array([bar.start * scale for bar in chosen])),
            x=plain(np.array([bar.seconds * scale for bar in chosen])),
            customdata=[bar.trial for bar in chosen],
            hovertext=[
                f"<b>Trial {bar.trial}</b>, {outcome}<br>attempt {bar.attempt}, {format_duration(bar.seconds)}"
                + (f"<br>{label(bar.worker)}" if bar.worker else "")
                for bar in chosen
            ],
        )  # fmt: skip
    return figure
