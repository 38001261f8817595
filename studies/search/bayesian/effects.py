"""Marginal effects: what to expect with one parameter at a value while the others follow their distribution.

| symbol | meaning | shape |
|---|---|---|
| u | draws from the space: Sobol points, before they are snapped | (DRAWS, d) |
| x_gq | draw q with parameter j set to value g, snapped: conditions hold as they then must | (d,) |
| e_g | (1/Q) Σ_q f(x_gq): normal under the model, so its mean and deviation are exact | |

J. H. Friedman, "Greedy function approximation" (2001), section 8.2 (partial dependence); with the model's own doubt.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from studies.search.categories import Constant
from studies.search.parameters import Array, Parameter, Plain
from studies.search.sobol import sobol_points
from studies.search.space import Space

from .gaussian_process import GaussianProcess

DRAWS = 2048  # from these are taken those in which the parameter is active
AVERAGED = 48  # Q
SPARE = 4  # times as many draws, since a forbidden combination moves the parameter off its value
SAME = 1e-9
GRID = 17  # values of a number
MOST_CHOICES = 40


@dataclass(frozen=True)
class Effect:
    """`values` of one parameter in order; the score to expect at each, with the model's 95 % interval, (g,) each.

    The interval says how sure the model is of this average, not how far single scores lie from it.
    """

    name: str
    values: tuple[Plain, ...]
    predicted: Array
    low: Array
    high: Array


def effects_of(
    model: GaussianProcess, space: Space, seed: int
) -> Iterator[tuple[str, tuple[Plain, ...], Array, Array]]:
    """Name, values, and mean and deviation (g,) of the effect in units of z, per parameter that is not constant.

    A parameter whose condition holds in too few of the draws is left out.
    """
    tuned = [parameter for parameter in space if not isinstance(parameter, Constant)]
    draws = sobol_points(seed, space.dimensions, range(DRAWS))
    active = space.active(space.snap(draws))
    for j, parameter in enumerate(tuned):
        rows = np.flatnonzero(active[:, j])[: (SPARE if space.forbidden else 1) * AVERAGED]
        groups = [(value, _with(space, draws[rows], j, parameter.to_unit(value))) for value in levels(parameter)]
        legal = [(value, points) for value, points in groups if len(points)]
        if legal:
            values = tuple(value for value, _ in legal)
            yield parameter.name, values, *model.average(np.stack([points for _, points in legal]))


def _with(space: Space, draws: Array, j: int, u: float) -> Array:
    """(AVERAGED, d) of the draws (m, d) with dimension j at u; (0, d) where all of them are forbidden then."""
    points = draws.copy()
    points[:, j] = u
    snapped = space.snap(points)
    stayed = snapped[np.abs(snapped[:, j] - u) < SAME]
    return stayed[np.arange(AVERAGED) % len(stayed)] if len(stayed) else stayed


def levels(parameter: Parameter) -> tuple[Plain, ...]:
    """The values at which the effect is worked out."""
    return tuple(parameter.levels(GRID))[:MOST_CHOICES]
