"""Intervals for a score and for a difference, from values over resamples.

| symbol | meaning |
|---|---|
| z_r | value out of the bag of what resample r chose |
| H | expected score: the mean of z |
| d_r | difference of two values in resample r |
| 0.795 | sqrt(1 - 1/e): out of the bag there are only n/e rows, so that d spreads more than over n; measured |
| 0.9 | how far percentiles of z are drawn in about H: the same, by half, since what is chosen varies too; measured |

Score: percentiles of H + 0.9 (z - H), and for shares the wider of them and E. B. Wilson's interval (Journal of the
American Statistical Association 22, 1927), since percentiles collapse where every row is right.
Difference: mean(d) +- 1.96 * 0.795 * sd(d); chance that it is above 0: Phi(mean / (0.795 sd)).
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import norm

from .gains import Floats

SHRINK = sqrt(1.0 - np.exp(-1.0))
DRAWN_IN = 0.9
SURE = 0.95
NOTHING = 1e-9  # differences below are those of rounding


def wilson(share: float, rows: float, sure: float = SURE) -> tuple[float, float]:
    """Two-sided interval of a share seen over so many independent rows; the whole of 0 to 1 without rows."""
    if rows <= 0.0:
        return 0.0, 1.0
    z = float(norm.ppf(0.5 + sure / 2.0))
    share = min(max(share, 0.0), 1.0)
    centre = (share + z * z / (2.0 * rows)) / (1.0 + z * z / rows)
    half = z * sqrt(share * (1.0 - share) / rows + z * z / (4.0 * rows * rows)) / (1.0 + z * z / rows)
    return max(0.0, centre - half), min(1.0, centre + half)


def score_interval(z: Floats, expected: float, rows: float, sure: float = SURE) -> tuple[float, float]:
    """Interval of values for z (B,). rows: what a share's spread is worth in rows; 0 where the metric is no share."""
    low, high = (expected + DRAWN_IN * (np.quantile(z, [0.5 - sure / 2.0, 0.5 + sure / 2.0]) - expected)).tolist()
    if rows > 0.0:
        least, most = wilson(expected, rows, sure)
        low, high = min(low, least), max(high, most)
    return float(low), float(high)


@dataclass(frozen=True)
class Difference:
    """A gain in the good direction, its two-sided 95 % interval, the chance that it is above 0.

    sure: its one-sided 95 % bound is above 0.
    """

    gain: float
    low: float
    high: float
    chance: float
    sure: bool


def difference(d: Floats) -> Difference:
    """Of d (B,), larger is better."""
    mean, error = float(np.mean(d)), SHRINK * float(np.std(d))
    if error < NOTHING:
        mean = mean if abs(mean) > NOTHING else 0.0
        return Difference(mean, mean, mean, 1.0 if mean > 0.0 else 0.0, mean > 0.0)
    half = float(norm.ppf(0.5 + SURE / 2.0)) * error
    return Difference(
        mean, mean - half, mean + half, float(norm.cdf(mean / error)), mean > float(norm.ppf(SURE)) * error
    )
