"""Domains without an order: choices, truth values, and the one value of a constant. Notation of `parameters.py`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

import numpy as np
from numpy.typing import NDArray

from .errors import SpaceError, quote
from .parameters import MAX_CHOICES, Array, Discrete, Plain, check_plain, identity
from .prior import edges_of, read_weights


@dataclass(frozen=True)
class Weighted(Discrete):
    """Values that may be unequally likely: `weights`, one for each, make their cells as wide as their share."""

    weights: Sequence[float] | None = field(default=None, kw_only=True)

    def to_unit(self, value: Plain) -> float:
        if self.weights is None:
            return super().to_unit(value)
        k = self.index(value)
        return float(self._middles[k])

    def from_unit(self, u: float) -> Plain:
        return super().from_unit(u) if self.weights is None else self.at(int(self._cells(np.array(u))))

    def snap(self, u: Array) -> Array:
        return super().snap(u) if self.weights is None else self._middles[self._cells(u)]

    def _cells(self, u: Array) -> NDArray[np.intp]:
        return np.clip(np.searchsorted(self._edges, u, side="right") - 1, 0, self.size - 1)

    @cached_property
    def _edges(self) -> Array:
        return edges_of(cast("Sequence[float]", self.weights))

    @cached_property
    def _middles(self) -> Array:
        return np.asarray((self._edges[:-1] + self._edges[1:]) / 2, dtype=np.float64)

    def _check_weights(self) -> None:
        if self.weights is None:
            return
        try:
            object.__setattr__(self, "weights", read_weights(self.weights, self.size))
        except SpaceError as error:
            raise self.error(str(error)) from error


@dataclass(frozen=True)
class Categorical(Weighted):
    """One of some choices without an order; each None, a boolean, a number or a text."""

    type = "categorical"
    unordered = True

    choices: Sequence[Plain]

    def _check_domain(self) -> None:
        if not isinstance(self.choices, list | tuple):
            raise self.error(f"choices is {quote(self.choices)}; it must be a list")
        if not 1 <= len(self.choices) <= MAX_CHOICES:
            raise self.error(f"there are {len(self.choices)} choices; there must be 1 to {MAX_CHOICES}")
        object.__setattr__(self, "choices", tuple(check_plain(self, choice, "choice") for choice in self.choices))
        seen = set()
        for choice in self.choices:
            if identity(choice) in seen:
                raise self.error(f"choice {quote(choice)} is there twice; each may be given once")
            seen.add(identity(choice))
        self._check_weights()

    @property
    def size(self) -> int:
        return len(self.choices)

    @cached_property
    def _positions(self) -> dict[tuple[bool, Plain], int]:
        return {identity(choice): k for k, choice in enumerate(self.choices)}

    def at(self, index: int) -> Plain:
        return self.choices[index]

    def index(self, value: Plain) -> int:
        return self._positions[identity(value)]

    def check(self, value: object) -> Plain:
        if isinstance(value, Plain) and identity(value) in self._positions:
            return self.choices[self._positions[identity(value)]]
        listed = ", ".join(quote(choice) for choice in self.choices[:10]) + (", ..." if self.size > 10 else "")
        raise self.error(f"{quote(value)} is not among its choices; they are {listed}")

    def every(self) -> Sequence[Plain]:
        return self.choices


@dataclass(frozen=True)
class Boolean(Weighted):
    """False or true; the weights are in this order."""

    type = "boolean"
    unordered = True

    def _check_domain(self) -> None:
        self._check_weights()

    @property
    def size(self) -> int:
        return 2

    def at(self, index: int) -> Plain:
        return bool(index)

    def index(self, value: Plain) -> int:
        return int(bool(value))

    def check(self, value: object) -> Plain:
        if isinstance(value, bool):
            return value
        raise self.error(f"{quote(value)} is not a truth value; it must be true or false")

    def every(self) -> Sequence[Plain]:
        return (False, True)


@dataclass(frozen=True)
class Constant(Discrete):
    """One fixed value, carried along in every configuration."""

    type = "constant"
    unordered = True

    value: Plain

    def _check_domain(self) -> None:
        check_plain(self, self.value, "value")

    @property
    def size(self) -> int:
        return 1

    def at(self, index: int) -> Plain:
        return self.value

    def index(self, value: Plain) -> int:
        return 0

    def check(self, value: object) -> Plain:
        if isinstance(value, Plain) and identity(value) == identity(self.value):
            return self.value
        raise self.error(f"{quote(value)} is not its value; it is always {quote(self.value)}")

    def every(self) -> Sequence[Plain]:
        return (self.value,)
