"""Is the difference between two search methods more than the luck of their seeds?

n       seeds that both methods were run with: a pair of runs each
d       (n,) the first method's final score minus the second's, turned so that more is better

If the methods were equally good, each pair might as well have come out the other way round: the chance is the share of
all 2^n ways to turn signs whose mean is at least as far from 0 as the one seen (Fisher's exact randomisation test for
pairs, "The Design of Experiments", 1935, section 21). Two-sided: five pairs can reach 1 in 16 at best, six 1 in 32.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

Floats = NDArray[np.float64]
EXACT = 14  # pairs up to which every way is counted
DRAWS = 20_000
SURE = 0.05
ENOUGH = 5  # seeds without which nothing is said


@dataclass(frozen=True)
class PairedDifference:
    """`median`, `low` and `high` of d over n seeds; `chance` as above, 1 for no pairs."""

    wins: int
    losses: int
    seeds: int
    median: float
    low: float
    high: float
    chance: float


def paired_difference(first: Floats, second: Floats, *, direction: str = "maximize") -> PairedDifference:
    """Compare final scores (n,) of the same seeds; a pair without both is left out."""
    d = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    d = d[np.isfinite(d)] * (-1.0 if direction == "minimize" else 1.0)
    if not len(d):
        return PairedDifference(0, 0, 0, 0.0, 0.0, 0.0, 1.0)
    wins, losses = int((d > 0).sum()), int((d < 0).sum())
    return PairedDifference(wins, losses, len(d), float(np.median(d)), float(d.min()), float(d.max()), turned_chance(d))


def turned_chance(d: Floats) -> float:
    """Share of ways to turn the signs of d (n,) that lie at least as far from 0; for many pairs, of a fixed sample."""
    n = len(d)
    if not d.any():
        return 1.0
    if n <= EXACT:
        signs = 1.0 - 2.0 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1)
        extra = 0
    else:
        signs = np.random.default_rng(0).choice([-1.0, 1.0], (DRAWS, n))
        extra = 1  # the way that was seen: a sampled chance is never 0
    sums = np.abs(signs @ d)
    reached = int((sums >= abs(d.sum()) * (1 - 1e-9)).sum())
    return (reached + extra) / (len(sums) + extra)


def adjusted(chances: list[float]) -> list[float]:
    """Chances corrected for there being several comparisons (Holm, 1979), in the order given."""
    order = sorted(range(len(chances)), key=chances.__getitem__)
    result, highest = [0.0] * len(chances), 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, chances[i] * (len(chances) - rank)))
        result[i] = highest
    return result


def mean_interval(values: Sequence[float], sure: float = 0.95) -> tuple[float, float]:
    """Interval of the mean of two or more runs over seeds, by W. S. Gosset's t."""
    x = np.asarray(values, dtype=np.float64)
    half = float(t.ppf(0.5 + sure / 2, len(x) - 1) * x.std(ddof=1) / np.sqrt(len(x)))
    return float(x.mean()) - half, float(x.mean()) + half
