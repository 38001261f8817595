"""Half-rank output warping: what is good keeps its distances, what is bad only its rank.

After X. Song et al., "The Vizier Gaussian process bandit algorithm" (2024), section on output warping. Outliers and
failures among the worse half then cannot bend the model.
"""

import numpy as np
from scipy.special import ndtri

from studies.search.parameters import Array

ROUNDING = 1e-12
LARGEST = float(np.finfo(np.float64).max)


def warp(scores: Array) -> tuple[Array, float]:
    """Standardised scores (t,) (mean 0, deviation 1) of raw ones (t,), larger is better, NaN failed; and their scale.

    The scale is how much one unit of the raw score in the better half is worth after warping.
    """
    finite = np.isfinite(scores)
    if not finite.any():
        return np.zeros(len(scores)), 0.0
    halves = np.where(finite, 0.5 * scores, -np.inf)  # differences of halves cannot overflow
    median = float(np.median(halves[finite]))
    good = halves >= median
    gains = halves[good] - median
    largest = float(gains.max())
    if largest <= ROUNDING * float(np.abs(halves[good]).max()):
        gains, largest = np.zeros_like(gains), np.inf  # no distances: how much a unit is worth cannot be told
    spread = float(np.sqrt(np.mean((gains / largest) ** 2))) or 1.0
    warped = np.empty(len(scores))
    warped[good] = gains / largest / spread
    warped[~good] = ndtri(0.5 * mid_ranks(halves[~good]))
    deviation = float(np.std(warped))
    if deviation < ROUNDING:
        return np.zeros(len(scores)), 0.0
    standardised: Array = (warped - warped.mean()) / deviation
    return standardised, min(0.5 / max(largest, 1e-100) / (spread * deviation), 1e100)


def unwarp(z: Array, scores: Array) -> Array:
    """(m,) raw scores for warped ones z (m,), by the warp of told scores (t,); it rises with z.

    Linear between told scores and straight on above the best. Below the worst it stays there: ranks know no distance.
    """
    warped, scale = warp(scores)
    finite = np.isfinite(scores)
    if not finite.any():
        return np.full(len(z), np.nan)
    places, first = np.unique(warped[finite], return_index=True)
    halves = 0.5 * scores[finite][first]
    with np.errstate(over="ignore"):
        beyond = np.maximum(z - places[-1], 0.0) / scale if scale > 0.0 else np.zeros(len(z))
        next_told = halves[np.minimum(np.searchsorted(places, z), len(places) - 1)]
        raw = 2.0 * np.minimum(np.interp(z, places, halves), next_told) + beyond  # rounding must not pass it
    return np.asarray(np.clip(raw, -LARGEST, LARGEST), dtype=np.float64)


def mid_ranks(values: Array) -> Array:
    """Ranks in (0, 1), ties sharing their middle."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    middles = np.cumsum(counts) - 0.5 * counts
    return np.asarray(middles[place] / len(values), dtype=np.float64)
