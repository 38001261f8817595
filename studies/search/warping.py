"""Half-rank output warping: what is good keeps its distances, what is bad only its rank.

After X. Song et al., "The Vizier Gaussian process bandit algorithm" (2024), section on output warping. Outliers among
the worse half then cannot bend the model.
"""

import numpy as np
from scipy.special import ndtri

from .parameters import Array

ROUNDING = 1e-12
BELOW = 0.5  # how far failures lie under the worst score
LARGEST = float(np.finfo(np.float64).max)


def warp(scores: Array) -> tuple[Array, float]:
    """Standardised scores (t,) (mean 0, deviation 1) of raw ones (t,), larger is better; and their scale.

    NaN is a failure: it lies a little below the worst and takes no part in the rest.
    The scale is how much one unit of the raw score in the better half is worth after warping.
    """
    finite = np.isfinite(scores)
    if not finite.any():
        return np.zeros(len(scores)), 0.0
    halves = 0.5 * scores[finite]  # differences of halves cannot overflow
    median = float(np.median(halves))
    good = halves >= median
    gains = halves[good] - median
    largest = float(gains.max())
    if largest <= ROUNDING * float(np.abs(halves[good]).max()):
        gains, largest = np.zeros_like(gains), np.inf  # no distances: how much a unit is worth cannot be told
    spread = float(np.sqrt(np.mean((gains / largest) ** 2))) or 1.0
    known = np.empty(len(halves))
    known[good] = gains / largest / spread
    known[~good] = ndtri(0.5 * mid_ranks(halves[~good]))
    deviation = float(np.std(known))
    if deviation < ROUNDING:
        return np.where(finite, 0.0, -BELOW), 0.0
    warped = np.empty(len(scores))
    warped[finite] = (known - known.mean()) / deviation
    warped[~finite] = warped[finite].min() - BELOW
    return warped, min(0.5 / max(largest, 1e-100) / (spread * deviation), 1e100)


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
