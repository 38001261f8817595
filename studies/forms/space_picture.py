"""A small picture of where a parameter's values lie: ticks that show the scale, a mark at the library's default.

A prior is drawn as a curve over the range, weights as the heights of the bars.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from studies.plots.numbers import format_parameter
from studies.search import Boolean, Categorical, Float, Int, Plain, Space, SpaceError

LEFT, RIGHT = 1.0, 131.0
TOP, BOTTOM = 5.0, 22.0
TALLEST_BAR = 12.0
MOST_TICKS, MOST_BARS = 14, 12
POINTS = 44


@dataclass(frozen=True)
class Picture:
    """Positions in a drawing 132 wide: ticks of a range, its curve if it has a shape, or bars of choices; the default.

    bars: left end, top and height of each.
    """

    said: str
    low: str = ""
    high: str = ""
    ticks: tuple[str, ...] = ()
    curve: str = ""
    bars: tuple[tuple[str, str, str], ...] = ()
    bar_width: str = ""
    default: str = ""


def picture_of(entry: Mapping[str, Any], default: Plain) -> Picture | None:
    """None where the domain cannot be drawn, because what was typed is no domain yet."""
    try:
        parameter = Space.from_json([{key: value for key, value in entry.items() if key != "when"}])[entry["name"]]
    except SpaceError:
        return None
    if isinstance(parameter, Float | Int):
        return _range(parameter, default)
    weights = parameter.weights if isinstance(parameter, Categorical | Boolean) else None
    return _bars(list(parameter.every() or ()), weights, default)


def _range(parameter: Float | Int, default: Plain) -> Picture:
    low, high = format_parameter(parameter.low), format_parameter(parameter.high)
    said = f"{'log' if parameter.log else 'linear'} from {low} to {high}"
    ticks = tuple(_at(parameter, value) for value in _marks(parameter))
    picture = Picture(said, low, high, ticks, default=_default(parameter, default))
    if parameter.prior is None:
        return picture
    most = format_parameter(parameter.prior.centre)
    return replace(picture, said=f"{said}, most around {most}", curve=_curve(parameter))


def _curve(parameter: Float | Int) -> str:
    """How much of what is drawn lies where, as a closed line over the range."""
    low, high = float(parameter.low), float(parameter.high)
    try:
        smooth = Float("x", low, high, log=parameter.log, prior=parameter.prior)
    except SpaceError:  # a whole number's range is wider than its ends by half a step on each side
        return ""
    even = Float("x", low, high, log=parameter.log)
    shares = [smooth.to_unit(even.from_unit(k / POINTS)) for k in range(POINTS + 1)]
    steps = [after - before for before, after in pairwise(shares)]
    width = (RIGHT - LEFT) / POINTS
    points = [
        f"{LEFT + width * (k + 0.5):.1f} {BOTTOM - (BOTTOM - TOP) * step / max(steps):.1f}"
        for k, step in enumerate(steps)
    ]
    return f"M{LEFT} {BOTTOM}L{'L'.join(points)}L{RIGHT} {BOTTOM}Z"


def _marks(parameter: Float | Int) -> list[float]:
    """Values inside the range: every legal one if few, 1 2 5 or whole decades on log axes, else quarters."""
    low, high = float(parameter.low), float(parameter.high)
    if parameter.size is not None and parameter.size <= MOST_TICKS and not parameter.log:
        return [float(value) for value in (parameter.every() or ())][1:-1]
    if not parameter.log:
        return [low + share * (high - low) for share in (0.25, 0.5, 0.75)]
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    digits = (1, 2, 5) if last - first <= MOST_TICKS // 3 else (1,)
    step = max(1, (last - first) // MOST_TICKS + 1)
    marks = [digit * 10.0**power for power in range(first, last + 1, step) for digit in digits]
    return [mark for mark in marks if low < mark < high]


def _at(parameter: Float | Int, value: float) -> str:
    """Where a value of the range is drawn; by the ends, not by the cells that integers own."""
    low, high = float(parameter.low), float(parameter.high)
    if parameter.log:
        low, high, value = math.log(low), math.log(high), math.log(value)
    return f"{LEFT + (RIGHT - LEFT) * (value / 2 - low / 2) / (high / 2 - low / 2):.1f}"


def _default(parameter: Float | Int, default: Plain) -> str:
    if isinstance(default, bool) or not isinstance(default, int | float):
        return ""
    return _at(parameter, float(default)) if parameter.low <= default <= parameter.high else ""


def _bars(values: list[Plain], weights: Sequence[float] | None, default: Plain) -> Picture:
    words = [format_parameter(value) for value in values]
    said = f"{len(values)} values: {', '.join(words[:MOST_BARS])}"
    if weights is not None:
        said += f"; weights {', '.join(map(format_parameter, weights[:MOST_BARS]))}"
    if not values or len(values) > MOST_BARS:
        return Picture(said)
    width = (RIGHT - LEFT) / len(values)
    heights = [TALLEST_BAR * weight / max(weights or [1.0]) for weight in weights or [1.0] * len(values)]
    bars = tuple(
        (f"{LEFT + width * k + 2:.1f}", f"{BOTTOM - height:.1f}", f"{height:.1f}") for k, height in enumerate(heights)
    )
    own = next((k for k, value in enumerate(values) if type(value) is type(default) and value == default), None)
    mark = "" if own is None else f"{LEFT + width * (own + 0.5):.1f}"
    return Picture(said, words[0], words[-1], bars=bars, bar_width=f"{width - 4:.1f}", default=mark)
