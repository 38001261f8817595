"""Which rows of a table another version still has, which it has with one cell changed, and columns under a new name.

Rows are known by what they say (studies.tabular.row_hash) in the columns that both versions have.

    n, m    rows of the earlier and of the later version
    total   (u,) uint64: the sum of a row's cell hashes, from which one column's can be taken out again
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from studies.tabular.columns import Column
from studies.tabular.row_hash import Hashes, Match, cell_hashes, match_rows, mixed

Rows = NDArray[np.int64]
FEWEST_MATCHED = 5


@dataclass(frozen=True, eq=False)
class RowChanges:
    """before, after: n and m. edited: for a column, how many rows are the same but for its cell; each row counts once.
    renamed: pairs of a name that is gone and a new one, under which the same rows say the same.
    """

    before: int
    after: int
    kept: int
    edited: dict[str, int]
    renamed: tuple[tuple[str, str], ...]

    @property
    def added(self) -> int:
        return self.after - self.kept - sum(self.edited.values())

    @property
    def removed(self) -> int:
        return self.before - self.kept - sum(self.edited.values())


def row_changes(before: Sequence[Column], after: Sequence[Column]) -> RowChanges:
    """Compares two versions of a table. Of equal rows the i-th is the i-th; the order of rows does not count."""
    match = match_rows(before, after)
    n, m = before[0].rows, after[0].rows
    edited = _edited(_without(before, match.first, match.names), _without(after, match.second, match.names))
    return RowChanges(n, m, len(match.first), edited, _renamed(before, after, match))


def _without(columns: Sequence[Column], rows: Rows, names: Sequence[str]) -> list[Column]:
    """The named columns without these rows."""
    left = np.ones(columns[0].rows, np.bool_)
    left[rows] = False
    by_name = {column.name: column for column in columns}
    return [replace(by_name[name], values=by_name[name].values[left]) for name in names]


def _edited(before: Sequence[Column], after: Sequence[Column]) -> dict[str, int]:
    """How many rows have a partner that differs in one column only. Both sides have the same columns in one order.

    Only rows that are unlike any other in the remaining columns are paired: else chance would make partners.
    """
    if len(before) < 2 or not before[0].rows or not after[0].rows:
        return {}
    left = [np.arange(side[0].rows) for side in (before, after)]
    totals = [_total(side) for side in (before, after)]
    found: dict[str, int] = {}
    for pair in zip(before, after, strict=True):
        rests = [
            mixed(total[rows] - cell_hashes(column)[rows])
            for total, column, rows in zip(totals, pair, left, strict=True)
        ]
        partners = _only_once(rests[0], rests[1])
        if len(partners):
            found[pair[0].name] = len(partners)
            left = [rows[~np.isin(rest, partners)] for rows, rest in zip(left, rests, strict=True)]
        if not len(left[0]) or not len(left[1]):
            break
    return found


def _total(columns: Sequence[Column]) -> Hashes:
    total = np.zeros(columns[0].rows, np.uint64)
    for column in columns:
        total += cell_hashes(column)
    return total


def _only_once(first: Hashes, second: Hashes) -> Hashes:
    """The hashes that each side has, and exactly once."""
    once = []
    for hashes in (first, second):
        values, counts = np.unique(hashes, return_counts=True)
        once.append(values[counts == 1])
    return np.intersect1d(once[0], once[1], assume_unique=True)


def _renamed(before: Sequence[Column], after: Sequence[Column], match: Match) -> tuple[tuple[str, str], ...]:
    """Columns of one side each that say the same in the rows that both sides have; where too few rows are known, in
    all rows in order."""
    n, m = before[0].rows, after[0].rows
    first, second = match.first, match.second
    if 2 * len(first) < min(n, m):
        if n != m:
            return ()
        first = second = np.arange(n)
    if len(first) < FEWEST_MATCHED:
        return ()
    gone = {column.name for column in before} - {column.name for column in after}
    fresh = {column.name for column in after} - {column.name for column in before}
    by_print: dict[str, list[str]] = {}
    for column in after:
        if column.name in fresh and (said := _print(column, second)):
            by_print.setdefault(said, []).append(column.name)
    pairs = []
    for column in before:
        same = by_print.get(_print(column, first)) if column.name in gone else None
        if same:
            pairs.append((column.name, same.pop(0)))
    return tuple(pairs)


def _print(column: Column, rows: Rows) -> str:
    """A hash of what these rows say, in order, whatever the column's name; "" for a constant, which says nothing."""
    hashes = cell_hashes(column, "")[rows]
    if (hashes == hashes[0]).all():
        return ""
    return hashlib.blake2b(hashes.tobytes(), digest_size=16).hexdigest()
