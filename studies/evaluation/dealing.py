"""Whole groups dealt to folds of equal size with equal shares of the classes.

As StratifiedGroupKFold does, large groups first, each to the fold that needs its classes most; but groups of the same
make-up are dealt together, so that 100,000 small groups take milliseconds where one by one they take seconds.

C       classes; a further column counts rows of any class, so that folds without a class in common fill evenly
X       (K, C + 1) rows of each class in each fold so far
v       (C + 1,) rows of each class in a group
N       (C + 1,) rows of each class in all
cost    (K,) X @ (v / N²): by how much, up to a constant, the variance of the shares over the folds grows
"""

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]


def deal(groups: NDArray[np.int64], folds: int, state: int, y: NDArray[np.int64] | None = None) -> NDArray[np.uint8]:
    """The fold of each row, (n,); rows of one group share theirs. y: (n,) class codes to be spread evenly, or None."""
    rng = np.random.default_rng(state)
    _, group = np.unique(groups, return_inverse=True)
    classes = np.zeros(len(group), dtype=np.int64) if y is None else y
    width = int(classes.max()) + 1
    totals = np.append(np.bincount(classes, minlength=width), len(group)).astype(np.float64)
    weights = np.where(totals > 0, 1.0 / np.maximum(totals, 1.0) ** 2, 0.0)
    filled = np.zeros((folds, width + 1))
    fold_of_group = np.empty(int(group.max()) + 1, dtype=np.intp)
    for rows, members in _alike(group, classes, width):
        shares = _level(filled @ (rows * weights), float(rows @ (rows * weights)), len(members))
        fold_of_group[rng.permutation(members)] = np.repeat(np.arange(folds), shares)
        filled += np.outer(shares, rows)
    return rng.permutation(folds)[fold_of_group][group].astype(np.uint8)


def _alike(group: NDArray[np.intp], classes: NDArray[np.int64], width: int) -> list[tuple[Counts, NDArray[np.intp]]]:
    """Groups with the same rows of each class: these counts with their sum, and the groups; the largest first."""
    sizes = np.bincount(group)
    found: list[tuple[Counts, NDArray[np.intp]]] = []
    several = np.flatnonzero(sizes > 1)
    if len(several):
        place = np.full(len(sizes), -1, dtype=np.intp)
        place[several] = np.arange(len(several))
        inside = place[group] >= 0
        flat = np.bincount(place[group[inside]] * width + classes[inside], minlength=len(several) * width)
        counts = flat.reshape(len(several), width).astype(np.int32)
        kinds, kind = np.unique(counts, axis=0, return_inverse=True)
        order = np.argsort(kind, kind="stable")
        parts = np.split(several[order], np.cumsum(np.bincount(kind))[:-1])
        found = [(_with_sum(rows), members) for rows, members in zip(kinds, parts, strict=True)]
        found.sort(key=lambda pair: -pair[0][-1])
    alone = sizes[group] == 1
    for name in np.unique(classes[alone]).tolist():
        rows = np.zeros(width)
        rows[name] = 1.0
        found.append((_with_sum(rows), group[alone & (classes == name)]))
    return found


def _with_sum(rows: NDArray[np.generic]) -> Counts:
    numbers = rows.astype(np.float64)
    return np.append(numbers, numbers.sum())


def _level(cost: Counts, step: float, count: int) -> NDArray[np.intp]:
    """How many of `count` alike groups each fold takes, (K,), so that the costs come as level as they can."""
    height = cost / step
    lowest_first = np.sort(height)
    for folds in range(len(height), 0, -1):
        level = (count + lowest_first[:folds].sum()) / folds
        if level >= lowest_first[folds - 1]:
            break
    shares: NDArray[np.intp] = np.floor(np.maximum(level - height, 0.0) + 1e-9).astype(np.intp)
    while shares.sum() > count:  # rounding may lift a fold by one too many
        shares[np.argmax(height + shares)] -= 1
    for _ in range(count - int(shares.sum())):
        shares[np.argmin(height + shares)] += 1
    return shares
