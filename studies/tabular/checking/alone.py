"""What does one column alone predict of the target? Cross-fitted: learnt on one half of the rows, judged on the other.

    n      rows with a target, at most 20,000 of them, drawn once
    k      classes of the target with at least 5 rows
    codes  (n,) the bin or the level of each row

For classes, each bin of a column's range, or each of its levels, says the class that has the largest share of its rows
there; the score is balanced accuracy. For numbers, the means of bins joined by lines, or one straight line, whichever
does better; levels say their means. The score is R². Bins are coarse, so that no column of numbers is learnt by heart;
only where they say much already is it tried whether the values themselves, joined by lines, say nearly all, as they do
where one column is made from the other, and bins cannot where it has long tails.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studies.tabular.columns import Column
from studies.tabular.moments import moments
from studies.tabular.roles import suggest_task

MOST_ROWS = 20_000
FEWEST_ROWS = 20
FEWEST_OF_CLASS = 5
ROWS_PER_BIN, FEWEST_BINS, MOST_BINS = 5, 4, 64
SEED = 0
MUCH = 0.8  # R² of the bins
Z = 1.645  # 95 %, one-sided
Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Alone:
    """score: balanced accuracy or R², as `by_class` says. at_least: the lower end of its one-sided 95 % interval."""

    score: float
    at_least: float
    by_class: bool


def judge_alone(columns: Sequence[Column]) -> Mapping[str, Alone]:
    """What each column but the target predicts of it alone; without a target nothing, nor for ids and texts."""
    target = next((column for column in columns if column.role == "target"), None)
    if target is None or target.kind in ("id", "text", "date"):
        return {}
    judge = _Judge(target)
    found = {column.name: judge.of(column) for column in columns if column is not target}
    return {name: alone for name, alone in found.items() if alone is not None}


class _Judge:
    """Judges columns against one target; rows and halves are drawn once for all of them."""

    def __init__(self, target: Column) -> None:
        rng = np.random.default_rng(SEED)
        known = np.flatnonzero(~target.missing)
        self.rows = known if len(known) <= MOST_ROWS else np.sort(rng.choice(known, MOST_ROWS, replace=False))
        values = np.asarray(target.values, np.float64)[self.rows]
        self.by_class = suggest_task(target) == "classification"
        if self.by_class:
            values = np.unique(values, return_inverse=True)[1].astype(np.float64)
        # Scaled, so that the squares of values near the largest float do not overflow.
        self.values = values / (float(np.abs(values).max(initial=0.0)) or 1.0) if not self.by_class else values
        # Every second row in the order of the target: both halves hold as many rows of each class.
        half = np.zeros(len(values), np.bool_)
        half[np.lexsort((rng.random(len(values)), values))[::2]] = True
        self.halves = (half, ~half)

    def of(self, column: Column) -> Alone | None:
        """None where there is nothing to judge by."""
        if len(self.rows) < FEWEST_ROWS or column.kind in ("id", "text") or self.values.min() == self.values.max():
            return None
        if not (column.is_numeric or column.kind == "date"):
            codes = column.values[self.rows].astype(np.int64) + 1
            return self._by_class([codes, codes]) if self.by_class else self._by_means(codes)
        values = np.asarray((moments(column) if column.kind == "date" else column.values)[self.rows], np.float64)
        if np.isnan(values).all():
            return None
        values = values / (float(np.nanmax(np.abs(values))) or 1.0)
        if self.by_class:
            return self._by_class([_bins(values[half], values) for half in self.halves])
        found = [self._by_values(values, learnt) for learnt in (_curve, _line)]
        if max(alone.score for alone in found) >= MUCH:
            found.append(self._by_values(values, _chain))
        return max(found, key=lambda alone: alone.score)

    def _by_values(self, values: Floats, learnt: Callable[[Floats, Floats, Floats], Floats]) -> Alone:
        return self._by_number([learnt(values[half], self.values[half], values) for half in self.halves])

    def _by_class(self, codes: Sequence[Codes]) -> Alone | None:
        """codes: of all rows, as learnt on each half."""
        classes = self.values.astype(np.int64)
        sizes = np.bincount(classes)
        right = np.zeros(len(classes), np.bool_)
        for half, code in zip(self.halves, codes, strict=True):
            says = _says(code[half], classes[half], int(code.max()) + 1, len(sizes))
            right[~half] = says[code[~half]] == classes[~half]
        judged = sizes >= FEWEST_OF_CLASS
        if judged.sum() < 2:
            return None
        score = float((np.bincount(classes, right, len(sizes))[judged] / sizes[judged]).mean())
        # So many rows of classes of one size would tell it as surely.
        rows = float(judged.sum() ** 2 / (1 / sizes[judged]).sum())
        return Alone(score, _wilson(score, rows), self.by_class)

    def _by_means(self, codes: Codes) -> Alone:
        return self._by_number([_means(codes[half], self.values[half], codes) for half in self.halves])

    def _by_number(self, predictions: Sequence[Floats]) -> Alone:
        """predictions: of all rows, as learnt on each half."""
        errors = np.empty(len(self.values))
        for half, predicted in zip(self.halves, predictions, strict=True):
            errors[~half] = (predicted[~half] - self.values[~half]) ** 2
        spread = (self.values - self.values.mean()) ** 2
        left = float(errors.sum() / spread.sum())
        # The standard error of a ratio of two sums (the delta method).
        error = math.sqrt(float(((errors - left * spread) ** 2).sum())) / float(spread.sum())
        return Alone(1 - left, 1 - left - Z * error, self.by_class)


def _says(codes: Codes, classes: Codes, n_codes: int, n_classes: int) -> Codes:
    """(n_codes,) the class with the largest share of its rows at each code."""
    counts = np.bincount(codes * n_classes + classes, minlength=n_codes * n_classes).reshape(n_codes, n_classes)
    says: Codes = np.argmax(counts / np.maximum(counts.sum(axis=0), 1), axis=1)
    return says


def _bins(learnt: Floats, values: Floats) -> Codes:
    """The bin of each value: equal counts of what was learnt from, and each edge a bin of its own, as it may be a value
    that comes up often; the missing come last."""
    known = np.sort(learnt[~np.isnan(learnt)])
    count = max(FEWEST_BINS, min(MOST_BINS, len(known) // ROWS_PER_BIN))
    edges = np.unique(known[(np.arange(1, count) * len(known)) // count]) if len(known) else known
    codes = np.searchsorted(edges, values, "left") + np.searchsorted(edges, values, "right")
    codes[np.isnan(values)] = 2 * len(edges) + 1
    return codes


def _curve(learnt: Floats, target: Floats, values: Floats) -> Floats:
    """The means of bins, joined by lines; flat beyond the outermost."""
    gone = np.isnan(learnt)
    codes = _bins(learnt, learnt)[~gone]
    counts = np.bincount(codes)
    there = np.flatnonzero(counts)
    if not len(there):
        return np.full(len(values), target.mean())
    x, y = (np.bincount(codes, sums[~gone])[there] / counts[there] for sums in (learnt, target))
    return _with_missing(np.interp(values, x, y), values, gone, target)


def _chain(learnt: Floats, target: Floats, values: Floats) -> Floats:
    """The mean of each different value, joined by lines; flat beyond the outermost."""
    gone = np.isnan(learnt)
    x, places, counts = np.unique(learnt[~gone], return_inverse=True, return_counts=True)
    if not len(x):
        return np.full(len(values), target.mean())
    y = np.bincount(places, target[~gone]) / counts
    return _with_missing(np.interp(values, x, y), values, gone, target)


def _line(learnt: Floats, target: Floats, values: Floats) -> Floats:
    """The straight line of least squares."""
    gone = np.isnan(learnt)
    x, y = learnt[~gone], target[~gone]
    off = x - x.mean() if len(x) else x
    spread = float((off**2).sum())
    if not spread > 0:
        return np.full(len(values), target.mean())
    slope = float((off * (y - y.mean())).sum()) / spread
    return _with_missing(y.mean() + slope * (values - x.mean()), values, gone, target)


def _with_missing(predicted: Floats, values: Floats, gone: Mask, target: Floats) -> Floats:
    predicted[np.isnan(values)] = target[gone].mean() if gone.any() else target.mean()
    return predicted


def _means(codes: Codes, target: Floats, wanted: Codes) -> Floats:
    """The mean of each level, drawn to the mean of all as if by one more row."""
    length = int(wanted.max()) + 1
    sums, counts = np.bincount(codes, target, length), np.bincount(codes, minlength=length)
    means: Floats = ((sums + target.mean()) / (counts + 1))[wanted]
    return means


def _wilson(share: float, rows: float) -> float:
    """The lower end of Wilson's interval."""
    middle = share + Z * Z / (2 * rows)
    return (middle - Z * math.sqrt(share * (1 - share) / rows + Z * Z / (4 * rows * rows))) / (1 + Z * Z / rows)
