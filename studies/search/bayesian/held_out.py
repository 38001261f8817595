"""Leave one out: how well the model foresees scores that it was not told.

The predictions come in closed form from the model of all scores (Rasmussen and Williams, equations 5.10 to 5.12); only
the hyperparameters have seen the score as well.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from studies.search.parameters import Array

from .warping import mid_ranks

Verdict = Literal["predicts", "roughly", "does not"]
QUANTILE = 1.959964  # of the normal distribution: 95 % lie within
GOOD_CORRELATION, FAIR_CORRELATION = 0.7, 0.4
GOOD_COVERAGE = 0.85  # of intervals that should hold 95 %


@dataclass(frozen=True)
class Check:
    """Told scores (n,) beside what the others predict for each, with 95 % intervals; `positions` in the history.

    `errors`: told minus predicted over the predicted deviation, larger is better, in the model's units. `coverage`:
    share of intervals that hold. `correlation`: of the ranks of predicted and told scores (Spearman's), 0 where all
    are equal.
    """

    positions: NDArray[np.intp]
    told: Array
    predicted: Array
    low: Array
    high: Array
    errors: Array
    coverage: float
    correlation: float

    @property
    def verdict(self) -> Verdict:
        """`predicts` from a rank correlation of 0.7, when 85 % of the intervals hold; `roughly` from 0.4."""
        if self.correlation >= GOOD_CORRELATION and self.coverage >= GOOD_COVERAGE:
            return "predicts"
        return "roughly" if self.correlation >= FAIR_CORRELATION else "does not"


def check_of(
    positions: NDArray[np.intp], told: Array, predicted: Array, low: Array, high: Array, errors: Array
) -> Check:
    """The check of n ≥ 1 scores; all arrays (n,)."""
    coverage = float((np.abs(errors) <= QUANTILE).mean())
    ranks = np.array([mid_ranks(told), mid_ranks(predicted)])
    spread = ranks.std(axis=1)
    centred = ranks - ranks.mean(axis=1, keepdims=True)
    correlation = float((centred[0] * centred[1]).mean() / spread.prod()) if spread.all() else 0.0
    return Check(positions, told, predicted, low, high, errors, coverage, correlation)
