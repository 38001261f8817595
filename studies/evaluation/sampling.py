"""Which rows a plan may see: all that can be placed, or a sample of them so that slow models can be tried."""

from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from .table import Table

SAMPLE = 0x5A3F1E  # keeps the sample's random numbers apart from those of the folds
_last: WeakKeyDictionary[Table, tuple[tuple[str, int | None, int], Table]] = WeakKeyDictionary()
KEPT_OF_CLASS = 20  # rows of a rare class that a sample keeps, so that each fold can hold some


def used_rows(table: Table, kind: str, rows: int | None = None, seed: int = 0) -> NDArray[np.bool_]:
    """(n,) true for the rows that the folds of a plan of that kind may see; the others are left out of every fold.

    A time plan leaves out rows without a time. A sample of `rows` rows keeps the shares of the classes (of a rare class
    up to 20 rows all the same); of groups it takes whole ones, as many as fit; of a time plan it takes the latest rows.
    ValueError when no group fits.
    """
    known = np.ones(table.n_rows, dtype=bool)
    if kind == "time" and table.order is not None:
        known = ~np.isnan(table.order)
    if rows is None or rows >= known.sum():
        return known
    rng = np.random.default_rng([seed, SAMPLE])
    kept = np.zeros(table.n_rows, dtype=bool)
    if kind == "time" and table.order is not None:
        kept[np.argsort(np.where(known, table.order, -np.inf), kind="stable")[-rows:]] = True
    elif kind == "group" and table.groups is not None:
        kept = _whole_groups(table.groups, rows, rng)
    elif table.task == "classification":
        for code, count in enumerate(_shares(table.class_counts, rows).tolist()):
            kept[rng.permutation(np.flatnonzero(table.y == code))[:count]] = True
    else:
        kept[rng.permutation(table.n_rows)[:rows]] = True
    return kept


def used_table(table: Table, kind: str, rows: int | None = None, seed: int = 0) -> Table:
    """The rows that such a plan may see, as a table of their own; the table itself where it sees all.

    The last one is kept as long as the table is: a form asks for it with every key.
    """
    asked = (kind, rows, seed)
    last = _last.get(table)
    if last is not None and last[0] == asked:
        return last[1]
    kept = used_rows(table, kind, rows, seed)
    if kept.all():
        return table
    used = table.subset(kept)
    _last[table] = asked, used
    return used


def _shares(counts: NDArray[np.int64], rows: int) -> NDArray[np.int64]:
    """Rows of each class, (C,): its share of the sample, the fractions to the largest, rare classes kept alive."""
    exact = counts * (rows / counts.sum())
    least = np.minimum(counts, min(KEPT_OF_CLASS, max(1, rows // (2 * len(counts)))))
    wanted: NDArray[np.int64] = np.maximum(np.floor(exact).astype(np.int64), least)
    for code in np.argsort(-(exact - np.floor(exact)), kind="stable"):
        if wanted.sum() < rows and wanted[code] < counts[code]:
            wanted[code] += 1
    while wanted.sum() > rows:  # what the rare classes got comes from the largest
        wanted[np.argmax(wanted - least)] -= 1
    return wanted


def _whole_groups(groups: NDArray[np.int64], rows: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    chosen = np.zeros(len(sizes), dtype=bool)
    left = rows
    of_group = sizes.tolist()
    for code in rng.permutation(len(sizes)).tolist():
        if of_group[code] <= left:
            chosen[code] = True
            left -= of_group[code]
    if not chosen.any():
        raise ValueError(f"No whole group fits into {rows:,} rows; the smallest has {min(of_group):,}.")
    return np.asarray(chosen[group])
