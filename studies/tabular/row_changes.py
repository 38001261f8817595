"""Which rows of a table another version still has, which it has with one cell changed, and columns under a new name.

Rows are known by what they say (studies.tabular.row_hash) in the columns that both versions have.

Of each table one column is held at a time, beside a few numbers for each row.

    n, m    rows of the earlier and of the later version
    total   (u,) uint64: the sum of a row's cell hashes, from which one column's can be taken out again
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studies.tabular.columns import Column
from studies.tabular.row_hash import Hashes, cell_hashes, matched, mixed
from studies.tabular.tables import Table, in_both, rows_of

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


def row_changes(before: Table, after: Table, on_column: Callable[[], None] = lambda: None) -> RowChanges:
    """Compares two versions of a table. Of equal rows the i-th is the i-th; the order of rows does not count.

    `on_column` is called up to twice for each column that both have.
    """
    tables, names = (before, after), in_both(before, after)
    n, m = rows_of(before), rows_of(after)
    first = second = np.zeros(0, np.int64)
    edited: dict[str, int] = {}
    if names:
        totals = _totals(tables, names, on_column)
        first, second = matched(mixed(totals[0]), mixed(totals[1]))
        left = [_others(len(total), rows) for total, rows in zip(totals, (first, second), strict=True)]
        totals = [total[is_left] for total, is_left in zip(totals, left, strict=True)]
        edited = _edited(tables, names, left, totals, on_column)
    return RowChanges(n, m, len(first), edited, _renamed(before, after, first, second))


def _totals(tables: Sequence[Table], names: Sequence[str], on_column: Callable[[], None]) -> list[Hashes]:
    totals = [np.zeros(rows_of(table), np.uint64) for table in tables]
    for name in names:
        for table, total in zip(tables, totals, strict=True):
            total += cell_hashes(table.column(name))
        on_column()
    return totals


def _others(count: int, rows: Rows) -> NDArray[np.bool_]:
    """(count,) all rows but these."""
    others = np.ones(count, np.bool_)
    others[rows] = False
    return others


def _edited(
    tables: Sequence[Table],
    names: Sequence[str],
    left: list[NDArray[np.bool_]],
    totals: list[Hashes],
    on_column: Callable[[], None],
) -> dict[str, int]:
    """How many rows have a partner that differs in one column only, by column.

    Only rows that are unlike any other in the remaining columns are paired: else chance would make partners.

    left: of each table (n,), the rows that have no equal in the other one. totals: of each table, those of these rows.
    """
    found: dict[str, int] = {}
    for name in names if len(names) > 1 else ():
        if not all(len(total) for total in totals):
            break
        rests = [
            mixed(total - cell_hashes(table.column(name).only(is_left)))
            for table, is_left, total in zip(tables, left, totals, strict=True)
        ]
        partners = _only_once(rests[0], rests[1])
        if len(partners):
            found[name] = len(partners)
            for side, rest in enumerate(rests):
                stays = ~np.isin(rest, partners)
                left[side][np.flatnonzero(left[side])[~stays]] = False
                totals[side] = totals[side][stays]
        on_column()
    return found


def _only_once(first: Hashes, second: Hashes) -> Hashes:
    """The hashes that each side has, and exactly once."""
    once = []
    for hashes in (first, second):
        values, counts = np.unique(hashes, return_counts=True)
        once.append(values[counts == 1])
    return np.intersect1d(once[0], once[1], assume_unique=True)


def _renamed(before: Table, after: Table, first: Rows, second: Rows) -> tuple[tuple[str, str], ...]:
    """Columns of one side each that say the same in the rows that both sides have; where too few rows are known, in
    all rows in order.

    first, second: where the rows that both have are in either table.
    """
    both = set(in_both(before, after))
    gone, fresh = ([name for name in table.names if name not in both] for table in (before, after))
    if not gone or not fresh:
        return ()
    n, m = rows_of(before), rows_of(after)
    if 2 * len(first) < min(n, m):
        if n != m:
            return ()
        first = second = np.arange(n)
    if len(first) < FEWEST_MATCHED:
        return ()
    by_print: dict[str, list[str]] = {}
    for name in fresh:
        if said := _print(after.column(name), second):
            by_print.setdefault(said, []).append(name)
    pairs = []
    for name in gone:
        same = by_print.get(_print(before.column(name), first))
        if same:
            pairs.append((name, same.pop(0)))
    return tuple(pairs)


def _print(column: Column, rows: Rows) -> str:
    """A hash of what these rows say, in order, whatever the column's name; "" for a constant, which says nothing."""
    hashes = cell_hashes(column, "")[rows]
    if (hashes == hashes[0]).all():
        return ""
    return hashlib.blake2b(hashes.tobytes(), digest_size=16).hexdigest()
