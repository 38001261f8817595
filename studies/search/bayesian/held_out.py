"""Leave one out: how well the model foresees scores that it was not told.

The predictions come in closed form from the model of all scores (Rasmussen and Williams, equations 5.10 to 5.12). Its
hyperparameters have seen the score as well, and with few trials they remember: on pure noise such a check finds a rank
correlation above 0.4 in a third of histories of 20. So in short histories each part is predicted with hyperparameters
that were fitted without it; a long one cannot be remembered by a few hyperparameters.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from studies.search.parameters import Array
from studies.search.warping import mid_ranks

from .gaussian_process import GaussianProcess, fit

Verdict = Literal["predicts", "roughly", "does not"]
QUANTILE = 1.959964  # of the normal distribution: 95 % lie within
SHORT, PARTS = 100, 4
GOOD_CORRELATION, FAIR_CORRELATION = 0.7, 0.4
LUCK = 2.33  # standard deviations, 1 / √(n − 1) each, that the correlation of unrelated ranks exceeds once in 100
GOOD_COVERAGE = 0.8  # of intervals that should hold 95 %


@dataclass(frozen=True)
class Check:
    """Told scores (n,) beside what the others predict for each, with 95 % intervals; `positions` in the history.

    `errors`: told minus predicted over the predicted deviation, larger is better, in the model's units.
    `correlation`: of the ranks of predicted and told scores (Spearman's), 0 where all are equal.
    """

    positions: NDArray[np.intp]
    told: Array
    predicted: Array
    low: Array
    high: Array
    errors: Array
    correlation: float

    @property
    def held(self) -> NDArray[np.bool_]:
        """(n,) whether the interval holds the told score."""
        return np.asarray(np.abs(self.errors) <= QUANTILE)

    @property
    def coverage(self) -> float:
        """Share of the intervals that hold; 95 % should."""
        return float(self.held.mean())

    @property
    def verdict(self) -> Verdict:
        """`predicts` from a rank correlation of 0.7, when 80 % of the intervals hold; `roughly` from 0.4. Neither where
        scores without any order would reach as much in one history of 100."""
        rank = round(self.correlation, 2)  # as people read it
        if rank < max(FAIR_CORRELATION, LUCK / max(1, len(self.told) - 1) ** 0.5):
            return "does not"
        good = rank >= GOOD_CORRELATION and self.coverage >= GOOD_COVERAGE
        return "predicts" if good else "roughly"


def held_out_predictions(model: GaussianProcess, seed: int) -> tuple[Array, Array]:
    """(n,) mean and deviation of each score of the model, noise included, as all the others predict it."""
    n = len(model.z)
    if n > SHORT:
        return model.leave_one_out()
    part = np.random.default_rng([seed, n]).permutation(n) % PARTS
    mean, deviation = np.empty(n), np.empty(n)
    for left_out in range(PARTS):
        rest, held = part != left_out, part == left_out
        hyper = fit(model.geometry, model.X[rest], model.z[rest], model.weights[rest], model.extra[rest])
        means, deviations = replace(model, hyper=hyper).leave_one_out()
        mean[held], deviation[held] = means[held], deviations[held]
    return mean, deviation


def check_of(
    positions: NDArray[np.intp], told: Array, predicted: Array, low: Array, high: Array, errors: Array
) -> Check:
    """The check of n ≥ 1 scores; all arrays (n,)."""
    ranks = np.array([mid_ranks(told), mid_ranks(predicted)])
    spread = ranks.std(axis=1)
    centred = ranks - ranks.mean(axis=1, keepdims=True)
    correlation = float((centred[0] * centred[1]).mean() / spread.prod()) if spread.all() else 0.0
    return Check(positions, told, predicted, low, high, errors, correlation)
