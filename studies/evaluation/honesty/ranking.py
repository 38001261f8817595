"""ROC AUC of trials in resamples: exact where it can matter, a straight line through it elsewhere.

| symbol | meaning | shape |
|---|---|---|
| h | 1 where a positive row is ranked above a negative one, 1/2 for a tie, else 0 | |
| a, b | mean of h over the negatives for a positive row; over the positives for a negative one | (n,) |
| u, v | weights of the positives and of the negatives, each summing to 1 | |

AUC = sum u v h. To first order in u and v it is sum(u a) + sum(v b) - AUC of the whole, a product of matrices (the
projection of W. Hoeffding, 1948). What that leaves out is small and much the same for all trials: it is measured on a
few of them, and every trial that could win a resample within three times that is scored exactly there. Exact: rows in
the order of the scores, with the weight of the negatives below added up. Several classes: mean of one against the rest.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from .answers import Answer, Array
from .gains import Floats, products
from .resamples import Weights

PILOTS, MARGIN = 3, 3.0


class AucScorer:
    """Repeats are scored one by one and averaged: averaged scores would be those of another, larger model."""

    def __init__(self, y: Array, answers: Sequence[Answer]) -> None:
        codes = np.unique(y).tolist()
        if len(codes) < 2:
            raise ValueError("ROC AUC needs rows of two classes.")
        self.y = y
        one_column = all(answer.scores is not None and answer.scores.ndim == 2 for answer in answers)
        self.sides = [1] if one_column else codes
        self.rankings = [self._rankings(answer) for answer in answers]

    def values(self, weights: Weights, wanted: NDArray[np.bool_] | None = None) -> Floats:
        """(k, T) exact under weights (k, n), where `wanted` (k, T) if given; NaN elsewhere."""
        scores = np.full((len(weights), len(self.rankings)), np.nan)
        for trial in range(len(self.rankings)):
            lines = np.arange(len(weights)) if wanted is None else np.flatnonzero(wanted[:, trial])
            if len(lines):
                scores[lines, trial] = self._exact(trial, weights[lines])
        return scores

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

    def _rankings(self, answer: Answer) -> list[list[tuple[Array, Array]]]:
        """For each class against the rest, for each repeat: the rows by score, and where each new score begins."""
        if answer.scores is None:
            raise ValueError("These answers lack what the metric needs.")
        return [[_ranking(line if line.ndim == 1 else line[:, code]) for line in answer.scores] for code in self.sides]

    def _exact(self, trial: int, weights: Weights) -> Floats:
        total, present = np.zeros(len(weights)), np.zeros(len(weights))
        for code, repeats in zip(self.sides, self.rankings[trial], strict=True):
            positive = self.y == code
            pairs = weights[:, positive].sum(axis=1, dtype=np.float64)
            pairs *= weights[:, ~positive].sum(axis=1, dtype=np.float64)
            found = sum(_pairs_won(weights, positive, order, starts) for order, starts in repeats)
            total += found / np.maximum(pairs, 1.0) / len(repeats)
            present += pairs > 0.0
        return total / np.maximum(present, 1.0)

    def _straight(self, weights: Weights) -> Floats:
        scores = np.zeros((len(weights), len(self.rankings)))
        for side, code in enumerate(self.sides):
            positive = self.y == code
            placed = [_placements(positive, rankings[side]) for rankings in self.rankings]
            rows = np.stack([place for place, _ in placed])
            for part in (positive, ~positive):
                total = weights[:, part].sum(axis=1, dtype=np.float64)[:, None]
                scores += products(weights[:, part], rows[:, part]) / np.maximum(total, 1.0)
            scores -= np.array([whole for _, whole in placed])
        return scores / len(self.sides)


def _ranking(scores: Array) -> tuple[Array, Array]:
    order = np.argsort(scores, kind="stable")
    line = scores[order]
    return order.astype(np.int32), np.flatnonzero(np.concatenate([[True], line[1:] != line[:-1]]))


def _pairs_won(weights: Weights, positive: Array, order: Array, starts: Array) -> Floats:
    """(k,) weight of the pairs in which the positive row is ranked above the negative, ties for half."""
    sorted_weights = weights[:, order]
    is_positive = positive[order]
    negatives = np.where(is_positive, 0, sorted_weights)
    below = np.cumsum(negatives, axis=1, dtype=np.int32)
    if len(starts) == len(order):  # no ties: only what stands at the positives matters
        wins = np.einsum("ij,ij->i", sorted_weights[:, is_positive].astype(np.float64), below[:, is_positive])
        return np.asarray(wins, dtype=np.float64)
    ends = np.append(starts[1:], len(order)) - 1
    upto = below[:, ends].astype(np.float64)
    inside = np.diff(upto, axis=1, prepend=0.0)
    positives = np.add.reduceat(np.where(is_positive, sorted_weights, 0), starts, axis=1, dtype=np.float64)
    return np.asarray(np.einsum("ij,ij->i", positives, upto - 0.5 * inside), dtype=np.float64)


def _placements(positive: Array, repeats: list[tuple[Array, Array]]) -> tuple[Array, float]:
    """(n,) float32 a of the positives and b of the negatives, mean over the repeats, and the AUC of the whole."""
    total = np.zeros(len(positive))
    count = int(positive.sum())
    rest = len(positive) - count
    for order, starts in repeats:
        ties = np.zeros(len(order), dtype=np.int64)
        ties[starts] = 1
        ties = np.cumsum(ties)
        ranks = np.empty(len(order))
        ranks[order] = rankdata(ties)
        own = np.empty(len(order))
        own[positive] = rankdata(ranks[positive])
        own[~positive] = rankdata(ranks[~positive])
        beaten = ranks - own  # rows of the other side below, ties for half
        total += np.where(positive, beaten / rest, 1.0 - beaten / count)
    total /= len(repeats)
    return total.astype(np.float32), float(total[positive].mean())
