"""From the best to the worst score worth an axis: far outliers must not flatten the rest."""

import numpy as np

from studies.plots.frame import Floats

FENCE = 2.5  # interquartile ranges beyond the quartile
ALONE = 0.05  # of a score that all share: room on both sides

LARGEST = 1e300  # the ends of an axis: the distance between larger ones is no number any more


def score_range(values: Floats, direction: str) -> tuple[float, float]:
    """(low, high) of the finite values; on the bad side no further than the fence. Never empty."""
    known = np.clip(values[np.isfinite(values)], -LARGEST, LARGEST)
    if not len(known):
        return (0.0, 1.0)
    lower, upper = np.quantile(known, [0.25, 0.75])
    fence = FENCE * (upper - lower)
    low, high = float(known.min()), float(known.max())
    if direction == "minimize":
        high = min(high, float(upper + fence)) if fence > 0 else high
    else:
        low = max(low, float(lower - fence)) if fence > 0 else low
    room = ALONE * abs(low) or 0.5
    return (low, high) if high > low else (low - room, high + room)


def padded(ends: tuple[float, float], share: float = 0.06) -> tuple[float, float]:
    """The range with room for whole marks at both ends."""
    room = share * (ends[1] - ends[0])
    return ends[0] - room, ends[1] + room
