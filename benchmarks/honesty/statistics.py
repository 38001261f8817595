"""Means over sources of rows, shares with their intervals, and what two searches claim of each other.

| symbol | meaning |
|---|---|
| D, k_d | sources, draws of source d |
| m_d, v_d | mean and variance of a figure over the draws of source d |
| mean | sum(m_d) / D: each source counts once, however many draws it has |
| error | sqrt(sum(v_d / k_d)) / D: of that mean, for these sources and other draws of them |
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from studies.evaluation.honesty import Comparison, wilson

CLAIMED = 0.95  # share of better or worse from which the product speaks of a difference
NOTHING = 1e-12


@dataclass(frozen=True)
class Mean:
    """In the figure's own unit. error is NaN where a source has a single draw."""

    mean: float
    error: float
    draws: int

    @property
    def points(self) -> str:
        """Times 100, with its sign."""
        return f"{100 * self.mean:+.2f} ± {100 * self.error:.2f}"


@dataclass(frozen=True)
class Share:
    """How often something was so, and the 95 % interval of that share (Wilson), draws taken as independent."""

    hits: int
    draws: int

    @property
    def share(self) -> float:
        return self.hits / self.draws if self.draws else float("nan")

    @property
    def words(self) -> str:
        low, high = wilson(self.share, self.draws) if self.draws else (0.0, 1.0)
        return f"{100 * self.share:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


def mean_over(values: Mapping[str, Sequence[float]]) -> Mean:
    """Of the draws of each source; ValueError where there are none."""
    groups = [np.asarray(group, dtype=np.float64) for group in values.values() if len(group)]
    if not groups:
        raise ValueError("There are no draws to average.")
    spread = [float(np.var(group, ddof=1)) / len(group) if len(group) > 1 else float("nan") for group in groups]
    mean = float(np.mean([group.mean() for group in groups]))
    return Mean(mean, float(np.sqrt(np.sum(spread))) / len(groups), sum(len(group) for group in groups))


def root_mean_square(values: Mapping[str, Sequence[float]]) -> float:
    """Of each source's draws together, then over the sources."""
    return float(np.sqrt(np.mean([np.mean(np.square(group)) for group in values.values() if len(group)])))


def share_of(truths: Sequence[bool]) -> Share:
    return Share(sum(map(bool, truths)), len(truths))


@dataclass(frozen=True)
class Pair:
    """Two searches on the same rows: what was said, and the true difference in the good direction."""

    said: Comparison
    true: float

    @property
    def claim(self) -> int:
        """1: the first is better; -1: the second; 0: nothing is claimed."""
        return int(self.said.better >= CLAIMED) - int(self.said.worse >= CLAIMED)

    @property
    def apart(self) -> int:
        """The same where the interval of the difference leaves out 0."""
        return int(self.said.low > 0.0) - int(self.said.high < 0.0)

    @property
    def is_covered(self) -> bool:
        return self.said.low - NOTHING <= self.true <= self.said.high + NOTHING

    def is_wrong(self, claim: int) -> bool:
        """Whether something is claimed and the truth is not on that side; no difference at all is on neither."""
        return claim != 0 and claim * self.true <= NOTHING
