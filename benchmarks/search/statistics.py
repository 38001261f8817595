"""Means over tasks with intervals, and wins.

| symbol | meaning |
|---|---|
| pair | a task and a seed; every optimiser starts on the same ones |
| regret | (true value of the best told so far - best known) / (median of random configurations - best known) |
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Pair = tuple[str, int]
RESAMPLES = 4000
LEVEL = 0.95
TIE = 1e-12


@dataclass(frozen=True)
class Interval:
    """A mean, and where it lies with 95 %."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.4f} [{self.low:.4f}, {self.high:.4f}]"

    @property
    def signed(self) -> str:
        return f"{self.mean:+.4f} [{self.low:+.4f}, {self.high:+.4f}]"


def interval(values: Mapping[Pair, float], resamples: int = RESAMPLES, seed: int = 0) -> Interval:
    """Mean over tasks of the mean over seeds; percentile bootstrap that draws tasks, then seeds within each drawn one.

    With a single task only seeds are drawn; with a single pair the interval is the value itself. ValueError for none.
    """
    by_task: dict[str, list[float]] = defaultdict(list)
    for (task, _), value in values.items():
        by_task[task].append(value)
    if not by_task:
        raise ValueError("There are no values to average.")
    groups = [np.array(group) for group in by_task.values()]
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(groups), size=(resamples, len(groups)))
    means = np.empty(drawn.shape)
    for place, group in enumerate(groups):
        wanted = drawn == place
        seeds = rng.integers(len(group), size=(int(wanted.sum()), len(group)))
        means[wanted] = group[seeds].mean(axis=1)
    low, high = np.quantile(means.mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(np.mean([group.mean() for group in groups])), float(low), float(high))


def differences(ours: Mapping[Pair, float], theirs: Mapping[Pair, float]) -> dict[Pair, float]:
    """Ours less theirs on the pairs that both have; below 0 is better."""
    return {pair: ours[pair] - theirs[pair] for pair in ours if pair in theirs}


def wins(difference: Mapping[Pair, float]) -> float:
    """Share of the pairs with a difference below 0; ties count half."""
    values = np.array(list(difference.values()))
    return float(np.mean(np.where(np.abs(values) <= TIE, 0.5, values < 0)))


def regrets(told: Sequence[float], true: Sequence[float], best: float, median: float) -> list[float]:
    """Regret after each trial: a later trial takes over only where what it was told is smaller."""
    found: list[float] = []
    chosen = 0
    for index, value in enumerate(told):
        chosen = index if value < told[chosen] else chosen
        found.append((true[chosen] - best) / (median - best))
    return found
