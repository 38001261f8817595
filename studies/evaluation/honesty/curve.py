"""Best CV and expected score after each trial, and what they say of going on.

| symbol | meaning |
|---|---|
| t | number of trials so far, 1 to T |
| z_rt | out of the bag, what resample r would have chosen among the first t trials; z_r = z_rT |
| best, expected | largest value of the first t; mean of z_rt over r; band: its 80 % percentiles |
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .intervals import difference
from .replay import Replay
from .scoring import Scale

POINTS = 40
BAND = 0.8
RECENT = 20
FEW_WINS = 0.10  # of the resamples: stopping there halved the cost and lost nothing that could be measured

Verdict = Literal["too_early", "searching", "converged", "no_pattern"]


@dataclass(frozen=True)
class Point:
    """After `trials` trials, the last of which has position `trial`; numbers in the metric's unit, low < high."""

    trials: int
    trial: int
    best: float
    expected: float
    low: float
    high: float


def convergence(replay: Replay, scale: Scale) -> list[Point]:
    """At most 40 points, evenly over the trials, the first and the last included."""
    total = len(replay.values)
    best = np.maximum.accumulate(replay.values)
    points = []
    for t in np.unique(np.round(np.linspace(1, total, min(POINTS, total))).astype(int)).tolist():
        z = replay.after[:, t - 1]
        low, high = scale.span(*np.quantile(z, [0.5 - BAND / 2, 0.5 + BAND / 2]).tolist())
        points.append(Point(t, t - 1, scale.shown(best[t - 1]), scale.shown(float(scale.mean(z))), low, high))
    return points


def last_help(replay: Replay) -> int | None:
    """Position of the last trial that really helped: without it and all later ones the expected score would be lower,
    by the one-sided 95 % bound; None where that holds for none behind the first."""
    z = replay.z
    for trial in range(len(replay.values) - 1, 0, -1):
        if (replay.leading[:, trial] == trial).any() and difference(z - replay.after[:, trial - 1]).sure:
            return trial
    return None


def recent_share(replay: Replay) -> float | None:
    """Share of the resamples that the newest 20 trials win; None until there are others beside them."""
    total = len(replay.values)
    return float(replay.chosen[total - RECENT :].sum()) if total > RECENT else None


def verdict(replay: Replay, pattern: bool) -> Verdict:
    """pattern: the search is surely better than guessing."""
    share = recent_share(replay)
    if share is None:
        return "too_early"
    if not pattern:
        return "no_pattern"
    return "converged" if share < FEW_WINS else "searching"
