"""Which scorer serves a metric, and how values are averaged and turned.

Inside this package values v are turned so that more is better; `Scale` knows the way back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from studies.evaluation.metrics import Metric

from .answers import Answer, Array
from .counts import F1Scorer
from .gains import AdditiveScorer, BalancedScorer, Floats
from .ranking import AucScorer
from .resamples import Weights


class Scorer(Protocol):
    """Values of T trials under weights; more is better."""

    def values(self, weights: Weights, wanted: NDArray[np.bool_] | None = None) -> Floats:
        """(k, T) under weights (k, n), exact where `wanted` (k, T), if given; elsewhere perhaps NaN."""

    def in_bag(self, weights: Weights) -> Floats:
        """(k, T) exact for every trial that can be the best of its resample, and close elsewhere."""


def make_scorer(y: Array, answers: Sequence[Answer], metric: Metric) -> Scorer:
    """y (n,) codes or numbers; the answers of T trials for the same rows."""
    if metric.key == "balanced_accuracy":
        return BalancedScorer(y, answers)
    if metric.key == "f1_macro":
        return F1Scorer(y, answers)
    if metric.key == "roc_auc":
        return AucScorer(y, answers)
    return AdditiveScorer(y, answers, metric.key)


def guessing(y: Array, weights: Weights, metric: Metric) -> Floats:
    """(k,) values under weights (k, n) of guessing: the most frequent class, the shares of the classes, or the mean.

    Taken over all rows, and for balanced accuracy and ROC AUC what no guess exceeds: 1 / classes, 0.5. The guesses of
    single folds would be worse than that without any merit of a search, since a fold's training part has less of what
    its validation part has more of.
    """
    if metric.key == "roc_auc":
        return np.full(len(weights), 0.5)
    if metric.key == "balanced_accuracy":
        return np.full(len(weights), 1.0 / len(np.unique(y)))
    ones = np.ones((1, len(y)))
    if metric.needs == "values":
        guess = Answer(values=ones * y.mean())
    elif metric.needs == "probabilities":
        shares = np.bincount(y) / len(y)
        guess = Answer(probabilities=np.broadcast_to(shares, (1, len(y), len(shares))))
    else:
        guess = Answer(labels=(ones * np.bincount(y).argmax()).astype(np.int64))
    return make_scorer(y, [guess], metric).values(weights)[:, 0]


@dataclass(frozen=True)
class Scale:
    """The metric's own unit and direction. For 0/1 gains, `rows` is the number of rows that the metric's spread is
    worth: n for accuracy, C^2 / sum(1 / rows of the class) where classes count alike; 0 for unbounded metrics."""

    metric: Metric
    rows: float

    @classmethod
    def of(cls, y: Array, metric: Metric) -> "Scale":
        if metric.needs in ("values", "probabilities"):
            return cls(metric, 0.0)
        if metric.key == "accuracy":
            return cls(metric, float(len(y)))
        counts = np.bincount(y)
        counts = counts[counts > 0]
        return cls(metric, float(len(counts) ** 2 / np.sum(1.0 / counts)))

    @property
    def sign(self) -> float:
        return 1.0 if self.metric.maximize else -1.0

    def shown(self, value: float) -> float:
        """A value as the metric shows it."""
        return self.sign * float(value)

    def span(self, low: float, high: float) -> tuple[float, float]:
        """An interval of values in the metric's unit, the smaller number first."""
        first, second = sorted((self.shown(low), self.shown(high)))
        return first, second

    def mean(self, values: Floats) -> Floats:
        """Mean over the first axis; of RMSE the root of the mean square, since losses are averaged first."""
        if self.metric.key == "rmse":
            return np.asarray(-np.sqrt(np.mean(np.square(values), axis=0)))
        return np.asarray(values.mean(axis=0))
