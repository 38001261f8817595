"""ROC AUC of trials in resamples: exact where it can matter, a straight line through it elsewhere.

| symbol | meaning | shape |
|---|---|---|
| h | 1 where a positive row is ranked above a negative one, 1/2 for a tie, else 0 | |
| a, b | mean of h over the negatives for a positive row; over the positives for a negative one | (n,) |
| u, v | weights of the positives and of the negatives, each summing to 1 | |

AUC = sum u v h. To first order in u and v it is sum(u a) + sum(v b) - AUC of the whole, a product of matrices (the
projection of W. Hoeffding, 1948). What that leaves out is small and much the same for all trials: it is measured on a
few of them, and every trial that could win a resample within three times that is scored exactly there. Exact: the
weights of the negatives added up in the order of their scores, looked up at the positives. Several classes: mean of one
against the rest.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .answers import Answer, Array
from .gains import Floats, products
from .resamples import Weights

PILOTS, MARGIN = 3, 3.0
LINES_AT_ONCE = 64


class AucScorer:
    """Repeats are scored one by one and averaged: averaged scores would be those of another, larger model."""

    def __init__(self, y: Array, answers: Sequence[Answer]) -> None:
        codes = np.unique(y).tolist()
        if len(codes) < 2:
            raise ValueError("ROC AUC needs rows of two classes.")
        self.scores = [answer.scores for answer in answers if answer.scores is not None]
        one_column = all(scores.ndim == 2 for scores in self.scores)
        self.positive = [y == code for code in ([1] if one_column else codes)]
        self.codes = [None] if one_column else codes

    def values(self, weights: Weights, wanted: NDArray[np.bool_] | None = None) -> Floats:
        """(k, T) exact under weights (k, n), where `wanted` (k, T) if given; NaN elsewhere."""
        found = np.full((len(weights), len(self.scores)), np.nan)
        columns = np.ascontiguousarray(weights.T)
        for trial in range(len(self.scores)):
            lines = np.arange(len(weights)) if wanted is None else np.flatnonzero(wanted[:, trial])
            if len(lines):
                found[lines, trial] = self._exact(trial, columns, lines)
        return found

    def in_bag(self, weights: Weights) -> Floats:
        """(k, T), exact for every trial that can be the best of its resample."""
        scores = self._straight(weights)
        pilots = np.argsort(-scores.mean(axis=0), kind="stable")[:PILOTS]
        known = np.zeros(scores.shape, dtype=bool)
        known[:, pilots] = True
        exact = self.values(weights, known)
        error = float(np.abs(exact[:, pilots] - scores[:, pilots]).max())
        scores[:, pilots] = exact[:, pilots]
        contenders = (scores >= scores.max(axis=1, keepdims=True) - MARGIN * error) & ~known
        exact = self.values(weights, contenders)
        scores[contenders] = exact[contenders]
        return scores

    def _lines(self, trial: int, code: int | None) -> Array:
        """(R, n) scores of the positive class."""
        scores = self.scores[trial]
        return scores if code is None else scores[:, :, code]

    def _exact(self, trial: int, columns: Weights, lines: NDArray[np.intp]) -> Floats:
        """(k,) under some of the columns of (n, B) weights."""
        total, present = np.zeros(len(lines)), np.zeros(len(lines))
        for code, positive in zip(self.codes, self.positive, strict=True):
            scores = self._lines(trial, code)
            ranked = [
                (order[~positive[order]], _beaten(positive, order, starts)) for order, starts in map(_ranking, scores)
            ]
            for first in range(0, len(lines), LINES_AT_ONCE):
                part = slice(first, first + LINES_AT_ONCE)
                weights = columns if len(lines) == columns.shape[1] <= LINES_AT_ONCE else columns[:, lines[part]]
                above = weights[positive]
                pairs = above.sum(axis=0, dtype=np.float64) * weights[~positive].sum(axis=0, dtype=np.float64)
                won = sum(_pairs_won(above, weights[order], beaten) for order, beaten in ranked)
                total[part] += won / np.maximum(pairs, 1.0) / len(ranked)
                present[part] += pairs > 0.0
        return total / np.maximum(present, 1.0)

    def _straight(self, weights: Weights) -> Floats:
        scores = np.zeros((len(weights), len(self.scores)))
        for code, positive in zip(self.codes, self.positive, strict=True):
            rows = np.stack([_placements(positive, self._lines(j, code)) for j in range(len(self.scores))])
            for part in (positive, ~positive):
                total = weights[:, part].sum(axis=1, dtype=np.float64)[:, None]
                scores += products(weights[:, part], rows[:, part]) / np.maximum(total, 1.0)
            scores -= rows[:, positive].mean(axis=1, dtype=np.float64)
        return scores / len(self.codes)


def _ranking(scores: Array) -> tuple[Array, Array]:
    """The rows by score, and where each new score begins. Of 16-bit scores the sort is linear in n."""
    order = np.argsort(scores, kind="stable")
    line = scores[order]
    return order, np.flatnonzero(np.concatenate([[True], line[1:] != line[:-1]]))


def _beaten(positive: Array, order: Array, starts: Array) -> tuple[Array, Array]:
    """(P,) how many negatives are strictly below each positive row, and how many are not above it."""
    negatives = np.concatenate([[0], np.cumsum(~positive[order])])
    sizes = np.diff(starts, append=len(order))
    strictly, at_most = np.empty(len(order), dtype=np.int32), np.empty(len(order), dtype=np.int32)
    strictly[order] = np.repeat(negatives[starts], sizes)
    at_most[order] = np.repeat(negatives[starts + sizes], sizes)
    return strictly[positive], at_most[positive]


def _pairs_won(positives: Weights, negatives: Weights, beaten: tuple[Array, Array]) -> Floats:
    """(k,) weight of the pairs in which the positive row is above the negative, ties for half.

    positives (P, k); negatives (N, k) in the order of their scores.
    """
    below = np.zeros((len(negatives) + 1, negatives.shape[1]), dtype=np.int32)
    np.cumsum(negatives, axis=0, out=below[1:])
    strictly, at_most = beaten
    twice = below[strictly] + below[at_most]
    return np.asarray(np.einsum("pk,pk->k", positives, twice.astype(np.float64))) / 2.0


def _placements(positive: Array, repeats: Array) -> Array:
    """(n,) float32: a of the positives and b of the negatives, mean over the repeats (R, n)."""
    total = np.zeros(len(positive))
    count = int(positive.sum())
    rest = len(positive) - count
    for scores in repeats:
        order, starts = _ranking(scores)
        total[positive] += np.add(*_beaten(positive, order, starts)) / (2.0 * rest)
        total[~positive] += 1.0 - np.add(*_beaten(~positive, order, starts)) / (2.0 * count)
    return np.asarray(total / len(repeats), dtype=np.float32)
