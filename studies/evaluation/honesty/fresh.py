"""The score of one configuration on rows that had no part in choosing it, and how it stands to a claim made before.

| symbol | meaning |
|---|---|
| s | metric on the m fresh rows together |
| e | its standard error: 0.795 sd of the values out of the bag, see intervals.py |
| c, e_c | the claim and its standard error |
| g | s - c, turned so that more is better; its standard error is sqrt(e^2 + e_c^2), as the rows are others |

Nothing is corrected: nobody chose by these rows. For accuracy the wider of s +- 1.96 e and Wilson's interval.
"""

from dataclasses import dataclass
from math import hypot
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from studies.evaluation.metrics import get_metric
from studies.evaluation.predictions import Predictions

from .assessment import assess
from .intervals import SHRINK, SURE, wilson

NORMAL = float(norm.ppf(0.5 + SURE / 2.0))


@dataclass(frozen=True)
class FreshInterval:
    """score and its two-sided 95 % interval in the metric's unit; error: standard error."""

    score: float
    low: float
    high: float
    error: float


@dataclass(frozen=True)
class Gap:
    """A score on fresh rows less what was claimed, in the good direction, with its two-sided 95 % interval."""

    gain: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """ "holds" where the interval has 0 in it, else "worse" or "better" than claimed."""
        return "worse" if self.high < 0.0 else "better" if self.low > 0.0 else "holds"


def fresh_interval(
    y: NDArray[Any], predictions: Predictions, metric: str, groups: NDArray[Any] | None = None
) -> FreshInterval:
    """y: (m,) class codes or numbers; predictions: of the m rows. groups: (m,), resampled whole; None for rows.

    ValueError where there are too few rows or groups to be resampled.
    """
    found = assess(y, [predictions], metric, kind="kfold" if groups is None else "group", groups=groups)
    error = SHRINK * float(np.std(found.z))
    low, high = found.best - NORMAL * error, found.best + NORMAL * error
    if metric == "accuracy" and groups is None:  # where every row is right, resamples do not differ
        least, most = wilson(found.best, float(len(y)), SURE)
        low, high = min(low, least), max(high, most)
    return FreshInterval(found.best, low, high, error)


def gap_to(claim: float, claim_error: float, fresh: FreshInterval, metric: str) -> Gap:
    """How far the fresh score is from a claim that was made before, from other rows."""
    gain = (fresh.score - claim) * (1.0 if get_metric(metric).maximize else -1.0)
    half = max(NORMAL * hypot(fresh.error, claim_error), (fresh.high - fresh.low) / 2.0)
    return Gap(gain, gain - half, gain + half)
