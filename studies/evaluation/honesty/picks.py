"""Which trial to keep: what each rule picks among those tied with the best, what it costs, and one recommendation.

best      the highest value: no rule was found to choose better
simplest  of the tied, the lowest complexity, whatever the caller measures by it
fastest   of the tied, the shortest fit

A trial is recommended instead of the best one where its score is the same (tied, and behind by no more than the zone of
practical equivalence) and its fit is shorter by so much that somebody would notice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from .intervals import SURE
from .tie import Tie

TIMES, SECONDS = 2.0, 0.5  # faster by this factor, and by this much in a fit, to be recommended for it


@dataclass(frozen=True)
class Pick:
    """What a rule picks (a position), and how much worse than the best it is: paired, 0 or more is worse.

    low, high: two-sided 95 % interval of the cost.
    """

    rule: str
    trial: int
    costs: float
    low: float
    high: float


@dataclass(frozen=True)
class Recommendation:
    """The trial to keep (a position) and why, in a short sentence without a full stop."""

    trial: int
    why: str


def picks(tie: Tie, complexity: Sequence[float] | None, seconds: Sequence[float] | None) -> list[Pick]:
    """Of each rule that can pick. complexity (T,): less is simpler, NaN unknown; seconds (T,) of a fit, NaN unknown."""
    found = [_pick("best", tie, tie.tied[0])]
    for rule, measure in (("simplest", complexity), ("fastest", seconds)):
        trial = _lowest(tie.tied, measure)
        if trial is not None:
            found.append(_pick(rule, tie, trial))
    return found


def recommend(tie: Tie, seconds: Sequence[float] | None, zone: float) -> Recommendation:
    """zone: differences of values no larger than this do not matter."""
    best = tie.tied[0]
    same = [trial for trial in tie.tied if tie.behind[trial] <= zone]
    trial = _lowest(same, seconds)
    if seconds is not None and trial is not None and np.isfinite(seconds[best]):
        saved, times = seconds[best] - seconds[trial], seconds[best] / max(seconds[trial], 1e-9)
        if saved >= SECONDS and times >= TIMES:
            return Recommendation(trial, f"same score, {_count(times)} times faster")
    if len(tie.tied) == 1:
        return Recommendation(best, "best score, and no trial is tied with it")
    return Recommendation(best, "best score, and no trial with the same score is clearly faster")


def _count(times: float) -> str:
    return f"{times:,.0f}" if times >= 3.0 else f"{times:.1f}"


def _lowest(trials: list[int], measure: Sequence[float] | None) -> int | None:
    """The first of the trials with the lowest known measure."""
    if measure is None:
        return None
    known = [trial for trial in trials if np.isfinite(measure[trial])]
    return min(known, key=lambda trial: measure[trial]) if known else None


def _pick(rule: str, tie: Tie, trial: int) -> Pick:
    cost, half = float(tie.behind[trial]), float(norm.ppf(0.5 + SURE / 2.0) * tie.errors[trial])
    return Pick(rule, trial, cost, cost - half, cost + half)


def hand_picked(value: float, optimism: float, expected: float, *, maximize: bool = True) -> float:
    """What a trial that somebody picked by hand should reach: its best CV less the over-fitting found for the search,
    and no more than the expected score. All in the metric's unit; optimism as in `Assessment`."""
    corrected = value - max(optimism, 0.0) if maximize else value + max(optimism, 0.0)
    return min(corrected, expected) if maximize else max(corrected, expected)
