"""What real numbers and integers share: an axis, and the prior that may bend it into the unit interval.

| symbol | meaning |
|---|---|
| t | position on the axis, [0, 1] from end to end |
| u | position on the unit interval: u = t, unless there is a prior (`prior.py`) |
"""

from abc import abstractmethod
from dataclasses import dataclass, field
from functools import cached_property

from .errors import SpaceError
from .parameters import Array, Parameter, Plain
from .prior import NARROWEST, Bend, Prior

MAX_SHAPED = 10**9  # beyond, neighbours could no longer be told apart where a prior leaves them little room


@dataclass(frozen=True)
class Number(Parameter):
    """A parameter with an axis, which a prior may bend into the unit interval; the subclass knows the axis."""

    prior: Prior | None = field(default=None, kw_only=True)

    def to_unit(self, value: Plain) -> float:
        t = self.to_axis(value)
        return t if self._bend is None else self._bend.warp(t)

    def from_unit(self, u: float) -> Plain:
        return self.from_axis(u if self._bend is None else self._bend.unwarp(u))

    def snap(self, u: Array) -> Array:
        if self._bend is None:
            return self.snap_axis(u)
        return self._bend.warp_all(self.snap_axis(self._bend.unwarp_all(u)))

    @abstractmethod
    def to_axis(self, value: Plain) -> float:
        """Position t of a legal value."""

    @abstractmethod
    def from_axis(self, t: float) -> Plain:
        """The legal value nearest to t (clipped to [0, 1])."""

    @abstractmethod
    def snap_axis(self, t: Array) -> Array:
        """Positions moved to those of legal values, elementwise."""

    @abstractmethod
    def _on_axis(self, prior: Prior) -> tuple[float, float]:
        """Centre and spread of a prior in lengths of the axis."""

    @cached_property
    def _bend(self) -> Bend | None:
        return None if self.prior is None else Bend(*self._on_axis(self.prior))

    def _check_prior(self, low: float, high: float, log: bool) -> None:
        """Read the prior; raise SpaceError unless it lies in the range and is wide enough to be one."""
        if self.prior is None:
            return
        try:
            prior = Prior.read(self.prior)
        except SpaceError as error:
            raise self.error(str(error)) from error
        if not low <= prior.centre <= high:
            raise self.error(f"prior centre is {prior.centre}; it must be in the range, from {low} to {high}")
        if log and prior.spread <= 1:
            raise self.error(f"prior spread is {prior.spread}; on a log axis it is a factor and must be above 1")
        if prior.spread <= 0:
            raise self.error(f"prior spread is {prior.spread}; it must be above 0")
        if self.size is not None and self.size > MAX_SHAPED:
            raise self.error(f"prior cannot be kept over {self.size} values; there may be at most {MAX_SHAPED:.0e}")
        if self._on_axis(prior)[1] < NARROWEST:
            raise self.error(
                f"prior spread is {prior.spread}; that is below a hundredth of the range: narrow the range instead"
            )
        object.__setattr__(self, "prior", prior)
