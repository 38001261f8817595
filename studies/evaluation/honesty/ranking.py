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
against the rest. Scores are kept as ranks, equal for ties, so that pairs are counted without sorting again.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .answers import Answer, Array
from .gains import Floats, products
from .resamples import Weights

PILOTS, MARGIN = 3, 3.0
CELLS_AT_ONCE = 200_000  # rows times lines whose sums stay in the processor's cache


class AucScorer:
    """Repeats are scored one by one and averaged: averaged scores would be those of another, larger model."""

    def __init__(self, y: Array, answers: Sequence[Answer]) -> None:
        codes = np.unique(y).tolist()
        if len(codes) < 2:
            raise ValueError("ROC AUC needs rows of two classes.")
        scores = [answer.scores for answer in answers if answer.scores is not None]
        one_column = all(part.ndim == 2 for part in scores)
        self.split = [(np.flatnonzero(y == code), np.flatnonzero(y != code)) for code in ([1] if one_column else codes)]
        columns = [None] if one_column else codes
        self.ranks = [[_ranks(part if code is None else part[:, :, code]) for part in scores] for code in columns]
        self.trials = len(scores)

    def values(self, weights: Weights, wanted: NDArray[np.bool_] | None = None) -> Floats:
        """(k, T) exact under weights (k, n), where `wanted` (k, T) if given; NaN elsewhere.

        ValueError where some weights leave no class with rows of others beside it: an AUC of them would be made up.
        """
        found = np.zeros((len(weights), self.trials))
        present = np.zeros((len(weights), 1))
        for (positive, negative), of_trials in zip(self.split, self.ranks, strict=True):
            above, under = weights.take(positive, axis=1), weights.take(negative, axis=1)
            pairs = above.sum(axis=1, dtype=np.float64) * under.sum(axis=1, dtype=np.float64)
            present[:, 0] += pairs > 0.0
            for trial, repeats in enumerate(of_trials):
                lines = np.arange(len(weights)) if wanted is None else np.flatnonzero(wanted[:, trial])
                if len(lines):
                    won = sum(_pairs_won(ranks[positive], ranks[negative], above, under, lines) for ranks in repeats)
                    found[lines, trial] += won / np.maximum(pairs[lines], 1.0) / len(repeats)
        if not present.all():
            raise ValueError(
                "ROC AUC cannot be resampled here: a class has a single row, or all of its rows are in one group."
            )
        found /= present
        return found if wanted is None else np.where(wanted, found, np.nan)

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

    def _straight(self, weights: Weights) -> Floats:
        scores = np.zeros((len(weights), self.trials))
        for (positive, negative), of_trials in zip(self.split, self.ranks, strict=True):
            a = np.empty((self.trials, len(positive)), dtype=np.float32)
            b = np.empty((self.trials, len(negative)), dtype=np.float32)
            for trial, repeats in enumerate(of_trials):
                a[trial], b[trial] = _placements(positive, negative, repeats)
            for rows, placed in ((positive, a), (negative, b)):
                part = weights.take(rows, axis=1)
                total = part.sum(axis=1, dtype=np.float64)[:, None]
                scores += products(part, placed) / np.maximum(total, 1.0)
            scores -= a.mean(axis=1, dtype=np.float64)
        return scores / len(self.split)


def _sorting(values: Array) -> Array:
    """(n,) the rows by value, equal ones in any order. Of 16 bits the stable sort is linear in n."""
    return np.argsort(values, kind="stable" if values.dtype.itemsize <= 2 else "quicksort")


def _ranks(repeats: Array) -> Array:
    """(R, n) how many different scores of the repeat are below that of the row."""
    ranks = np.empty(repeats.shape, dtype=np.uint16 if repeats.shape[1] <= 2**16 else np.uint32)
    for line, scores in zip(ranks, map(np.ascontiguousarray, repeats), strict=True):
        order = _sorting(scores)
        ordered = scores[order]
        line[order[1:]] = np.cumsum(ordered[1:] != ordered[:-1], dtype=ranks.dtype)
        line[order[0]] = 0
    return ranks


def _beaten(ranks: Array, size: int) -> Array:
    """(size + 1,) how many of the ranks are below 0, 1, ... size."""
    below = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(ranks, minlength=size), out=below[1:])
    return below


def _pairs_won(positive: Array, negative: Array, above: Weights, under: Weights, lines: NDArray[np.intp]) -> Floats:
    """(k,) weight of the pairs in which the positive row is above the negative, ties for half.

    positive (P,), negative (N,): ranks. above (B, P), under (B, N): their weights, of which lines (k,) are wanted.
    """
    order = _sorting(negative)
    beaten = _beaten(negative, 1 + int(max(positive.max(), negative.max())))
    strictly, at_most = beaten[:-1][positive], beaten[1:][positive]
    won = np.empty(len(lines))
    size = max(1, CELLS_AT_ONCE // (len(order) + len(positive)))
    for first in range(0, len(lines), size):
        part = lines[first : first + size]
        below = np.zeros((len(part), len(order) + 1), dtype=np.int32)
        np.cumsum(under[part].take(order, axis=1), axis=1, out=below[:, 1:])
        twice = below.take(strictly, axis=1) + below.take(at_most, axis=1)
        won[first : first + size] = np.einsum("kp,kp->k", above[part].astype(np.float64), twice.astype(np.float64))
    return won / 2.0


def _placements(positive: Array, negative: Array, repeats: Array) -> tuple[Floats, Floats]:
    """(P,) a of the positives and (N,) b of the negatives, mean over the repeats (R, n) of ranks."""
    a, b = np.zeros(len(positive)), np.zeros(len(negative))
    for ranks in repeats:
        ups, downs = ranks[positive], ranks[negative]
        size = 1 + int(ranks.max())
        for total, own, others, sign in ((a, ups, downs, 1.0), (b, downs, ups, -1.0)):
            beaten = _beaten(others, size)
            share = (beaten[:-1] + beaten[1:]) / (2.0 * len(others))
            total += share[own] if sign > 0.0 else (1.0 - share)[own]
    return a / len(repeats), b / len(repeats)
