"""Domains with an order: real numbers and integers, linear or logarithmic, with or without a step.

Positions on the axis (notation of `number.py`; a, b = low, high):

| kind | t of a value v |
|---|---|
| float | (v − a) / (b − a) |
| float, log | (ln v − ln a) / (ln b − ln a) |
| float with step s, int | middle of cell k of K, v = a + k s |
| int, log | (ln v − ln(a − ½)) / (ln(b + ½) − ln(a − ½)): each integer owns its rounding interval |
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np

from .errors import SpaceError, check_count, finite, quote
from .number import Number
from .parameters import Array, Discrete, Plain, cell, snap_to_cells
from .prior import Prior

MAX_INT = 10**15  # beyond, the middle of a cell of the unit interval is no longer a distinct double
MAX_LISTED = 1000  # finer steps than this count as continuous
ON_STEP = 1e-6  # a value may miss its step by this share of it, as decimal fractions do


@dataclass(frozen=True)
class Float(Number):
    """A real number in [low, high]; evenly likely in its logarithm if log; only low + k × step if there is a step."""

    type = "float"

    low: float
    high: float
    log: bool = False
    step: float | None = None

    def _check_domain(self) -> None:
        for bound in ("low", "high"):
            object.__setattr__(self, bound, self._real(getattr(self, bound), bound))
        check_range(self)
        self._check_step()
        self._check_prior(self.low, self.high, self.log)

    def _check_step(self) -> None:
        if self.step is None:
            return
        object.__setattr__(self, "step", self._real(self.step, "step"))
        if self.log:
            raise self.error(f"step {quote(self.step)} cannot be kept on a log axis; leave out one of the two")
        if self.step <= 0 or _cells(self.low, self.high, self.step) < 2:
            raise self.error(f"step is {self.step}; it must be above 0 and at most high − low")
        if _cells(self.low, self.high, self.step) > MAX_INT:
            raise self.error(f"step is {self.step}; that makes more than {MAX_INT:.0e} values: make it larger")

    def _real(self, value: object, word: str) -> float:
        real = finite(value)
        if real is not None:
            return real
        raise self.error(f"{word} is {quote(value)}; it must be a finite number")

    @property
    def cells(self) -> int:
        """Number of legal values where there is a step."""
        return int(_cells(self.low, self.high, cast("float", self.step)))

    @property
    def size(self) -> int | None:
        return None if self.step is None or self.cells > MAX_LISTED else self.cells

    def check(self, value: object) -> float:
        real = self._real(value, "the value")
        if not self.low <= real <= self.high:
            raise self.error(f"{quote(value)} is outside its range; it must be from {self.low} to {self.high}")
        if self.step is not None and abs(real - self._at(self._cell(real))) > ON_STEP * self.step:
            raise self.error(f"{quote(value)} is off its step; it must be {self.low} plus a multiple of {self.step}")
        return real

    def nearest(self, value: object) -> float:
        real = min(max(self._real(value, "the value"), self.low), self.high)
        return real if self.step is None else self._at(self._cell(real))

    def to_axis(self, value: Plain) -> float:
        real = float(cast("float", value))
        if self.step is not None:
            return (self._cell(real) + 0.5) / self.cells
        if self.log:
            a, b = math.log(self.low), math.log(self.high)
            return _clip((math.log(real) - a) / (b - a)) if b > a else 0.5
        scale = max(abs(self.low), abs(self.high))  # neither tiny nor huge ranges may over- or underflow
        a, b = self.low / scale, self.high / scale
        return _clip((real / scale - a) / (b - a))

    def from_axis(self, t: float) -> float:
        if self.step is not None:
            return self._at(cell(t, self.cells))
        t = _clip(t)
        if self.log:
            real = math.exp(math.log(self.low) * (1 - t) + math.log(self.high) * t)
        else:
            real = self.low * (1 - t) + self.high * t
        return min(max(real, self.low), self.high)

    def snap_axis(self, t: Array) -> Array:
        return np.clip(t, 0.0, 1.0) if self.step is None else snap_to_cells(t, self.cells)

    def levels(self, count: int) -> Sequence[float]:
        if self.step is not None:
            return [self._at(k) for k in spread(self.cells, count)]
        if count == 1:
            return [self.from_axis(0.5)]
        inner = [self.from_axis(i / (count - 1)) for i in range(1, count - 1)]
        return list(dict.fromkeys([self.low, *inner, self.high]))

    def every(self) -> Sequence[float] | None:
        return None if self.size is None else [self._at(k) for k in range(self.size)]

    def _on_axis(self, prior: Prior) -> tuple[float, float]:
        if self.step is not None:
            return _over_cells(prior, self.low, self.step, self.cells)
        if self.log:
            length = max(math.log(self.high) - math.log(self.low), 1e-300)  # ends may be neighbours
            return self.to_axis(prior.centre), math.log(prior.spread) / length
        scale = max(abs(self.low), abs(self.high))  # as in to_axis
        return self.to_axis(prior.centre), prior.spread / scale / (self.high / scale - self.low / scale)

    def _cell(self, real: float) -> int:
        return min(max(round((real - self.low) / cast("float", self.step)), 0), self.cells - 1)

    def _at(self, k: int) -> float:
        return min(self.low + k * cast("float", self.step), self.high)


@dataclass(frozen=True)
class Int(Number, Discrete):
    """A whole number from low to high; evenly likely in its logarithm if log; only low + k × step if step > 1."""

    type = "int"

    low: int
    high: int
    log: bool = False
    step: int | None = 1

    def _check_domain(self) -> None:
        if self.step is None:
            object.__setattr__(self, "step", 1)
        for bound in ("low", "high", "step"):
            self._whole(getattr(self, bound), bound)
        check_range(self)
        if not 1 <= self._step <= self.high - self.low:
            raise self.error(f"step is {self.step}; it must be from 1 to high − low, {self.high - self.low}")
        if self.log and self._step != 1:
            raise self.error(f"step {self.step} cannot be kept on a log axis; leave out one of the two")
        self._check_prior(self.low, self.high, self.log)

    def _whole(self, value: object, word: str) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_INT:
            return int(value)
        raise self.error(f"{word} is {quote(value)}; it must be a whole number of at most {MAX_INT:.0e}")

    @property
    def _step(self) -> int:
        return cast("int", self.step)

    @property
    def size(self) -> int:
        return (self.high - self.low) // self._step + 1

    def at(self, index: int) -> int:
        return self.low + index * self._step

    def index(self, value: Plain) -> int:
        return (cast("int", value) - self.low) // self._step

    def check(self, value: object) -> int:
        whole = self._whole(value, "the value")
        if not self.low <= whole <= self.high:
            raise self.error(f"{whole} is outside its range; it must be from {self.low} to {self.high}")
        if (whole - self.low) % self._step:
            raise self.error(f"{whole} is off its step; it must be {self.low} plus a multiple of {self.step}")
        return whole

    def nearest(self, value: object) -> Plain:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            return self.check(value)
        return self.at(min(round((min(max(value, self.low), self.high) - self.low) / self._step), self.size - 1))

    def to_axis(self, value: Plain) -> float:
        whole = cast("int", value)
        if self.log:
            a, b = self._log_ends
            return (math.log(whole) - a) / (b - a)
        return (self.index(whole) + 0.5) / self.size

    def from_axis(self, t: float) -> Plain:
        if self.log:
            a, b = self._log_ends
            return min(max(round(math.exp(a + _clip(t) * (b - a))), self.low), self.high)
        return self.at(cell(t, self.size))

    def snap_axis(self, t: Array) -> Array:
        if not self.log:
            return snap_to_cells(t, self.size)
        a, b = self._log_ends
        whole = np.clip(np.rint(np.exp(a + np.clip(t, 0.0, 1.0) * (b - a))), self.low, self.high)
        return np.asarray((np.log(whole) - a) / (b - a), dtype=np.float64)

    def levels(self, count: int) -> Sequence[Plain]:
        if self.log and 1 < count < self.size:
            ratio = math.log(self.high / self.low) / (count - 1)
            inner = [round(self.low * math.exp(i * ratio)) for i in range(1, count - 1)]
            return list(dict.fromkeys([self.low, *inner, self.high]))
        if self.log and count == 1:
            return [self.from_axis(0.5)]
        return [self.at(k) for k in spread(self.size, count)]

    def every(self) -> Sequence[int]:
        return range(self.low, self.high + 1, self._step)

    def _on_axis(self, prior: Prior) -> tuple[float, float]:
        if not self.log:
            return _over_cells(prior, self.low, self._step, self.size)
        a, b = self._log_ends
        return (math.log(prior.centre) - a) / (b - a), math.log(prior.spread) / (b - a)

    @cached_property
    def _log_ends(self) -> tuple[float, float]:
        return math.log(self.low - 0.5), math.log(self.high + 0.5)


def check_range(number: Float | Int) -> None:
    """Raise SpaceError unless low < high and both can lie on the axis that was asked for."""
    if not isinstance(number.log, bool):
        raise number.error(f"log is {quote(number.log)}; it must be true or false")
    low, high = (str(end).removesuffix(".0") for end in (number.low, number.high))  # 9 as it was typed, not 9.0
    if number.low >= number.high:
        hint = "; a fixed value is a constant" if number.low == number.high else ""
        raise number.error(f"low is {low} and high is {high}; low must be below high{hint}")
    if number.log and number.low <= 0:
        raise number.error(f"low is {low}; on a log axis it must be above 0")


def spread(size: int, count: int) -> list[int]:
    """At most `count` of the indices 0 .. size − 1, evenly spread, ends included; the middle one if count is 1."""
    if size <= count:
        return list(range(size))
    if count == 1:
        return [(size - 1) // 2]
    return [(2 * i * (size - 1) + count - 2) // (2 * (count - 1)) for i in range(count)]


def _over_cells(prior: Prior, low: float, step: float, size: int) -> tuple[float, float]:
    """Centre and spread where each value owns a cell of the axis."""
    return ((prior.centre - low) / step + 0.5) / size, prior.spread / step / size


def _cells(low: float, high: float, step: float) -> float:
    """K of a stepped range; forgives the rounding of decimal fractions ((0.3 − 0.1) / 0.1 is 1.9999...)."""
    return math.floor(min((high - low) / step, 1e300) + ON_STEP) + 1


def _clip(u: float) -> float:
    return min(max(u, 0.0), 1.0)


def read_levels(levels: int | Mapping[str, int], names: Collection[str]) -> dict[str, int]:
    """How many values of a grid each of these parameters has: the one number for all, or by name and 5 for the rest."""
    if not isinstance(levels, Mapping):
        check_count("levels", levels, 1, MAX_LISTED)
        return dict.fromkeys(names, levels)
    counts = dict.fromkeys(names, 5)
    for name, count in levels.items():
        if name not in counts:
            raise SpaceError(f"levels names {quote(name)}; there is no such parameter.")
        check_count(f"levels of {name}", count, 1, MAX_LISTED)
        counts[name] = count
    return counts
