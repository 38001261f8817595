"""Pictures for the help on the expected score: small cases worked out here, so that none can say what is not so."""

from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np

ROWS, CELL, TALL = 24, 11, 12
HELD_OUT = 5
WIDTH, HEIGHT, CURVE_POINTS = 240, 70, 60
DIFFERENCE, ERROR, ZONE = 0.4, 0.6, 0.5  # points: a lead of 0.4 with an error of 0.6, and a zone of half a point


@dataclass(frozen=True)
class Cell:
    """A row of a table in a strip, and what is done with it; `times`: how often a resample drew it."""

    x: int
    does: str
    times: int = 0


@dataclass(frozen=True)
class Resample:
    """One resample of a table: rows that were drawn choose, rows that were left out score."""

    cells: list[Cell]

    @property
    def drawn(self) -> int:
        return sum(cell.times > 0 for cell in self.cells)

    @property
    def left_out(self) -> int:
        return len(self.cells) - self.drawn


@cache
def resample() -> Resample:
    """A draw of as many rows as there are, with replacement."""
    times = np.bincount(np.random.default_rng(3).integers(0, ROWS, ROWS), minlength=ROWS).tolist()
    return Resample([Cell(CELL * i, "trains" if n else "validates", n) for i, n in enumerate(times)])


@cache
def kept_apart() -> list[Cell]:
    """The rows of a table of which some are held out, wherever they stand."""
    out = set(np.random.default_rng(1).choice(ROWS, HELD_OUT, replace=False).tolist())
    return [Cell(CELL * i, "out" if i in out else "trains") for i in range(ROWS)]


@dataclass(frozen=True)
class Zone:
    """What is believed of a difference, as a curve, and its shares: second better, the same for practice, first better.

    `pieces`: the area under the curve in those three parts, as SVG paths.
    """

    shares: tuple[float, float, float]
    pieces: tuple[str, str, str]
    left: float
    right: float
    nought: float


@cache
def zone() -> Zone:
    believed = NormalDist(DIFFERENCE, ERROR)
    below, above = believed.cdf(-ZONE), 1 - believed.cdf(ZONE)
    low, high = DIFFERENCE - 3 * ERROR, DIFFERENCE + 3 * ERROR

    def at(value: float) -> float:
        return round(WIDTH * (value - low) / (high - low), 1)

    def area(start: float, end: float) -> str:
        peak = believed.pdf(DIFFERENCE)
        points = [
            f"{at(x)} {HEIGHT * (1 - believed.pdf(x) / peak):.1f}"
            for x in np.linspace(start, end, CURVE_POINTS).tolist()
        ]
        return f"M{at(start)} {HEIGHT}L{' '.join(points)} {at(end)} {HEIGHT}Z"

    pieces = (area(low, -ZONE), area(-ZONE, ZONE), area(ZONE, high))
    return Zone((below, 1 - below - above, above), pieces, at(-ZONE), at(ZONE), at(0.0))
