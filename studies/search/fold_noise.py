"""What fold scores say of the noise of a trial's score: how much of it, and which trials have more than others.

All trials of a study are scored on the same folds. An easy fold raises every trial alike, so most of a trial's standard
error over folds says nothing of how it compares with others; what is left once the folds' own effects are taken away
does. That rest is known from few folds, so that a trial's variance leans on those of all: far where they are alike.

| symbol | meaning | shape |
|---|---|---|
| y_tf | score of trial t on fold f: μ_t + φ_f + ε_tf, ε_tf of variance σ_t² | (t, F) |
| d | degrees of freedom left for σ_t²: F − 1 | |
| s_t² | its plain estimate from the rests of trial t | (t,) |
| d0, s0² | of the prior σ_t² ~ d0 s0² / χ²(d0) | |
| ψ', v | trigamma function, variance of ln s_t² beyond the ψ'(d/2) that chance gives it | |

Prior and posterior: G. K. Smyth, "Linear models and empirical Bayes methods for assessing differential expression in
microarray experiments" (2004), section 6.2 and equation of the moderated variance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import polygamma, psi

from .parameters import Array

Folds = Sequence[float | None]

FEWEST = 4  # trials: below, the folds' effects and the rests can hardly be told apart
ALIKE = 10  # so many trials' worth of belief that all have the same variance
LEAST_BELIEF = 4.0  # d0 at least: a variance from few folds is never taken at its word
LARGEST = 1e100  # squares of larger scores could overflow; they are no noise
EXTREME = 10.0  # no trial counts for more or less than so many times the typical one


@dataclass(frozen=True)
class FoldNoise:
    """`weights` (t,): a trial's noise variance relative to the typical one, mean 1, and 1 where its folds say nothing.

    `level`: standard error of the typical trial's score in the metric's units, without what all trials share; NaN
    where it is not known.
    """

    weights: Array
    level: float


def fold_noise(fold_scores: Sequence[Folds | None]) -> FoldNoise:
    """From the fold scores of each trial; None, or a score that is missing or not finite, leaves the trial out."""
    weights = np.ones(len(fold_scores))
    rows, scores = _whole(fold_scores)
    if len(rows) < FEWEST:
        return FoldNoise(weights, np.nan)
    d = scores.shape[1] - 1
    variances = _rest(scores)
    typical = float(np.median(variances))
    if typical <= 0.0:
        return FoldNoise(weights, 0.0)
    variances = np.clip(variances / typical, 1.0 / EXTREME**2, EXTREME**2)
    belief, centre = _prior(variances, d)
    own = d / (belief + d)  # 0 where the belief is infinite
    found = np.clip(1.0 + own * (variances / centre - 1.0), 1.0 / EXTREME, EXTREME)
    weights[rows] = found / found.mean()
    return FoldNoise(weights, float(np.sqrt(typical * centre * found.mean() / (d + 1))))


def _whole(fold_scores: Sequence[Folds | None]) -> tuple[NDArray[np.intp], Array]:
    """Rows of the trials with all their folds, and their scores (rows, F)."""
    lengths = np.array([len(folds) if folds is not None else 0 for folds in fold_scores])
    usual = int(np.bincount(lengths[lengths > 1]).argmax()) if (lengths > 1).any() else 0
    rows = np.flatnonzero(lengths == usual) if usual else np.empty(0, dtype=np.intp)
    scores = np.array([fold_scores[int(row)] for row in rows], dtype=np.float64).reshape(len(rows), usual)
    usable = (np.abs(scores) < LARGEST).all(axis=1)  # NaN compares as false
    return rows[usable], scores[usable]


def _rest(scores: Array) -> Array:
    """(t,) s_t²: what the folds' effects leave. Medians find those, so that one wild trial does not spoil all."""
    rest = scores - scores.mean(axis=1, keepdims=True)
    rest -= np.median(rest, axis=0)
    rest -= rest.mean(axis=1, keepdims=True)
    variances: Array = np.einsum("tf,tf->t", rest, rest) / (scores.shape[1] - 1)
    return variances


def _prior(variances: Array, d: int) -> tuple[float, float]:
    """d0 (infinite where all variances look alike) and s0², by the moments of ln s_t²."""
    logs = np.log(variances)
    trials = len(logs)
    v = (float(logs.var(ddof=1)) - float(polygamma(1, 0.5 * d))) * trials / (trials + ALIKE)
    level = float(logs.mean()) - float(psi(0.5 * d)) + np.log(0.5 * d)
    if v <= 0.0:
        return np.inf, float(np.exp(level))
    belief = max(2.0 * _inverse_trigamma(v), LEAST_BELIEF)
    return belief, float(np.exp(level + psi(0.5 * belief) - np.log(0.5 * belief)))


def _inverse_trigamma(value: float) -> float:
    """x with ψ'(x) = value, by Newton's method on 1/ψ', which is nearly a straight line (Smyth's appendix)."""
    x = 0.5 + 1.0 / value
    for _ in range(8):
        slope = float(polygamma(1, x))
        x += slope * (1.0 - slope / value) / float(polygamma(2, x))
    return x
