"""Metrics that are a weighted mean of one gain for each row: all trials in all resamples by products of matrices.

| symbol | meaning | shape |
|---|---|---|
| g | gain of a row: 1 if right, ln p of the true class, -(y-p)^2, -abs(y-p); its sum over the repeats | (T, n) |
| w | weights of a resample | (k, n) |
| v | value, turned so that more is better: sum(w g) / (R sum(w)), then as the metric shows it | (k, T) |

R2 and RMSE average the loss before anything else is done with it; v of R2 is 1 - loss / variance of all y, so that it
is linear in the loss, and that of RMSE is -sqrt(loss). Balanced accuracy averages within each class, then over classes.
Sums of whole numbers stay exact in float32 up to 2**24, so that equal trials stay equal. Losses are taken in units of
sd(y), and no row's is above 1e30: a model that has blown up is the worst one, and not a NaN that spoils all others.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from .answers import Answer, Array
from .resamples import Weights

Floats = NDArray[np.float64]
WEIGHTS_AT_ONCE, TRIALS_AT_ONCE = 125, 125
MOST_LOSS = 1e30


def products(weights: Weights, gains: Array) -> Floats:
    """(k, T) sums of weights (k, n) times gains (T, n), in blocks of float32."""
    sums = np.empty((len(weights), len(gains)))
    for start in range(0, len(weights), WEIGHTS_AT_ONCE):
        block = weights[start : start + WEIGHTS_AT_ONCE].astype(np.float32)
        for first in range(0, len(gains), TRIALS_AT_ONCE):
            part = gains[first : first + TRIALS_AT_ONCE].astype(np.float32, copy=False)
            sums[start : start + len(block), first : first + len(part)] = block @ part.T
    return sums


class AdditiveScorer:
    """Values of T trials under weights, for accuracy, log loss, R2, RMSE and MAE."""

    def __init__(self, y: Array, answers: Sequence[Answer], metric: str) -> None:
        gain = _GAINS[metric]
        self.repeats = np.array([float(len(_part(answer, metric))) for answer in answers])
        self.gains = np.stack([gain(y, _part(answer, metric)) for answer in answers])
        self.metric = metric
        self.scale = _scale(y) if metric in ("r2", "rmse", "mae") else 1.0
        self.variance = float(np.var(y / self.scale)) if metric == "r2" else 1.0

    def values(self, weights: Weights, wanted: NDArray[np.bool_] | None = None) -> Floats:
        """(k, T) under weights (k, n); `wanted` changes nothing, since all come at once."""
        means = products(weights, self.gains) / weights.sum(axis=1, dtype=np.float64)[:, None] / self.repeats
        return self.shown(means)

    in_bag = values

    def shown(self, means: Floats) -> Floats:
        """Mean gains as values of the metric, more is better."""
        if self.metric == "rmse":
            return -np.sqrt(np.maximum(-means, 0.0)) * self.scale
        if self.metric == "r2":
            return 1.0 + means / self.variance if self.variance else np.where(means < 0.0, 0.0, 1.0)
        return means * self.scale


class BalancedScorer:
    """Balanced accuracy of T trials: the rows are put in the order of the classes, so that each is a block."""

    def __init__(self, y: Array, answers: Sequence[Answer]) -> None:
        self.order = np.argsort(y, kind="stable")
        self.bounds = class_bounds(y)
        self.repeats = np.array([float(len(_part(answer, "accuracy"))) for answer in answers])
        self.gains = np.stack([_right(y, _part(answer, "accuracy"))[self.order] for answer in answers])

    def values(self, weights: Weights, wanted: NDArray[np.bool_] | None = None) -> Floats:
        """(k, T): mean over the classes with any weight of the share found of each."""
        weights = weights[:, self.order]
        found, present = np.zeros((len(weights), len(self.gains))), np.zeros(len(weights))
        for start, stop in self.bounds:
            total = weights[:, start:stop].sum(axis=1, dtype=np.float64)
            sums = products(weights[:, start:stop], self.gains[:, start:stop])
            found += sums / np.maximum(total, 1.0)[:, None]
            present += total > 0.0
        return np.asarray(found / present[:, None] / self.repeats)

    in_bag = values


def class_bounds(y: Array) -> list[tuple[int, int]]:
    """First row of each class that has rows, and the one behind its last, in rows sorted by class."""
    ends = np.cumsum(np.bincount(y))
    return [(start, stop) for start, stop in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True) if stop > start]


def _part(answer: Answer, metric: str) -> Array:
    part = {"accuracy": answer.labels, "log_loss": answer.probabilities}.get(metric, answer.values)
    if part is None:
        raise ValueError("These answers lack what the metric needs.")
    return part


def _right(y: Array, labels: Array) -> Array:
    return np.asarray((labels == y).sum(axis=0, dtype=np.uint8))


def _log_probability(y: Array, probabilities: Array) -> Array:
    epsilon = np.finfo(np.float64).eps
    of_truth = probabilities[:, np.arange(len(y)), y]
    return np.asarray(np.log(np.clip(of_truth, epsilon, 1.0 - epsilon)).sum(axis=0), dtype=np.float32)


def _squared(y: Array, values: Array) -> Array:
    return _summed(np.square((y - values.astype(np.float64)) / _scale(y)))


def _absolute(y: Array, values: Array) -> Array:
    return _summed(np.abs((y - values.astype(np.float64)) / _scale(y)))


def _summed(losses: Array) -> Array:
    return np.asarray(-np.minimum(losses, MOST_LOSS).sum(axis=0), dtype=np.float32)


def _scale(y: Array) -> float:
    """sd(y); 1 where all are equal."""
    return float(np.std(y.astype(np.float64))) or 1.0


_GAINS: dict[str, Callable[[Array, Array], Array]] = {
    "accuracy": _right,
    "log_loss": _log_probability,
    "r2": _squared,
    "rmse": _squared,
    "mae": _absolute,
}
