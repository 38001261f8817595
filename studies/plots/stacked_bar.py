"""Counts side by side in one bar."""

from collections.abc import Sequence
from dataclasses import dataclass

SHADES = 6  # colours that a reader can tell apart


@dataclass(frozen=True)
class Piece:
    """A part of the bar, in pixels; shade: 1 to 6, the key of its colour."""

    x: float
    width: float
    shade: int


def stacked_bar(counts: Sequence[int], width: int) -> tuple[Piece, ...]:
    """One piece for each count above 0; from the seventh on they share the last colour."""
    scale, x, found = width / max(1, sum(counts)), 0.0, []
    for place, count in enumerate(counts):
        if count:
            found.append(Piece(round(x, 1), round(max(0.5, count * scale - 0.5), 1), min(place + 1, SHADES)))
        x += count * scale
    return tuple(found)
