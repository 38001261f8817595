"""Scores with their intervals on one axis, a row each; in percents of the width, so that it fits any page.

`expected` lies within `low` and `high`; `beside` is a second score of the same row (the best CV), `dots` are the
single scores that a row is made of. A row without an interval has a point alone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .numbers import format_score
from .ticks import linear_ticks

MARGIN = 4.0  # percent of the width that stays free at both ends, for half a mark
EDGE = 6.0  # percent: half a tick's word on a phone
TICKS = 6


@dataclass(frozen=True)
class Scored:
    """What one row shows; `mark` is the number of its colour."""

    name: str
    mark: int
    expected: float
    low: float | None = None
    high: float | None = None
    beside: float | None = None
    dots: tuple[float, ...] = ()
    noise: float | None = None

    @property
    def words(self) -> str:
        """Such as "0.772"; the interval stands beside it."""
        return format_score(self.expected, self.noise)

    @property
    def interval(self) -> str:
        if self.low is None or self.high is None:
            return ""
        return f"[{format_score(self.low, self.noise)}, {format_score(self.high, self.noise)}]"

    @property
    def known(self) -> list[float]:
        values = [self.expected, self.low, self.high, self.beside, *self.dots]
        return [value for value in values if value is not None and math.isfinite(value)]


@dataclass(frozen=True)
class Placed:
    """A row with its marks in percents of the width."""

    row: Scored
    at: float
    low: float | None
    high: float | None
    beside: float | None
    dots: tuple[float, ...]

    @property
    def label(self) -> str:
        beside = "" if self.row.beside is None else f", best CV {format_score(self.row.beside, self.row.noise)}"
        return f"{self.row.name}: expected {self.row.words} {self.row.interval}".rstrip() + beside


@dataclass(frozen=True)
class Intervals:
    """Rows in the order given and the ticks of their axis, each with its word or none where it would be cut off."""

    rows: tuple[Placed, ...]
    ticks: tuple[tuple[float, str], ...]


def intervals(rows: Sequence[Scored]) -> Intervals | None:
    """None without a row, or where the scores are too large to be told apart."""
    known = [value for row in rows for value in row.known]
    if not known:
        return None
    low, high = min(known), max(known)
    pad = max(abs(high) * 1e-3, 1e-9) if high <= low else 0.0
    low, high = low - pad, high + pad
    if not 0 < high - low < math.inf:
        return None

    def at(value: float | None) -> float | None:
        if value is None or not math.isfinite(value):
            return None
        return round(MARGIN + (100 - 2 * MARGIN) * (value - low) / (high - low), 2)

    def place(row: Scored) -> Placed:
        dots = tuple(x for x in map(at, row.dots) if x is not None)
        return Placed(row, at(row.expected) or 0.0, at(row.low), at(row.high), at(row.beside), dots)

    ticks = linear_ticks(low, high, TICKS)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else high - low
    decimals = max(0, math.ceil(-math.log10(step) - 1e-9))
    words = [(at(tick) or 0.0, f"{tick:,.{decimals}f}".replace("-", "−")) for tick in ticks]
    return Intervals(
        tuple(place(row) for row in rows if math.isfinite(row.expected)),
        tuple((x, word if EDGE <= x <= 100 - EDGE else "") for x, word in words),
    )
