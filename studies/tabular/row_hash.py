"""The same row in another version of a table, by what its cells say and not by where or as what they are stored.

    n       rows of a table
    hash    (n,) uint64: the sum over columns of a mixed 64-bit hash of (name, cell), mixed once more. Equal rows have
            equal hashes; of a million different rows two share one with a chance of 3 in 100 million (n² / 2⁶⁵)
    key     (n,) uint64: hash and occurrence (0 for the first of several equal rows, then 1, ...), so that no two rows
            of a table share one

The mixing is splitmix64's finaliser (Steele, Lea and Flood 2014); words are hashed with BLAKE2b.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studies.tabular.columns import Column
from studies.tabular.numbers import parse_number, parse_numbers
from studies.tabular.tables import undressed
from studies.tabular.words import AT_ONCE, Words

Hashes = NDArray[np.uint64]
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, eq=False)
class Match:
    """Rows that two tables have in common: row `first[i]` of one is row `second[i]` of the other, by `names`.

    first, second: (m,) int64, each row at most once, `first` in rising order.
    """

    names: tuple[str, ...]
    first: NDArray[np.int64]
    second: NDArray[np.int64]


def row_hashes(columns: Sequence[Column], names: Collection[str] | None = None) -> Hashes:
    """(n,) uint64, a hash of each row's cells in the named columns, or in all of them.

    The order of columns does not count, nor does a column's kind: a cell that reads as a number is its value, with
    either decimal mark ("1.50", "1,5" and 1.5 are one), any other its text without blanks around it, and all missing
    cells are equal. ValueError for a name that no column has, and when there is nothing to hash.
    """
    by_name = {column.name: column for column in columns}
    wanted = set(by_name if names is None else names)
    if unknown := sorted(wanted - set(by_name)):
        raise ValueError(f"There is no column {unknown[0]!r}; the columns are {', '.join(by_name)}.")
    if not wanted:
        raise ValueError("A row without columns has no hash.")
    total = np.zeros(columns[0].rows, np.uint64)
    for name in wanted:
        total += cell_hashes(by_name[name])
    return mixed(total)


def row_keys(hashes: Hashes) -> Hashes:
    """(n,) uint64, a key for each row that no other row of the table has: its hash, and which of its copies it is."""
    return mixed(hashes + GOLDEN * occurrences(hashes).astype(np.uint64))


def occurrences(hashes: Hashes) -> NDArray[np.int64]:
    """(n,) int64, how many rows above each one are equal to it."""
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    places = np.arange(len(ordered))
    begins = np.concatenate([[True], ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, np.bool_)
    found = np.empty(len(ordered), np.int64)
    found[order] = places - np.maximum.accumulate(np.where(begins, places, 0))
    return found


def match_rows(first: Sequence[Column], second: Sequence[Column]) -> Match:
    """The rows of two tables that say the same in every column that both have; of copies, the i-th is the i-th.

    Nothing matches when they have no column in common.
    """
    there = {column.name for column in second}
    names = tuple(column.name for column in first if column.name in there)
    if not names:
        none = np.zeros(0, np.int64)
        return Match((), none, none)
    one, other = undressed(first, second), undressed(second, first)
    return Match(names, *matched(row_hashes(one, names), row_hashes(other, names)))


def matched(one: Hashes, other: Hashes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which rows of two tables have equal hashes, as `Match` tells them; of copies, the i-th is the i-th."""
    _, mine, theirs = np.intersect1d(row_keys(one), row_keys(other), assume_unique=True, return_indices=True)
    order = np.argsort(mine)
    return mine[order].astype(np.int64), theirs[order].astype(np.int64)


def cell_hashes(column: Column, name: str | None = None) -> Hashes:
    """(n,) uint64, a hash of each cell together with the column's name, or with another one."""
    name = column.name if name is None else name
    if column.is_numeric:
        return _number_hashes(name, np.asarray(column.values, np.float64))
    levels = column.levels
    blocks = [_level_hashes(name, levels[first : first + AT_ONCE]) for first in range(0, len(levels), AT_ONCE)]
    # The last entry is that of the missing, whose code is -1.
    return np.concatenate([*blocks, _number_hashes(name, np.array([np.nan]))])[column.values]


def _level_hashes(name: str, levels: Sequence[str]) -> Hashes:
    words = Words.of(level.strip().encode() for level in levels)
    numbers = parse_numbers(words, ".")
    if np.isnan(numbers).any():
        numbers = np.where(np.isnan(numbers), parse_numbers(words, ","), numbers)
    hashes = _number_hashes(name, numbers)
    others = np.flatnonzero(np.isnan(numbers))
    for code, word in zip(others.tolist(), words.at(others), strict=True):
        hashes[code] = _word_hash(f"{name}\0{word}")
    return hashes


def value_of(text: str) -> float | str:
    """What a cell says: a number where it reads as one, else the text."""
    text = text.strip()
    number = parse_number(text, ".")
    if number is None:
        number = parse_number(text, ",")
    return text if number is None else number


def _number_hashes(name: str, numbers: NDArray[np.float64]) -> Hashes:
    # Adding zero turns -0.0 into 0.0; every NaN is made the same one, and is what a missing cell is.
    bits = np.where(np.isnan(numbers), np.nan, numbers + 0.0).view(np.uint64)
    return mixed(mixed(bits) + np.uint64(_word_hash(name)))


def _word_hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")


def mixed(hashes: Hashes) -> Hashes:
    """Every bit of the result hangs on every bit of the argument; one to one."""
    bits = hashes + GOLDEN
    bits ^= bits >> np.uint64(30)
    bits *= FIRST
    bits ^= bits >> np.uint64(27)
    bits *= SECOND
    bits ^= bits >> np.uint64(31)
    return bits
