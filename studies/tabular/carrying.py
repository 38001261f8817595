"""The held-out set carried from version to version: which rows of another file are those that no study may see?

n        rows of the file that is read
parted   the share of the set's rows that look like rows outside of it
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from studies.tabular.columns import Column
from studies.tabular.errors import TableError, counted
from studies.tabular.held_out import HeldOut, Mask
from studies.tabular.row_hash import row_hashes, row_keys
from studies.tabular.tables import undressed

COPIES_PARTED = 0.05


@dataclass(frozen=True, eq=False)
class Earlier:
    """A version as it is stored: its columns without the set and the set's own, and where in the file each row was.

    same_bytes: it was read from the very file that is being read, so that its rows are known by their places.
    """

    unlocked: Sequence[Column]
    held: Sequence[Column]
    unlocked_rows: NDArray[np.int64]
    held_rows: NDArray[np.int64]
    same_bytes: bool = False

    @property
    def n_rows(self) -> int:
        return len(self.unlocked_rows) + len(self.held_rows)

    def undressed(self, columns: Sequence[Column]) -> "Earlier":
        """The same with the words as numbers that are numbers in these columns of another version."""
        unlocked, held = undressed(self.unlocked, columns), undressed(self.held, columns)
        return replace(self, unlocked=unlocked, held=held)

    def hashes(self, names: Iterable[str]) -> NDArray[np.uint64]:
        """(n,) the hash of each row by these columns, in the order of the file."""
        found, wanted = np.empty(self.n_rows, np.uint64), set(names)
        for columns, rows in ((self.unlocked, self.unlocked_rows), (self.held, self.held_rows)):
            if len(rows):
                found[rows] = row_hashes(columns, wanted)
        return found

    @property
    def mask(self) -> Mask:
        found = np.zeros(self.n_rows, np.bool_)
        found[self.held_rows] = True
        return found


def carry_held_out(columns: Sequence[Column], earlier: Iterable[Earlier]) -> HeldOut:
    """The set in another version of the table: the same rows, by what they say in the columns that both versions have,
    and their copies. `earlier`: the newest first; what an older one held stays held should it come back.

    TableError where too few rows or columns are the same to tell which rows these are.
    """
    rows, gone, first = np.zeros(columns[0].rows, np.bool_), 0, True
    for version in earlier:
        found, missing, problem = _carried(columns, version)
        if problem and first:
            raise TableError(
                f"The dataset has a held-out set of {counted(len(version.held_rows), 'row')}, and {problem}, so nobody "
                "can tell which rows of this file must stay unseen. Upload a file that still holds those rows and "
                "columns, or upload this one as a dataset of its own."
            )
        if not problem:
            rows |= found
        gone, first = (missing if first else gone), False
    return HeldOut(rows, gone=gone)


def _carried(columns: Sequence[Column], earlier: Earlier) -> tuple[Mask, int, str]:
    """The set's rows among the new ones, how many are gone; and why they cannot be told, if so."""
    if earlier.same_bytes and earlier.n_rows == columns[0].rows:
        return earlier.mask, 0, ""
    nothing = np.zeros(columns[0].rows, np.bool_)
    columns, earlier = undressed(columns, earlier.unlocked), earlier.undressed(columns)
    there = {column.name for column in earlier.unlocked}
    names = [column.name for column in columns if column.name in there]
    if not names:
        return nothing, 0, "this file has none of its columns"
    before, now, held = earlier.hashes(names), row_hashes(columns, names), earlier.mask
    parted = _also_outside(before, held) - _also_outside(earlier.hashes(there), held)
    if parted > COPIES_PARTED:
        few = counted(len(names), "column")
        return nothing, 0, f"in the {few} that are left, {100 * parted:.0f} % of its rows look like rows outside of it"
    _, old, new = np.intersect1d(row_keys(before), row_keys(now), assume_unique=True, return_indices=True)
    if 2 * len(old) < min(earlier.n_rows, len(now)):
        return nothing, 0, f"only {counted(len(old), 'row')} of this file are known from before"
    rows = nothing.copy()
    rows[new] = held[old]
    rows |= _copies_of_held(columns, earlier, names, ~np.isin(np.arange(len(now)), new))
    return rows, int(held.sum() - held[old].sum()), ""


def _also_outside(hashes: NDArray[np.uint64], held: Mask) -> float:
    """The share of the set's rows that have a copy outside of it."""
    return float(np.isin(hashes[held], hashes[~held]).mean()) if held.any() else 0.0


def _copies_of_held(columns: Sequence[Column], earlier: Earlier, names: Sequence[str], fresh: Mask) -> Mask:
    """New rows that say what a row of the set says and none outside of it, identifiers aside; or that have an
    identifier, or are of a group, that only the set has: a row with a corrected cell is still the row that it was."""
    marks = {column.name for column in [*earlier.unlocked, *columns] if column.kind == "id" or column.role == "group"}
    ids = {column.name for column in earlier.unlocked if column.kind == "id"}
    by_name = {column.name: column for column in columns}
    found = np.zeros(len(fresh), np.bool_)
    if not fresh.any():
        return found
    said = [name for name in names if name not in ids]
    outside = np.zeros(len(fresh), np.bool_)
    if said:
        found |= _only_of_held(columns, earlier, said)
        outside = np.isin(row_hashes(columns, said), earlier.hashes(said)[~earlier.mask])
    for name in names:
        if name in marks:  # but where identifiers were given anew, one of the set's may stand at a row that was seen
            found |= _only_of_held(columns, earlier, [name]) & ~by_name[name].missing & ~outside
    return fresh & found


def _only_of_held(columns: Sequence[Column], earlier: Earlier, names: Sequence[str]) -> Mask:
    """New rows that say in these columns what rows of the set say, and none outside of it."""
    before, held = earlier.hashes(names), earlier.mask
    return np.isin(row_hashes(columns, names), np.setdiff1d(before[held], before[~held]))
