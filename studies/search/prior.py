"""Domains with a shape: where in its range a number is expected to be good, and how likely a choice is.

A shape bends the unit interval, u = W(t), so that every method that draws evenly from the unit cube draws more where
the prior says so: random and Sobol points, mutations, the candidates of a model. The Gaussian process works in the bent
cube as well: it sees finer differences where much is expected and coarser ones elsewhere. A grid does not look at
shapes: it surveys the whole range, evenly along its axis.

| symbol | meaning |
|---|---|
| t | position on the parameter's own axis, logarithmic where it is log, [0, 1] from end to end |
| u | position on the unit interval |
| m, s | centre and standard deviation of the prior on the axis |
| W(t) | 0.9 × normal(m, s) cut at the ends + 0.1 × even: its distribution function, linear between KNOTS |
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from .errors import SpaceError, finite, quote

EVEN = 0.1  # this share stays even over the range: a prior may be wrong, and nothing may be out of reach
KNOTS = 1024
NARROWEST, WIDEST = 0.01, 100.0  # of a spread, in lengths of the axis; wider than that is even
LIGHTEST = 1e-6  # of a weight, as a share of the largest


@dataclass(frozen=True)
class Prior:
    """About two thirds of what is drawn lie within one `spread` of `centre`, where the range is that wide.

    On a linear axis the spread is a distance, on a log axis a factor above 1: centre 0.1 and spread 10 mean 0.01 to 1.
    """

    centre: float
    spread: float

    @classmethod
    def read(cls, given: object) -> "Prior":
        """From {"centre": ..., "spread": ...}; SpaceError without a parameter's name says what is wrong."""
        if isinstance(given, Prior):
            given = {"centre": given.centre, "spread": given.spread}
        if not isinstance(given, Mapping) or set(given) != {"centre", "spread"}:
            raise SpaceError(f'prior is {quote(given)}; it must look like {{"centre": 0.1, "spread": 3}}')
        return cls(*(_real(given[key], f"prior {key}") for key in ("centre", "spread")))


@dataclass(frozen=True)
class Bend:
    """W and its inverse, for a prior with centre m and spread s in lengths of the axis."""

    m: float
    s: float

    def warp(self, t: float) -> float:
        return float(np.interp(t, self._knots, self._share))

    def unwarp(self, u: float) -> float:
        return float(np.interp(u, self._share, self._knots))

    def warp_all(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.interp(t, self._knots, self._share)

    def unwarp_all(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.interp(u, self._share, self._knots)

    @cached_property
    def _knots(self) -> NDArray[np.float64]:
        return np.linspace(0.0, 1.0, KNOTS + 1)

    @cached_property
    def _share(self) -> NDArray[np.float64]:
        """W at the knots."""
        below = ndtr((self._knots - self.m) / min(self.s, WIDEST))
        below = (below - below[0]) / (below[-1] - below[0])
        return np.asarray((1 - EVEN) * below + EVEN * self._knots, dtype=np.float64)


def edges_of(weights: Sequence[float]) -> NDArray[np.float64]:
    """(K + 1,) where the cells of the choices begin and end on the unit interval."""
    shares = np.array(weights, dtype=np.float64) / max(weights)
    edges = np.concatenate([[0.0], np.cumsum(shares / shares.sum())])
    edges[-1] = 1.0
    return edges


def read_weights(given: object, size: int) -> tuple[float, ...]:
    """One positive number for each choice; SpaceError without a parameter's name says what is wrong."""
    if not isinstance(given, list | tuple) or len(given) != size:
        raise SpaceError(f"weights is {quote(given)}; it must be a list of {size} numbers, one for each choice")
    weights = tuple(_real(weight, "a weight") for weight in given)
    for weight in weights:
        if not weight >= max(weights) * LIGHTEST > 0:
            raise SpaceError(
                f"a weight is {quote(weight)}; it must be above 0 and at least a millionth of the largest: "
                "leave out a choice that is never to be taken"
            )
    return weights


def _real(value: object, word: str) -> float:
    real = finite(value)
    if real is not None:
        return real
    raise SpaceError(f"{word} is {quote(value)}; it must be a finite number")
