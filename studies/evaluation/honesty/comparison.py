"""Comparing two searches on the same rows, and two methods over several seeds.

| symbol | meaning |
|---|---|
| d_r | z of the first search less z of the second in resample r, turned so that more is better |
| eps | zone of practical equivalence: a difference of at most this does not matter |
| shares | P(d > eps), P(-eps <= d <= eps), P(d < -eps) under a normal with mean(d) and 0.795 sd(d) |
| x_k, y_k | final expected scores of the runs of two methods, over seeds |

Over seeds the runs are the units: differences of equal seeds (W. S. Gosset's t), else two groups of runs (B. L. Welch,
Biometrika 34, 1947), with the same zone. Practical equivalence as in A. Benavoli et al., Journal of Machine Learning
Research 18 (2017).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import norm, t

from studies.evaluation.metrics import Metric, get_metric

from .gains import Floats
from .intervals import NOTHING, SHRINK, SURE

POINT = 0.005  # half a point of a score between 0 and 1, or of R2
RELATIVE = 0.01  # of the level, for errors and log loss, which have no fixed range
LEAST_SEEDS = 3


@dataclass(frozen=True)
class Comparison:
    """How the first does beside the second: shares of better, same and worse; they add up to 1.

    gain, low, high: mean difference in the good direction and its two-sided 95 % interval, in the metric's unit.
    zone: differences up to this count as the same.
    runs: 1 where the winners of two searches were compared, which says nothing of the methods that found them; else
    how many pairs of seeds, or the smaller number of runs. paired: seeds agreed.
    """

    better: float
    same: float
    worse: float
    gain: float
    low: float
    high: float
    zone: float
    runs: int = 1
    paired: bool = True


def zone_of(metric: str, *levels: float) -> float:
    """The default zone: 0.005 for scores up to 1; 1 % of the mean level for RMSE, MAE and log loss."""
    chosen = get_metric(metric)
    if chosen.maximize:
        return POINT
    known = [abs(level) for level in levels if np.isfinite(level)]
    return RELATIVE * float(np.mean(known)) if known else 0.0


def compare_searches(first: Floats, second: Floats, metric: str, zone: float | None = None) -> Comparison:
    """Two searches by their z (B,) in the metric's unit, of resamples with the same key.

    zone: None for `zone_of` the two. ValueError where the lengths differ: then the resamples did.
    """
    first, second = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1 or not len(first):
        raise ValueError(f"The two searches have {first.size} and {second.size} resamples, so not the same ones.")
    if zone is None:
        zone = zone_of(metric, float(first.mean()), float(second.mean()))
    d = _turned(first - second, get_metric(metric))
    error = SHRINK * float(np.std(d))
    return _comparison(float(np.mean(d)), error, np.inf, zone, runs=1, paired=True)


def compare_methods(
    first: Mapping[int, float], second: Mapping[int, float], metric: str, zone: float | None = None
) -> Comparison:
    """Two methods by the final scores of their runs, {seed: score in the metric's unit}.

    Pairs where at least 3 seeds agree, else all runs of both. The interval is over seeds: it is about these rows.
    ValueError with fewer than 3 runs of a method: then there are only winners to compare.
    """
    if min(len(first), len(second)) < LEAST_SEEDS:
        raise ValueError(
            f"{len(first)} and {len(second)} runs: methods are compared from {LEAST_SEEDS} seeds each on. "
            "Fewer compare only the winners."
        )
    chosen = get_metric(metric)
    if zone is None:
        zone = zone_of(metric, *first.values(), *second.values())
    seeds = sorted(set(first) & set(second))
    if len(seeds) >= LEAST_SEEDS:
        d = _turned(np.array([first[seed] - second[seed] for seed in seeds]), chosen)
        error = float(np.std(d, ddof=1)) / sqrt(len(d))
        return _comparison(float(np.mean(d)), error, len(d) - 1, zone, runs=len(seeds), paired=True)
    x, y = (_turned(np.array(list(runs.values())), chosen) for runs in (first, second))
    spread = [float(np.var(runs, ddof=1)) / len(runs) for runs in (x, y)]
    error = sqrt(sum(spread))
    parts = sum(part**2 / (len(runs) - 1) for part, runs in zip(spread, (x, y), strict=True))
    freedom = sum(spread) ** 2 / parts if parts > 0.0 else min(len(x), len(y)) - 1
    return _comparison(float(x.mean() - y.mean()), error, freedom, zone, runs=min(len(x), len(y)), paired=False)


def _turned(d: Floats, metric: Metric) -> Floats:
    return d if metric.maximize else -d


def _comparison(mean: float, error: float, freedom: float, zone: float, *, runs: int, paired: bool) -> Comparison:
    """freedom: degrees of freedom of the t distribution; infinite for the normal."""
    if error < NOTHING:
        better, worse = float(mean > zone + NOTHING), float(mean < -zone - NOTHING)
        return Comparison(better, 1.0 - better - worse, worse, mean, mean, mean, zone, runs, paired)
    law = norm if np.isinf(freedom) else t(freedom)
    better, worse = float(law.sf((zone - mean) / error)), float(law.cdf((-zone - mean) / error))
    half = float(law.ppf(0.5 + SURE / 2.0)) * error
    same = max(0.0, 1.0 - better - worse)
    return Comparison(better, same, worse, mean, mean - half, mean + half, zone, runs, paired)
