"""Half-rank output warping: what is good keeps its distances, what is bad only its rank.

After X. Song et al., "The Vizier Gaussian process bandit algorithm" (2024), section on output warping. Outliers and
failures among the worse half then cannot bend the model.
"""

import numpy as np
from scipy.special import ndtri

from studies.search.parameters import Array


def warp(scores: Array) -> tuple[Array, float]:
    """Standardised scores (t,) (mean 0, deviation 1) of raw ones (t,), larger is better, NaN failed; and their scale.

    The scale is how much one unit of the raw score in the better half is worth after warping.
    """
    finite = np.isfinite(scores)
    if not finite.any():
        return np.zeros(len(scores)), 0.0
    magnitude = float(np.abs(scores[finite]).max()) or 1.0
    scaled = np.where(finite, scores, -np.inf) / magnitude
    median = float(np.median(scaled[finite]))
    good = scaled >= median
    spread = float(np.sqrt(np.mean((scaled[good] - median) ** 2)))
    if spread < 1e-9:  # more than half are equal: any scale tells good from bad
        spread = float(np.std(scaled[finite])) or 1.0
    warped = np.where(good, (scaled - median) / spread, 0.0)
    if not good.all():
        warped[~good] = ndtri(0.5 * _mid_ranks(scaled[~good]))
    deviation = float(np.std(warped))
    if deviation < 1e-12:
        return np.zeros(len(scores)), 0.0
    standardised: Array = (warped - warped.mean()) / deviation
    return standardised, 1.0 / (magnitude * spread * deviation)


def _mid_ranks(values: Array) -> Array:
    """Ranks in (0, 1), ties sharing their middle."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    middles = np.cumsum(counts) - 0.5 * counts
    return np.asarray(middles[place] / len(values), dtype=np.float64)
