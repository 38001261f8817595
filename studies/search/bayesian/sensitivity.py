"""How much of the differences over the whole space each parameter explains: Sobol' shares of the model's variance.

| symbol | meaning | shape |
|---|---|---|
| A, B | two independent sets of quasi-random points of the space | (N, d) |
| A_j | A with parameter j from B: what depends on j may become active or inactive | (N, d) |
| V | variance of f over A and B | |
| S_j | (1/N) Σ f(B) (f(A_j) − f(A)) / V: first order, what j explains alone | (d,) |
| T_j | (1/2N) Σ (f(A) − f(A_j))² / V: total, its interplay with others included | (d,) |

A. Saltelli et al., "Variance based sensitivity analysis of model output" (2010), table 2 (b) and (f). f is the model's
mean on many points. The doubt is how the shares of functions drawn from the posterior differ from their average, on
fewer points (J. E. Oakley and A. O'Hagan, 2004); those functions also wiggle where no trial is, so that their average
itself would give every parameter some effect.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky

from studies.search.categories import Constant
from studies.search.parameters import Array
from studies.search.sobol import sobol_points
from studies.search.space import Space

from .gaussian_process import GaussianProcess

POINTS = 384  # N for the mean
JOINT = 480  # points at most on which whole functions are drawn
FUNCTIONS = 48
INTERVAL = (0.05, 0.95)
VISIBLE = 0.02
JITTER, TINY = 1e-6, 1e-12


@dataclass(frozen=True)
class Sensitivity:
    """Per parameter that is not constant, (d,) each: `first` and `total` shares from 0 to 1, and the 90 % interval of
    `total` under the model's posterior. Total shares may add up to more than 1."""

    names: tuple[str, ...]
    first: Array
    total: Array
    low: Array
    high: Array

    @property
    def visible(self) -> NDArray[np.bool_]:
        """(d,) whose effect the doubt does not cover, if the model can be believed at all."""
        return np.asarray(self.low > VISIBLE)


def sensitivity_of(model: GaussianProcess, space: Space, seed: int) -> Sensitivity:
    """The shares by the model; all 0 where its mean is flat."""
    names = tuple(parameter.name for parameter in space if not isinstance(parameter, Constant))
    d = space.dimensions
    points = crossed(space, seed, POINTS)
    first, total = shares(model.mean(points.reshape(-1, d)).reshape(d + 2, POINTS, 1))

    few = max(16, JOINT // (d + 2))
    joint = points[:, :few].reshape(-1, d)
    factor = cholesky(model.covariance(joint) + JITTER * model.hyper.signal * np.eye(len(joint)), lower=True)
    noise = np.random.default_rng([seed, d]).standard_normal((len(joint), FUNCTIONS))
    drawn = model.mean(joint)[:, None] + factor @ noise
    _, totals = shares(drawn.reshape(d + 2, few, FUNCTIONS))
    doubt = totals - totals.mean(axis=1, keepdims=True)
    low, high = np.quantile(np.clip(total + doubt, 0.0, 1.0), INTERVAL, axis=1)
    return Sensitivity(names, first[:, 0], total[:, 0], low, high)


def crossed(space: Space, seed: int, n: int) -> Array:
    """(d + 2, n, d): A, B, A_1, ..., A_d, snapped."""
    d = space.dimensions
    pair = sobol_points(seed, 2 * d, range(n))
    a, b = pair[:, :d], pair[:, d:]
    sets = np.repeat(a[None], d + 2, axis=0)
    sets[1] = b
    for j in range(d):
        sets[2 + j, :, j] = b[:, j]
    return space.snap(sets.reshape(-1, d)).reshape(sets.shape)


def shares(values: Array) -> tuple[Array, Array]:
    """First and total shares (d, s) of s functions from their values (d + 2, N, s) at A, B and A_j."""
    a, b, mixed = values[0], values[1], values[2:]
    variance = np.maximum(values[:2].reshape(-1, values.shape[-1]).var(axis=0), TINY)
    first = (b * (mixed - a)).mean(axis=1) / variance
    total = 0.5 * ((mixed - a) ** 2).mean(axis=1) / variance
    return np.clip(first, 0.0, 1.0), np.clip(total, 0.0, 1.0)
