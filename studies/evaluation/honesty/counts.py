"""Macro F1 of all trials in all resamples, from weighted counts.

| symbol | meaning | shape |
|---|---|---|
| TP, P | weight of the rows of a class that are called so; of all rows that are called so | (k, T) per class |
| S | weight of the rows of a class | (k,) per class |

F1 of a class = 2 TP / (P + S); the mean is over the classes with P + S > 0, as in `studies.evaluation.metrics`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .answers import Answer, Array
from .gains import Floats, class_bounds, products
from .resamples import Weights


class F1Scorer:
    """The rows are put in the order of the classes, so that each is a block."""

    def __init__(self, y: Array, answers: Sequence[Answer]) -> None:
        self.order = np.argsort(y, kind="stable")
        self.code = y[self.order]
        self.labels = [answer.labels[:, self.order] for answer in answers if answer.labels is not None]
        self.repeats = np.array([float(len(labels)) for labels in self.labels])
        self.classes = 1 + int(max(y.max(), max(int(labels.max()) for labels in self.labels)))
        self.bounds = {int(self.code[start]): (start, stop) for start, stop in class_bounds(y)}

    def values(self, weights: Weights, wanted: NDArray[np.bool_] | None = None) -> Floats:
        """(k, T) under weights (k, n)."""
        weights = weights[:, self.order]
        rest = weights.sum(axis=1, dtype=np.float64)[:, None] * self.repeats
        scores, present = np.zeros(rest.shape), np.zeros(rest.shape)
        for code in range(self.classes):
            called = np.stack([(labels == code).sum(axis=0, dtype=np.uint8) for labels in self.labels])
            start, stop = self.bounds.get(code, (0, 0))
            right = products(weights[:, start:stop], called[:, start:stop])
            if code < self.classes - 1:
                all_called = right + products(weights[:, :start], called[:, :start])
                all_called += products(weights[:, stop:], called[:, stop:])
                rest -= all_called
            else:
                all_called = rest  # what no other class got
            total = all_called + weights[:, start:stop].sum(axis=1, dtype=np.float64)[:, None] * self.repeats
            scores += 2.0 * right / np.maximum(total, 1.0)
            present += total > 0.0
        return scores / present

    in_bag = values
