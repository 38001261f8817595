"""Which trials cannot be told from the best, with allowance for how many are compared with it.

| symbol | meaning |
|---|---|
| b, s_j, A_rj | the best trial; value of trial j; its value in the bag of resample r |
| m_j, m*_rj | s_b - s_j; A_rb - A_rj |
| e_j | standard deviation of m*_rj over r: of additive gains, sd(g_b - g_j) / sqrt(n) |
| c | 95 % point over r of max over j of (m*_rj - m_j) / e_j |

Trial j is tied with the best where m_j <= c e_j: the single-step maximum test (P. H. Westfall and S. S. Young,
"Resampling-based multiple testing", 1993, section 2.3), which keeps what the trials have in common.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .gains import Floats
from .intervals import SURE
from .replay import Replay

ROUNDING = 1e-6  # of the largest value: differences below are those of float32


@dataclass(frozen=True, eq=False)
class Tie:
    """tied: positions, the best first and then by value. behind: m (T,), errors: e (T,); more is worse."""

    tied: list[int]
    behind: Floats
    errors: Floats


def tied_with_best(replay: Replay) -> Tie:
    values, best = replay.values, replay.best
    behind = values[best] - values
    moved = replay.in_bag[:, [best]] - replay.in_bag
    errors = moved.std(axis=0)
    least = ROUNDING * max(1e-12, float(np.abs(values).max()))
    differing = errors > least
    tied: NDArray[np.bool_] = behind <= least
    if differing.any():
        far = (moved[:, differing] - behind[differing]) / errors[differing]
        c = float(np.quantile(far.max(axis=1), SURE))
        tied[differing] |= behind[differing] <= c * errors[differing]
    tied[best] = True
    order = np.argsort(behind, kind="stable")
    return Tie([best] + [int(j) for j in order if tied[j] and j != best], behind, errors)
