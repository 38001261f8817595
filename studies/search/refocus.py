"""The space of a search that goes on from another: narrowed around its good trials, widened where they touch an end.

| symbol | meaning |
|---|---|
| t | position of a number on its own axis, [0, 1] from end to end (`number.py`); logarithmic where the number is |
| MARGIN | how far beyond the good ones a narrowed range reaches, in lengths of the old axis |
| WIDER | how far beyond an end a widened range reaches, in lengths of the old axis |
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from .categories import Categorical, Constant, Weighted
from .conditions import parents_first
from .errors import SpaceError
from .numeric import Float, Int
from .parameters import Parameter, Plain, cell, identity
from .space import Space

MARGIN = 0.1
WIDER = 1 / 3
WORTH = 0.9  # a range that would keep more than this of its axis stays as it is
ENOUGH = 5  # so many good ones have to agree before a category that none of them has is left out

End = Literal["low", "high"]
Bounds = Mapping[str, tuple[float | None, float | None]]


def narrowed(space: Space, good: Sequence[Mapping[str, Plain]]) -> Space:
    """The part of the space around its good configurations; those that are none of the space's do not count.

    A number keeps the range of the good ones and a margin, on its own scale; a category keeps the choices that they
    have, once there are enough of them. Conditions and forbidden combinations go where nothing is left of them.
    """
    inside = [config for config in good if space.contains(config)]
    return _changed(space, lambda p: _around(p, [config[p.name] for config in inside if p.name in config]))


def widened(space: Space, ends: Mapping[str, Collection[End]], bounds: Bounds | None = None) -> Space:
    """The space with ranges that reach further at the ends named, by a third of their axis.

    bounds: least and most of what a parameter can be at all, by name; None is open.
    """

    def wider(parameter: Parameter) -> Parameter:
        named = ends.get(parameter.name, ())
        return _beyond(parameter, named, *(bounds or {}).get(parameter.name, (None, None)))

    return _changed(space, wider)


def held(space: Space, name: str, value: Plain) -> Space:
    """The space with one parameter held at a value, which may lie off its range, as a library's default may."""
    return _changed(space, lambda p: Constant(name, value, when=p.when, why=p.why) if p.name == name else p)


def _changed(space: Space, change: Callable[[Parameter], Parameter]) -> Space:
    """The space with each parameter changed; the same space where nothing would be left to search."""
    kept: dict[str, Parameter] = {}
    for parameter in parents_first(list(space)):
        whole = _with_condition(change(parameter), kept)
        if whole is not None:
            kept[parameter.name] = whole
    parameters = [kept[parameter.name] for parameter in space if parameter.name in kept]
    combinations = [
        {name: left for name, values in combination.when.items() if (left := _possible(values, kept.get(name)))}
        for combination in space.forbidden
    ]
    left_whole = [c for c, old in zip(combinations, space.forbidden, strict=True) if len(c) == len(old.when)]
    try:
        found = Space(parameters, _useful(parameters, left_whole))
    except SpaceError:  # entangled conditions: what is left is no space
        return space
    return found if found.dimensions else space


def _with_condition(parameter: Parameter, parents: Mapping[str, Parameter]) -> Parameter | None:
    """With the values that its parents can still have; None where it can never be active any more."""
    when = {parent: _possible(allowed, parents.get(parent)) for parent, allowed in (parameter.when or {}).items()}
    return replace(parameter, when=when or None) if all(when.values()) else None


def _possible(values: Iterable[Plain], parameter: Parameter | None) -> list[Plain]:
    return [value for value in values if parameter is not None and _takes(parameter, value)]


def _takes(parameter: Parameter, value: Plain) -> bool:
    try:
        parameter.check(value)
    except SpaceError:
        return False
    return True


def _useful(parameters: Sequence[Parameter], combinations: Sequence[Mapping[str, Sequence[Plain]]]) -> list[Any]:
    """Combinations that can still come up; the space refuses the others, each for itself."""
    useful: list[Any] = []
    for combination in combinations:
        try:
            Space(parameters, [*useful, combination])
        except SpaceError:
            continue
        useful.append(combination)
    return useful


# -- narrower


def _around(parameter: Parameter, values: Sequence[Plain]) -> Parameter:
    if not values:
        return parameter
    if isinstance(parameter, Float | Int):
        return _range_around(parameter, values)
    if isinstance(parameter, Weighted) and len(values) >= ENOUGH:
        return _choices_among(parameter, values)
    return parameter


def _choices_among(parameter: Weighted, values: Sequence[Plain]) -> Parameter:
    had = set(map(identity, values))
    kept = [k for k, choice in enumerate(parameter.every()) if identity(choice) in had]
    if len(kept) == parameter.size:
        return parameter
    if len(kept) == 1 or not isinstance(parameter, Categorical):
        return Constant(parameter.name, parameter.at(kept[0]), when=parameter.when, why=parameter.why)
    weights = parameter.weights and [parameter.weights[k] for k in kept]
    return replace(parameter, choices=[parameter.choices[k] for k in kept], weights=weights)


def _range_around(number: Float | Int, values: Sequence[Plain]) -> Parameter:
    places = [number.to_axis(value) for value in values]
    start, end = max(0.0, min(places) - MARGIN), min(1.0, max(places) + MARGIN)
    if end - start > WORTH:
        return number
    low, high = (
        (number.low if start == 0 else number.from_axis(start)),
        (number.high if end == 1 else number.from_axis(end)),
    )
    return _with_range(number, *_rounded(number, low, high))


def _rounded(number: Float | Int, low: Any, high: Any) -> tuple[Any, Any]:
    """Ends that one would type, never further in; at least two values apart."""
    if isinstance(number, Float) and number.step is None:
        return (
            low if low == number.low else max(number.low, _round(low, high - low, number.log, math.floor)),
            high if high == number.high else min(number.high, _round(high, high - low, number.log, math.ceil)),
        )
    if low < high:
        return low, high
    return _neighbour(number, low, -1), _neighbour(number, high, 1)


def _neighbour(number: Float | Int, value: Any, by: int) -> Any:
    """The next legal value on that side, the value itself at the end."""
    if isinstance(number, Int):
        return number.at(min(max(number.index(value) + by, 0), number.size - 1))
    k = cell(number.to_axis(value), number.cells) + by
    return number.from_axis((min(max(k, 0), number.cells - 1) + 0.5) / number.cells)


def _round(value: float, width: float, log: bool, to: Callable[[float], int], finer: int = 1) -> float:
    """To the leading digit of the range, or of the value where that is smaller and the axis logarithmic; to so many
    digits finer."""
    size = min(width, abs(value)) if log else width
    if not 1e-290 < size < 1e290:
        return value
    digits = finer - math.floor(math.log10(size))
    scaled = value * 10.0**digits if abs(digits) < 300 else math.inf
    if not abs(scaled) < 1e15:
        return value
    nudge = 1e-9 if to is math.floor else -1e-9  # 0.0999…9 is 0.1
    return float(f"{to(scaled + nudge) / 10.0**digits:.12g}")


def _with_range(number: Float | Int, low: Any, high: Any) -> Parameter:
    """Without its prior where that does not fit the new range; the same where nothing would be left."""
    for prior in (number.prior, None):
        try:
            return replace(number, low=low, high=high, prior=prior)
        except SpaceError:
            continue
    return number


# -- wider


def _beyond(parameter: Parameter, ends: Collection[End], least: float | None, most: float | None) -> Parameter:
    if not isinstance(parameter, Float | Int) or not ends:
        return parameter
    low, high = parameter.low, parameter.high
    if "low" in ends:
        floor = 0 if least is None and low >= 0 else least  # what was never negative has no reason to become so
        low = _reaching(parameter, -1, floor)
    if "high" in ends:
        high = _reaching(parameter, 1, most)
    return _with_range(parameter, low, high)


def _reaching(number: Float | Int, side: int, limit: float | None) -> Any:
    """A new end on that side, no further than the limit; on a log axis always above 0."""
    end, width = (number.high if side > 0 else number.low), number.high - number.low
    if number.log:
        wanted = end * (number.high / number.low) ** (side * WIDER)
        limit = None if side < 0 and limit == 0 else limit
    else:
        wanted = end + side * WIDER * width
    if limit is not None:
        wanted = min(wanted, limit) if side > 0 else max(wanted, limit)
    return _stepped(number, end, wanted, side) if _has_steps(number) else _typed(number, end, wanted, side, limit)


def _has_steps(number: Float | Int) -> bool:
    return number.step is not None and not (isinstance(number, Int) and number.log)


def _stepped(number: Float | Int, end: Any, wanted: float, side: int) -> Any:
    """As many steps as fit; at least one where the limit leaves room for it."""
    step: Any = number.step
    end = number.from_axis(1.0) if side > 0 else end  # the last value, which may lie below the end
    return end + side * math.floor(abs(wanted - end) / step + 1e-6) * step


def _typed(number: Float | Int, end: Any, wanted: float, side: int, limit: float | None) -> Any:
    """A new end that one would type, and never further in than the old one."""
    if isinstance(number, Int):
        whole = (math.ceil if side > 0 else math.floor)(wanted)
        return min(whole, limit or whole) if side > 0 else max(1, whole, math.ceil(limit or 1))
    rounded = _round(
        wanted, abs(wanted - end) or 1.0, number.log, math.ceil if side > 0 else math.floor, 0 if number.log else 1
    )
    if limit is not None:
        rounded = min(rounded, limit) if side > 0 else max(rounded, limit)
    return max(end, rounded) if side > 0 else min(end, rounded if not number.log or rounded > 0 else wanted)


# -- in words


def changes(before: Space, after: Space) -> list[str]:
    """What differs from one space to the other, such as "C 0.001 to 1000 → 0.1 to 50", in the order of the first."""
    found = []
    for parameter in before:
        was, now = _domain(parameter), _domain(after[parameter.name]) if parameter.name in after else "not searched"
        if was != now:
            found.append(f"{parameter.name} {was} → {now}")
    return found + [f"{p.name} searched too, {_domain(p)}" for p in after if p.name not in before]


def _domain(parameter: Parameter) -> str:
    if isinstance(parameter, Float | Int):
        return f"{_said(parameter.low)} to {_said(parameter.high)}"
    if isinstance(parameter, Constant):
        return f"always {_said(parameter.value)}"
    return " or ".join(map(_said, parameter.every() or ()))


def _said(value: Plain) -> str:
    if not isinstance(value, float):
        return str(value)
    digits, _, power = f"{value:.6g}".partition("e")
    return f"{digits}e{int(power)}" if power else digits


__all__ = ["changes", "held", "narrowed", "widened"]
