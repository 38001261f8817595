"""One parameter as an axis: where each value lies, and which ticks a reader sees.

Numbers lie at their value, or at its log10; choices at 0, 1, 2, … What has no place on the scale gets a tick of its own
below it: a value that is absent since the parameter is inactive ("–"), a default off the space such as "scale", or 0 on
a log axis.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from studies.plots.numbers import NOTHING, format_parameter
from studies.plots.ticks import fill_between, linear_ticks, log_ticks

ABSENT = object()  # the parameter is not part of this configuration
PLACES = 64  # Plotly lets a brush end only near a tick: so many unlabelled ones make it feel continuous
STEP_BELOW = 0.09  # of the scale, between its end and each tick of its own
FAR = 0.5  # of the scale: a number further outside than this gets its own tick instead of stretching it


@dataclass(frozen=True)
class ParameterAxis:
    """positions: one per line. ticks and texts: of equal length, ascending; an empty text is a place without a label.

    The scale proper goes from scale_low to high; own ticks lie between low and scale_low.
    """

    name: str
    kind: str  # "number" or "choice"
    log: bool
    positions: tuple[float, ...]
    ticks: tuple[float, ...]
    texts: tuple[str, ...]
    low: float
    scale_low: float
    high: float
    spacing: float  # between places of a scale that feels continuous; 0 where each place is a value of its own


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _own(values: Sequence[Any], placed: Sequence[bool]) -> list[tuple[object, str]]:
    """What needs a tick of its own, the absent last and so lowest."""
    found: dict[str, object] = {}
    for value, fits in zip(values, placed, strict=True):
        if not fits and value is not ABSENT:
            found.setdefault(format_parameter(value), value)
    own = [(value, text) for text, value in found.items()]
    return [*own, (ABSENT, NOTHING)] if any(value is ABSENT for value in values) else own


def number_axis(name: str, low: float, high: float, values: Sequence[Any], *, log: bool, whole: bool) -> ParameterAxis:
    """An axis of numbers from low to high of the space, stretched by values that lie a little outside."""
    scale: Callable[[float], float] = math.log10 if log else float
    start, end = scale(low), scale(high)
    reach = (end - start) or 1.0

    def fits(value: object) -> bool:
        if not _is_number(value) or (log and value <= 0):
            return False
        return start - FAR * reach <= scale(value) <= end + FAR * reach

    placed = [fits(value) for value in values]
    on = [scale(value) for value, ok in zip(values, placed, strict=True) if ok]
    start, end = min([start, *on]), max([end, *on])
    reach = (end - start) or 1.0
    own = _own(values, placed)
    at = {text: start - STEP_BELOW * reach * (i + 1) for i, (_, text) in enumerate(own)}
    positions = [
        scale(value) if ok else at[NOTHING if value is ABSENT else format_parameter(value)]
        for value, ok in zip(values, placed, strict=True)
    ]
    marks = [scale(t) for t in log_ticks(low, high)] if log else linear_ticks(start, end, whole=whole)
    few = whole and not log and end - start <= PLACES
    scale_places = (
        [float(v) for v in range(round(start), round(end) + 1)] if few else fill_between(marks, start, end, PLACES)
    )
    places = [*sorted(at.values()), *scale_places]
    words = {tick: format_parameter(_shown(10**tick if log else tick, whole)) for tick in marks}
    words |= {tick: text for text, tick in at.items()}
    return ParameterAxis(
        name, "number", log, tuple(positions), tuple(places), tuple(words.get(place, "") for place in places),
        min([start, *at.values()]), start, end, 0.0 if few else reach / PLACES,
    )  # fmt: skip


def _shown(value: float, whole: bool) -> float | int:
    """10**-1.3979 is meant as 0.04."""
    rounded = float(f"{value:.6g}")
    return round(rounded) if whole or (rounded.is_integer() and abs(rounded) < 1e6) else rounded


def choice_axis(name: str, choices: Sequence[Any], values: Sequence[Any]) -> ParameterAxis:
    """An axis of words: the choices of the space from bottom to top, then what else was used; absent lies lowest."""
    known = [format_parameter(choice) for choice in choices]
    texts = [NOTHING if value is ABSENT else format_parameter(value) for value in values]
    known += [text for text in dict.fromkeys(texts) if text not in known and text != NOTHING]
    code = {word: float(i) for i, word in enumerate(known)}
    if NOTHING in texts:
        code = {NOTHING: -1.0, **code}
    low, high = min(code.values()), max(code.values())
    margin = 0.5 if high == low else 0.0
    positions = tuple(code[text] for text in texts)
    ticks, words = tuple(code.values()), tuple(code)
    return ParameterAxis(name, "choice", False, positions, ticks, words, low - margin, low - margin, high + margin, 0.0)


def axis_of(parameter: Mapping[str, Any], values: Sequence[Any]) -> ParameterAxis:
    """The axis of a parameter given as in the space's JSON; `values` has ABSENT where a configuration lacks it."""
    name, kind = str(parameter["name"]), parameter["type"]
    if kind == "boolean":
        return choice_axis(name, [False, True], values)
    if kind == "categorical":
        return choice_axis(name, parameter["choices"], values)
    low, high = float(parameter["low"]), float(parameter["high"])
    return number_axis(name, low, high, values, log=bool(parameter.get("log")), whole=kind == "int")
