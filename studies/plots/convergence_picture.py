"""The convergence figure as coordinates, for a template to draw where nothing may run: a file that opens offline."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from studies.plots.convergence_record import Convergence
from studies.plots.ticks import linear_ticks

WIDTH, HEIGHT = 880, 300
LEFT, RIGHT, TOP, BOTTOM = (
    56,
    128,
    12,
    34,
)  # to the right: the words at the ends of the lines, such as "expected −1,234.5"
MOST_POINTS = 2000


@dataclass(frozen=True)
class Mark:
    """A tick, a point or a reference line: its place in pixels and what it says."""

    at: float
    text: str


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    kind: str  # complete, best (it beat all before it), below (off the axis)
    text: str


@dataclass(frozen=True)
class ConvergencePicture:
    """`line`: the best so far as the path data of an SVG; `band`: its standard error, a polygon's points.

    Where the expected score is known the band is its 80 % band, `expected` its line and `ends_at` the word at its end.
    """

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    x_ticks: tuple[Mark, ...]
    y_ticks: tuple[Mark, ...]
    points: tuple[Point, ...]
    references: tuple[Mark, ...]
    line: str
    band: str
    expected: str
    ends_at: Mark | None
    label: str


def convergence_picture(record: Convergence) -> ConvergencePicture | None:
    """None before the first score."""
    if record.leader is None:
        return None
    low, high = record.y_range
    last = max(1, int(record.numbers[-1]))
    right, bottom = float(WIDTH - RIGHT), float(HEIGHT - BOTTOM)

    def x(number: float) -> float:
        return round(LEFT + number / last * (right - LEFT), 1)

    def y(value: float) -> float:
        share = (min(max(value, low), high) - low) / (high - low)
        return round(bottom - share * (bottom - TOP), 1)

    digits = linear_ticks(low, high, 5)
    line, band = _steps(record, x, y)
    expected, ends_at = "", None
    if record.expected:
        expected, band = _expected(record, x, y)
        value = float(record.expected.values[-1])
        ends_at = Mark(y(value), f"expected {record.reads(value)}")
    return ConvergencePicture(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=right,
        top=TOP,
        bottom=bottom,
        x_ticks=tuple(Mark(x(tick), f"{tick:,.0f}") for tick in linear_ticks(0, last, 8, whole=True)),
        y_ticks=tuple(Mark(y(tick), record.reads(tick)) for tick in digits),
        points=_points(record, x, y, low, high),
        references=tuple(Mark(y(value), f"{name} {record.reads(value)}") for name, value in record.references),
        line=line,
        band=band,
        expected=expected,
        ends_at=ends_at,
        label=f"{record.title}. {record.metric} of {int(record.complete.sum()):,} complete trials by number.",
    )


Place = Callable[[float], float]


def _points(record: Convergence, x: Place, y: Place, low: float, high: float) -> tuple[Point, ...]:
    """The complete trials; of very many, evenly chosen ones and all that were best when they came."""
    best = set(record.holders.tolist())
    shown = np.flatnonzero(record.complete)
    stride = int(np.ceil(len(shown) / MOST_POINTS))
    kept = [int(i) for place, i in enumerate(shown) if place % stride == 0 or int(i) in best]
    return tuple(
        Point(
            x(float(record.numbers[i])),
            y(float(record.values[i])),
            "best" if i in best else "complete" if low <= record.values[i] <= high else "below",
            f"Trial {int(record.numbers[i])}: {record.reads(float(record.values[i]))}",
        )
        for i in kept
    )


def _expected(record: Convergence, x: Place, y: Place) -> tuple[str, str]:
    """The path of the expected score and its band."""
    curve = record.expected
    places = [x(float(number)) for number in curve.numbers]
    path = "M" + "L".join(f"{at} {y(value)}" for at, value in zip(places, curve.values.tolist(), strict=True))
    above = [f"{at},{y(value)}" for at, value in zip(places, curve.high.tolist(), strict=True)]
    below = [f"{at},{y(value)}" for at, value in zip(places, curve.low.tolist(), strict=True)]
    return path, " ".join([*above, *reversed(below)])


def _steps(record: Convergence, x: Place, y: Place) -> tuple[str, str]:
    """The path of the best so far and the band of its standard error around it."""
    corners: list[tuple[float, int]] = []
    before = -1
    for number, holder in zip(record.numbers[record.order], record.holders.tolist(), strict=True):
        if holder >= 0 and holder != before:
            corners.append((x(float(number)), holder))
            before = holder
    end = x(float(record.numbers[-1]))
    path, above, below = "", [], []
    for place, (at, holder) in enumerate(corners):
        value = float(record.values[holder])
        noise = float(np.nan_to_num(record.stderrs[holder]))
        until = corners[place + 1][0] if place + 1 < len(corners) else end
        path += f"{'L' if path else 'M'}{at} {y(value)}H{until}"
        above += [f"{at},{y(value + noise)}", f"{until},{y(value + noise)}"]
        below += [f"{at},{y(value - noise)}", f"{until},{y(value - noise)}"]
    return path, " ".join([*above, *reversed(below)])
