"""What told configurations are worth: a smooth model of the scores, and whether what it leaves is luck.

Two explanations of the rest compete. *Luck*: noise of its own at each trial, which would be another if the trial were
run again. *Grain*: the function itself is rough at short range, and would score the same again. Under luck a
configuration is worth what the model says, under grain its very score; both are weighed by how well they explain the
scores. Luck shows where points close together differ as much as points a little farther apart; grain fades there.

| symbol | meaning | shape |
|---|---|---|
| δ_j | squared difference of two points in dimension j; 0 or 1 for a category | (pairs,) |
| l, a, τ² | length scales, variances of the smooth part and of the rest | (d,) |
| r | √(Σ_j δ_j / l_j²) | (pairs,) |
| M(r) | (1 + √5 r + 5/3 r²) exp(−√5 r), Matérn-5/2 | |
| w, e | relative noise variance of a score; variance that only single scores have (partial evaluations) | (n,) |
| K_luck | a M(r) + diag(τ² w + e) | (n, n) |
| K_grain | a M(r) + τ² M(r / GRAIN) + diag(e) | (n, n) |
| θ | ln l_1, ..., ln l_d, ln a, ln τ² | (d + 2,) |

θ is the maximum of the posterior under normal priors on its entries, the same for both. C. E. Rasmussen and C. K. I.
Williams, "Gaussian Processes for Machine Learning" (2006), equations 2.25, 2.26, 5.8, 5.9 and section 5.2 (evidence).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.linalg.lapack import dpotri
from scipy.optimize import minimize
from scipy.special import expit

from .parameters import Array

SQRT5 = 5.0**0.5
GRAIN = 0.1  # range of the grain, in length scales of the smooth part
JITTER = 1e-5
LENGTH, LENGTH_WIDTH = 0.5, 0.8  # prior median of a length scale is LENGTH × d^(1/4); width of its logarithm
SIGNAL_WIDTH = 0.8  # of ln a; the median is 1
REST, REST_WIDTH = 0.03, 3.0  # prior median of τ², and width of ln τ², where nothing is known of it
KNOWN_WIDTH = 1.5  # width where the folds tell how much luck there is
ITERATIONS = 60


@dataclass(frozen=True)
class Belief:
    """What the points are worth, in units of z.

    `mean` and `deviation` (n,) over both explanations; `unsure` (n,): what of the deviation comes of few trials around.
    `luck`: the probability that the rest is luck; `noise`: its standard deviation in one score, if so.
    """

    mean: Array
    deviation: Array
    unsure: Array
    luck: float
    noise: float


def believe(
    X: Array, z: Array, unordered: NDArray[np.bool_], weights: Array, extra: Array, level: float = np.nan
) -> Belief:
    """Belief in the points X (n, d) of the unit cube with scores z (n,); `level`: expected standard deviation of the
    noise in units of z, NaN where it is not known."""
    smooth = Smooth(squared_distances(X, unordered), z)
    median, width = (level**2, KNOWN_WIDTH) if level > 0.0 else (REST, REST_WIDTH)
    luck = smooth.fitted(weights, extra, False, np.log(np.clip(median, 1e-4, 1.0)), width)
    grain = smooth.fitted(weights, extra, True, np.log(REST), REST_WIDTH)
    probability = float(expit(grain.energy - luck.energy))
    mean, deviation = luck.at_told()
    believed = probability * mean + (1.0 - probability) * z
    variance = probability * deviation**2 + probability * (1.0 - probability) * (mean - z) ** 2
    return Belief(believed, np.sqrt(variance), probability * deviation, probability, luck.noise)


def squared_distances(X: Array, unordered: NDArray[np.bool_]) -> Array:
    """(d, pairs) δ of points (n, d), pairs i < j in the order of `numpy.triu_indices`."""
    i, j = np.triu_indices(len(X), 1)
    delta = np.empty((X.shape[1], len(i)))
    for row, column, flag in zip(delta, X.T, unordered, strict=True):
        row[:] = column[i] != column[j] if flag else (column[i] - column[j]) ** 2
    return delta


@dataclass(frozen=True)
class Smooth:
    """The data of both explanations: δ (d, pairs) and z (n,)."""

    delta: Array
    z: Array

    def fitted(self, weights: Array, extra: Array, grain: bool, middle: float, width: float) -> "Explanation":
        """The explanation with its most probable hyperparameters; `middle` and `width` are of the prior of ln τ²."""
        found = Explanation(self, weights, extra, grain, middle, width)
        d = len(self.delta)
        answer = minimize(
            found.energy_at, found.start, jac=True, method="L-BFGS-B", bounds=[(-4.0, 4.0)] * (d + 1) + [(-12.0, 2.0)],
            options={"maxiter": ITERATIONS, "ftol": 1e-6, "gtol": 1e-3},
        )  # fmt: skip
        found.theta, found.energy = answer.x, float(answer.fun)
        return found


class Explanation:
    """One of the two: its energy −ln p(z, θ) up to what both share, and the posterior at the energy's minimum."""

    def __init__(self, smooth: Smooth, weights: Array, extra: Array, grain: bool, middle: float, width: float) -> None:
        self._delta, self._z, self._weights, self._extra, self._grain = smooth.delta, smooth.z, weights, extra, grain
        self._pairs = np.triu_indices(len(smooth.z), 1)
        d = len(smooth.delta)
        self.start = np.array([np.log(LENGTH * max(d, 1) ** 0.25)] * d + [0.0, middle])
        self._width = np.array([LENGTH_WIDTH] * d + [SIGNAL_WIDTH, width])
        self.theta, self.energy = self.start, np.inf

    @property
    def noise(self) -> float:
        return float(np.exp(0.5 * self.theta[-1]))

    def energy_at(self, theta: Array) -> tuple[float, Array]:
        precisions, (signal, rest) = np.exp(-2.0 * theta[:-2]), np.exp(theta[-2:])
        sr = SQRT5 * np.sqrt(precisions @ self._delta)
        k, slope = _matern(sr, signal)
        grain, grain_slope = _matern(sr / GRAIN, rest) if self._grain else (np.zeros(1), np.zeros(1))
        factor = cholesky(self._covariance(k + grain, signal, rest), lower=True, check_finite=False)
        alpha = cho_solve((factor, True), self._z, check_finite=False)
        away = (theta - self.start) / self._width
        energy = 0.5 * self._z @ alpha + np.log(np.diag(factor)).sum() + 0.5 * away @ away + np.log(self._width[-1])

        inverse, _ = dpotri(factor, lower=True)  # its lower triangle is that of K⁻¹
        G = inverse[self._pairs[1], self._pairs[0]] - alpha[self._pairs[0]] * alpha[self._pairs[1]]
        G_diagonal = np.diag(inverse) - alpha * alpha
        gradient = np.empty_like(theta)
        gradient[:-2] = precisions * (self._delta @ (G * (slope + grain_slope / GRAIN**2)))
        gradient[-2] = G @ k + 0.5 * signal * (1.0 + JITTER) * G_diagonal.sum()
        gradient[-1] = (G * grain).sum() + 0.5 * rest * (G_diagonal @ self._own)
        return float(energy), gradient + away / self._width

    def at_told(self) -> tuple[Array, Array]:
        """(n,) posterior mean and standard deviation of the smooth part at the told points."""
        precisions, (signal, rest) = np.exp(-2.0 * self.theta[:-2]), np.exp(self.theta[-2:])
        k, _ = _matern(SQRT5 * np.sqrt(precisions @ self._delta), signal)
        factor = cholesky(self._covariance(k, signal, rest), lower=True, check_finite=False)
        prior = np.diag(np.full(len(self._z), signal))
        prior[self._pairs] = k
        prior[self._pairs[1], self._pairs[0]] = k
        half = solve_triangular(factor, prior, lower=True, check_finite=False)
        mean = prior @ cho_solve((factor, True), self._z, check_finite=False)
        return mean, np.sqrt(np.maximum(signal - np.einsum("nm,nm->m", half, half), 0.0))

    @property
    def _own(self) -> Array:
        """(n,) what a point's rest has of τ²: its weight if it is luck, all of it if it is grain."""
        return np.ones(len(self._z)) if self._grain else self._weights

    def _covariance(self, k: Array, signal: float, rest: float) -> Array:
        n = len(self._z)
        K = np.zeros((n, n))
        K[self._pairs[1], self._pairs[0]] = k
        K[np.diag_indices(n)] = signal * (1.0 + JITTER) + rest * self._own + self._extra
        return K


def _matern(sr: Array, variance: float) -> tuple[Array, Array]:
    """k and −2 dk/d(r²) for √5 r."""
    decay = variance * np.exp(-sr)
    return (1.0 + sr + sr * sr / 3.0) * decay, (5.0 / 3.0) * (1.0 + sr) * decay
