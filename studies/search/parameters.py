"""What all domains share: what is legal, where it lies on the unit interval, what a grid takes of it. Numbers are in
`numeric.py`, domains without an order in `categories.py`.

| symbol | meaning |
|---|---|
| u | position on the unit interval, [0, 1] |
| K | number of legal values of a discrete parameter (its `size`; None where it is continuous) |
| k | index of a legal value, 0 .. K − 1; it lies at the middle of its cell, [k / K, (k + 1) / K) without a shape |
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from .errors import SpaceError, quote

Plain = None | bool | int | float | str
Array = NDArray[np.float64]
When = Mapping[str, Sequence[Plain]]

MAX_PARAMETERS = 200
MAX_CHOICES = 1000
MAX_NAME = 100
MAX_TEXT = 1000
MAX_PLAIN_INT = 2**63


@dataclass(frozen=True)
class Parameter(ABC):
    """A name, a condition (`when`: parent -> values it must have), a sentence why; the domain is the subclass's."""

    type: ClassVar[str]
    unordered: ClassVar[bool] = False  # its values have no order: two are either equal or different

    name: str
    when: When | None = field(default=None, kw_only=True)
    why: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        _check_name(self.name)
        if self.why is not None and not isinstance(self.why, str):
            raise self.error(f"why is {quote(self.why)}; it must be a sentence or null")
        object.__setattr__(self, "when", self._checked_when())
        self._check_domain()

    @property
    @abstractmethod
    def size(self) -> int | None:
        """Number of legal values K; None where the parameter is continuous."""

    @abstractmethod
    def check(self, value: object) -> Plain:
        """Return the value as a plain legal one, or raise SpaceError."""

    def nearest(self, value: object) -> Plain:
        """The legal value nearest to one that may be outside; SpaceError if there is no such thing."""
        return self.check(value)

    @abstractmethod
    def to_unit(self, value: Plain) -> float:
        """Position u of a legal value."""

    @abstractmethod
    def from_unit(self, u: float) -> Plain:
        """The legal value nearest to u (clipped to [0, 1])."""

    @abstractmethod
    def snap(self, u: Array) -> Array:
        """Positions moved to those of legal values, elementwise: to_unit(from_unit(u)), vectorised."""

    @abstractmethod
    def levels(self, count: int) -> Sequence[Plain]:
        """The distinct values a grid takes: at most `count` of a number, ends included; all of a category."""

    @abstractmethod
    def every(self) -> Sequence[Plain] | None:
        """All legal values, in order; None where the parameter is continuous."""

    def error(self, message: str) -> SpaceError:
        return SpaceError(f"{self.name}: {message}.", self.name)

    @abstractmethod
    def _check_domain(self) -> None:
        """Raise SpaceError if the domain itself makes no sense."""

    def _checked_when(self) -> dict[str, tuple[Plain, ...]] | None:
        if self.when is None or self.when == {}:
            return None
        if not isinstance(self.when, Mapping):
            raise self.error(f'when is {quote(self.when)}; it must look like {{"kernel": ["poly"]}}')
        checked = {}
        for parent, allowed in self.when.items():
            if not isinstance(parent, str):
                raise self.error(f"when names {quote(parent)}; it must name a parameter")
            if not isinstance(allowed, list | tuple) or not 1 <= len(allowed) <= MAX_CHOICES:
                raise self.error(f"when {quote(parent)} is {quote(allowed)}; it must be a list of its values")
            checked[parent] = tuple(allowed)
        return checked


@dataclass(frozen=True)
class Discrete(Parameter):
    """A parameter with K values in equal cells; the subclass maps index to value and back."""

    @property
    @abstractmethod
    def size(self) -> int: ...

    @abstractmethod
    def at(self, index: int) -> Plain:
        """The legal value with this index."""

    @abstractmethod
    def index(self, value: Plain) -> int:
        """The index of a legal value."""

    def to_unit(self, value: Plain) -> float:
        return (self.index(value) + 0.5) / self.size

    def from_unit(self, u: float) -> Plain:
        return self.at(cell(u, self.size))

    def snap(self, u: Array) -> Array:
        return snap_to_cells(u, self.size)

    def levels(self, count: int) -> Sequence[Plain]:
        return self.every()

    @abstractmethod
    def every(self) -> Sequence[Plain]: ...


def cell(u: float, size: int) -> int:
    """Index of the cell that holds u, of `size` equal ones."""
    return min(max(math.floor(u * size), 0), size - 1)


def snap_to_cells(u: Array, size: int) -> Array:
    """Positions moved to the middles of their cells."""
    return np.asarray((np.clip(np.floor(u * size), 0, size - 1) + 0.5) / size, dtype=np.float64)


def identity(value: Plain) -> tuple[bool, Plain]:
    """What tells two values apart: 1 and 1.0 are the same, 1 and true are not (Python holds them equal)."""
    return isinstance(value, bool), value


def check_plain(parameter: Parameter, value: object, word: str) -> Plain:
    """Return a value that JSON carries and brings back unchanged, or raise SpaceError."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and len(value) <= MAX_TEXT:
        return str(value)
    if isinstance(value, int) and abs(value) <= MAX_PLAIN_INT:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    raise parameter.error(
        f"{word} {quote(value)} cannot be used; it must be null, true, false, a finite number "
        f"or a text of at most {MAX_TEXT} characters"
    )


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not name.strip() or len(name) > MAX_NAME or name.startswith("__"):
        raise SpaceError(
            f"A parameter is named {quote(name)}; a name has 1 to {MAX_NAME} characters and does not begin with '__'.",
            name if isinstance(name, str) else None,
        )
