"""A Gaussian process on configurations: Matérn-5/2, one length scale per parameter, categories by Hamming distance.

| symbol | meaning | shape |
|---|---|---|
| X, z | points of the unit cube, scores, usually standardised | (n, d), (n,) |
| p | places of points, as `geometry.py` has them | (n, f) |
| l | length scales | (d,) |
| a, τ² | variances of the signal and of the noise of a typical whole evaluation | |
| w, e | noise of single points: relative to the typical one, and beyond it (partial evaluations) | (n,) |
| δ_j | squared distance of places in parameter j; 0 or 1 for a category | (pairs,) |
| r² | Σ_j δ_j / l_j² | (pairs,) |
| k | a (1 + √5 r + 5/3 r²) exp(−√5 r) | |
| K | k(X, X) + diag(τ² w + e) | (n, n) |
| g | range of the grain in length scales, where the rest is a process of its own: a rough function instead of noise | |
| K_g | k(X, X) + τ² k(X / g, X / g) / a + diag(e) | (n, n) |
| θ | ln l_1, ..., ln l_d, ln a, ln τ² | (d + 2,) |

θ is the maximum of the posterior under normal priors on its entries. Formulas: C. E. Rasmussen and C. K. I. Williams,
"Gaussian Processes for Machine Learning" (2006), equations 2.25, 2.26, 5.8 and 5.9.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.linalg.lapack import dpotri
from scipy.optimize import minimize

from studies.search.parameters import Array

from .geometry import Geometry

SQRT5 = 5.0**0.5
JITTER = 1e-6
LENGTH = 0.5  # prior median of a length scale is LENGTH × d^(1/4)
PRIOR_WIDTH = (0.8, 0.8, 1.5)  # standard deviations of ln l, ln a, ln τ²
NOISE = 0.01  # prior median of τ²
ITERATIONS = 40


@dataclass(frozen=True)
class Hyperparameters:
    """l (d,), a and τ² of the table above."""

    lengths: Array
    signal: float
    noise: float


@dataclass(frozen=True)
class GaussianProcess:
    """The posterior given hyperparameters, X, z and the noise of the points: `weights` w and `extra` e, (n,)."""

    hyper: Hyperparameters
    geometry: Geometry
    X: Array
    z: Array
    weights: Array
    extra: Array

    @cached_property
    def _places(self) -> Array:
        return self.geometry.places(self.X)

    @cached_property
    def _factor(self) -> Array:
        K = self._kernel(self._places, self._places)
        K[np.diag_indices_from(K)] += self.hyper.noise * self.weights + self.extra + JITTER * self.hyper.signal
        factor: Array = cholesky(K, lower=True, overwrite_a=True, check_finite=False)
        return factor

    @cached_property
    def _alpha(self) -> Array:
        alpha: Array = cho_solve((self._factor, True), self.z, check_finite=False)
        return alpha

    def shortened(self, factor: float) -> "GaussianProcess":
        """The same with all length scales times `factor`: surer of nothing but what was told."""
        return replace(self, hyper=replace(self.hyper, lengths=self.hyper.lengths * factor))

    def mean(self, points: Array) -> Array:
        """(m,) posterior mean at points (m, d)."""
        return np.asarray(self._to_told(points) @ self._alpha, dtype=np.float64)

    @cached_property
    def at_told(self) -> Array:
        """(n,) posterior mean at X."""
        return self.mean(self.X)

    def predict(self, points: Array) -> tuple[Array, Array]:
        """(m,) posterior mean and standard deviation of the noiseless function at points (m, d)."""
        k = self._to_told(points)
        half = solve_triangular(self._factor, k.T, lower=True, check_finite=False)
        variance = self.hyper.signal - np.einsum("nm,nm->m", half, half)
        return k @ self._alpha, np.sqrt(np.maximum(variance, 1e-12 * self.hyper.signal))

    def covariance(self, points: Array) -> Array:
        """(m, m) posterior covariance of the noiseless function at points (m, d)."""
        half = solve_triangular(self._factor, self._to_told(points).T, lower=True, check_finite=False)
        places = self.geometry.places(points)
        return np.asarray(self._kernel(places, places) - half.T @ half, dtype=np.float64)

    def average(self, points: Array) -> tuple[Array, Array]:
        """(g,) posterior mean and deviation of the average of the noiseless function over the q points of each of the g
        groups (g, q, d): a sum of normal variables, so its distribution is exact."""
        g, q, d = points.shape
        k = self._to_told(points.reshape(g * q, d)).reshape(g, q, -1).mean(axis=1)
        half = solve_triangular(self._factor, k.T, lower=True, check_finite=False)
        places = [self.geometry.places(group) for group in points]
        prior = np.array([self._kernel(group, group).mean() for group in places])
        variance = prior - np.einsum("ng,ng->g", half, half)
        return k @ self._alpha, np.sqrt(np.maximum(variance, 1e-12 * self.hyper.signal))

    def leave_one_out(self) -> tuple[Array, Array]:
        """(n,) mean and standard deviation of each score, its noise included, as all others predict it: no refits, and
        the same hyperparameters. Equations 5.10 to 5.12."""
        inverse, _ = dpotri(self._factor, lower=True)
        precision = np.diag(inverse)
        return self.z - self._alpha / precision, 1.0 / np.sqrt(precision)

    def _to_told(self, points: Array) -> Array:
        """(m, n) k between points (m, d) and X."""
        return self._kernel(self.geometry.places(points), self._places)

    def _kernel(self, left: Array, right: Array) -> Array:
        """k between places (m, f) and (n, f), in place where it can be: this is where an ask spends its time."""
        scale = SQRT5 / self.hyper.lengths[self.geometry.owner]
        unordered = self.geometry.unordered
        p, q = left[:, ~unordered] * scale[~unordered], right[:, ~unordered] * scale[~unordered]
        sr: Array = p @ (-2.0 * q.T)
        sr += (p * p).sum(1)[:, None]
        sr += (q * q).sum(1)
        for j in np.flatnonzero(unordered):
            np.add(sr, scale[j] ** 2, out=sr, where=left[:, j, None] != right[:, j])
        np.sqrt(np.maximum(sr, 0.0, out=sr), out=sr)
        k = sr * sr
        k /= 3.0
        k += sr
        k += 1.0
        k *= np.exp(np.negative(sr, out=sr), out=sr)
        k *= self.hyper.signal
        return k


def fit(geometry: Geometry, X: Array, z: Array, weights: Array, extra: Array) -> Hyperparameters:
    """Hyperparameters of the largest posterior, from the middle of the prior; the same data give the same answer."""
    data = tuple(array.tobytes() for array in (geometry.places(X), z, weights, extra))
    return _fit(data, tuple(geometry.owner.tolist()), tuple(geometry.unordered.tolist()), geometry.dimensions)


@lru_cache(maxsize=64)  # refits are rarer than asks; the arguments are the data themselves, so nothing is remembered
def _fit(data: tuple[bytes, ...], owner: tuple[int, ...], flags: tuple[bool, ...], d: int) -> Hyperparameters:
    flat, z, weights, extra = (np.frombuffer(array) for array in data)
    delta = squared_distances(flat.reshape(len(z), len(owner)), owner, flags, d)
    return NegativeLogPosterior(delta, z, weights, extra).least()[0]


def squared_distances(places: Array, owner: Sequence[int], unordered: Sequence[bool], d: int) -> Array:
    """(d, pairs) δ of places (n, f), pairs i < j in the order of `numpy.triu_indices`."""
    i, j = np.triu_indices(len(places), 1)
    delta = np.zeros((d, len(i)))
    for dimension, column, flag in zip(owner, places.T, unordered, strict=True):
        delta[dimension] += column[i] != column[j] if flag else (column[i] - column[j]) ** 2
    return delta


class NegativeLogPosterior:
    """−ln p(θ | X, z) up to a constant, with its gradient, from δ (d, pairs). Pairs i < j only: all is symmetric.

    `noise`, `width`: prior median of τ² and width of ln τ². With `grain` g the covariance is K_g.
    """

    def __init__(
        self, delta: Array, z: Array, weights: Array, extra: Array, *,
        noise: float = NOISE, width: float = PRIOR_WIDTH[2], grain: float | None = None,
    ) -> None:  # fmt: skip
        self._delta, self._z, self._extra, self._grain = delta, z, extra, grain
        self._weights = weights if grain is None else np.ones(len(z))  # of τ² in each point's variance
        self._pairs = np.triu_indices(len(z), 1)
        d = len(delta)
        self.middle = np.array([np.log(LENGTH * max(d, 1) ** 0.25)] * d + [0.0, np.log(noise)])
        self._width = np.array([PRIOR_WIDTH[0]] * d + [PRIOR_WIDTH[1], width])
        self.bounds = [(-4.0, 4.0)] * d + [(-4.0, 4.0), (-12.0, 1.0)]

    def least(self) -> tuple[Hyperparameters, float]:
        """The most probable hyperparameters, and −ln p there but for a constant that does not depend on the prior."""
        found = minimize(
            self, self.middle, jac=True, method="L-BFGS-B", bounds=self.bounds,
            options={"maxiter": ITERATIONS, "ftol": 1e-5, "gtol": 1e-3},
        )  # fmt: skip
        lengths, (signal, noise) = np.exp(found.x[:-2]), np.exp(found.x[-2:])
        return Hyperparameters(lengths, float(signal), float(noise)), float(found.fun + np.log(self._width[-1]))

    def __call__(self, theta: Array) -> tuple[float, Array]:
        precisions = np.exp(-2.0 * theta[:-2])
        signal, noise = np.exp(theta[-2:])
        sr = SQRT5 * np.sqrt(precisions @ self._delta)
        k, slope = _matern(sr, signal)
        grain, grain_slope = (0.0, 0.0) if self._grain is None else _matern(sr / self._grain, noise)
        factor = self._factor(k + grain, signal, noise)
        alpha = cho_solve((factor, True), self._z, check_finite=False)
        away = (theta - self.middle) / self._width
        value = 0.5 * self._z @ alpha + np.log(np.diag(factor)).sum() + 0.5 * away @ away

        inverse, _ = dpotri(factor, lower=True)  # its lower triangle is that of K⁻¹
        G = inverse[self._pairs[1], self._pairs[0]] - alpha[self._pairs[0]] * alpha[self._pairs[1]]
        G_diagonal = np.diag(inverse) - alpha * alpha
        gradient = np.empty_like(theta)
        gradient[:-2] = precisions * (self._delta @ (G * slope))
        gradient[-1] = 0.5 * noise * (G_diagonal @ self._weights)
        if self._grain is not None:
            gradient[:-2] += precisions * (self._delta @ (G * grain_slope)) / self._grain**2
            gradient[-1] += G @ grain
        gradient[-2] = G @ k + 0.5 * signal * (1.0 + JITTER) * G_diagonal.sum()
        return float(value), gradient + away / self._width

    def _factor(self, k: Array, signal: float, noise: float) -> Array:
        n = len(self._z)
        K = np.zeros((n, n))
        K[self._pairs[1], self._pairs[0]] = k
        K[np.diag_indices(n)] = signal * (1.0 + JITTER) + noise * self._weights + self._extra
        factor: Array = cholesky(K, lower=True, overwrite_a=True, check_finite=False)
        return factor


def _matern(sr: Array, variance: float) -> tuple[Array, Array]:
    """k of that variance and −2 dk/d(r²), for √5 r."""
    decay = variance * np.exp(-sr)
    return (1.0 + sr + sr * sr / 3.0) * decay, (5.0 / 3.0) * (1.0 + sr) * decay
