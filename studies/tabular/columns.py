"""A typed column, and the conversion of a file's cells into one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from studies.tabular.cells import Cells
from studies.tabular.dates import not_dates, parse_dates
from studies.tabular.dress import Dress, numbers_of
from studies.tabular.errors import TableError, counted, listed, quote
from studies.tabular.numbers import Mark
from studies.tabular.words import only_words

KINDS = ("number", "integer", "category", "boolean", "date", "text", "id")
NUMERIC = ("number", "integer")
ROLES = ("feature", "target", "group", "time", "ignored")
MISSING_CODE = -1


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a dataset version.

    values: number and integer: float64 (n,), missing = NaN. Other kinds: int32 (n,), the code of each row's level,
    missing = -1; `levels` holds the words, sorted. `why` says in words how the role or kind came about. `dress`: what
    the cells of a column of numbers have beside them in the file.
    """

    name: str
    kind: str
    role: str
    values: NDArray[np.float64] | NDArray[np.int32]
    levels: Sequence[str] = ()
    why: str = ""
    dress: Dress | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"Column {self.name!r} cannot be of kind {self.kind!r}; the kinds are {', '.join(KINDS)}.")
        if self.role not in ROLES:
            raise ValueError(f"Column {self.name!r} cannot have role {self.role!r}; the roles are {', '.join(ROLES)}.")
        self.values.flags.writeable = False

    @property
    def is_numeric(self) -> bool:
        """Whether `values` are measurements and not codes of levels."""
        return self.kind in NUMERIC

    @property
    def missing(self) -> NDArray[np.bool_]:
        """(n,) True where a row has no value."""
        return np.isnan(self.values) if self.is_numeric else self.values == MISSING_CODE

    @property
    def rows(self) -> int:
        return len(self.values)

    @property
    def n_levels(self) -> int:
        return len(self.levels)

    def in_role(self, role: str, why: str) -> "Column":
        """The same column in another role, with a word why."""
        return replace(self, role=role, why=why)

    def only(self, rows: NDArray[np.bool_]) -> "Column":
        """The same column with the rows that are true in `rows` (n,) alone, and the levels that these have."""
        values = self.values[rows]
        if self.is_numeric:
            return Column(self.name, self.kind, self.role, values, (), self.why, self.dress)
        codes = values.astype(np.int32, copy=False)
        is_there = np.bincount(codes[codes >= 0], minlength=self.n_levels) > 0
        code = np.append(np.cumsum(is_there) - 1, MISSING_CODE).astype(np.int32)  # a missing one is -1: the last
        levels = only_words(self.levels, is_there)
        return Column(self.name, self.kind, self.role, code[codes], levels, self.why)

    def without(self, dress: Dress | None) -> "Column":
        """Words as the plain numbers that another version's reading makes of them; a column of numbers as it is."""
        if dress is None or self.is_numeric:
            return self
        numbers = ((word, dress.number(word)) for word in self.levels)
        levels = tuple(word if number is None else number_text(number) for word, number in numbers)
        return Column(self.name, self.kind, self.role, self.values, levels, self.why)

    def distinct(self) -> tuple[Sequence[str], NDArray[np.int64]]:
        """The different values as words, and how many rows have each: in order of value."""
        if self.is_numeric:
            numbers, counts = np.unique(self.values[~self.missing], return_counts=True)
            return [number_text(value) for value in numbers.tolist()], counts
        return self.levels, self.counts()

    def counts(self) -> NDArray[np.int64]:
        """How many rows have each of the different values, in order of value."""
        present = self.values[~self.missing]
        if self.is_numeric:
            return np.unique(present, return_counts=True)[1]
        return np.bincount(present, minlength=self.n_levels)


def number_text(value: float) -> str:
    """A number as a person writes it: "3", not "3.0"."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def as_kind(
    cells: Cells, kind: str, mark: Mark = ".", why: str = "", marks_in_dress: Sequence[Mark] = (".", ",")
) -> Column:
    """Converts cells to a kind. TableError names the first cell that does not fit, its line and how many there are.

    `marks_in_dress`: decimal marks of numbers that have a unit or the like beside them, the usual one first.
    """
    if kind not in KINDS:
        raise TableError(f"{quote(kind)} is not a kind of column; the kinds are {', '.join(KINDS)}.", column=cells.name)
    if kind in NUMERIC:
        return _as_numbers(cells, kind, mark, why, marks_in_dress)
    if kind == "boolean" and len(cells.counts) > 2:
        raise TableError(
            f"Column {quote(cells.name)} cannot be boolean: it has {len(cells.counts):,} different values "
            f"({listed(sorted(cells.counts), 3)}) where two are allowed.",
            column=cells.name,
        )
    if kind == "date" and parse_dates(cells.counts) is None:
        bad = set(not_dates(cells.counts))
        is_bad = np.fromiter((value in bad for value in cells.counts), np.bool_, len(cells.values))
        _refuse(cells, kind, is_bad, "a date such as 2024-03-31")
        raise TableError(
            f"Column {quote(cells.name)} mixes dates with the day first and the month first. Write them as 2024-03-31.",
            column=cells.name,
        )
    return as_levels(cells, kind, why)


def as_levels(cells: Cells, kind: str, why: str = "") -> Column:
    """The cells as codes of their sorted words, whatever they say."""
    levels, codes = cells.values.in_order()
    values = np.append(codes, np.full(len(cells.gone), MISSING_CODE, np.int32))[cells.codes]
    return Column(cells.name, kind, "feature", values, levels, why)


def _as_numbers(cells: Cells, kind: str, mark: Mark, why: str, marks_in_dress: Sequence[Mark]) -> Column:
    numbers, dress = numbers_of(cells, mark, marks_in_dress)
    bad = np.isnan(numbers)
    if dress is not None and bad.any():
        _refuse_other_dress(cells, kind, bad)
    expected = "a number" if mark == "." else "a number with a decimal comma"
    _refuse(cells, kind, bad, expected)
    if kind == "integer":
        _refuse(cells, kind, numbers != np.floor(numbers), "a whole number")
    if dress is not None:
        why = f"read without {quote(dress.words)}: {quote(cells.values[0])} is {number_text(float(numbers[0]))}"
    values: NDArray[np.float64] = np.append(numbers, np.full(len(cells.gone), np.nan))[cells.codes]
    return Column(cells.name, kind, "feature", values, (), why, dress)


def _refuse_other_dress(cells: Cells, kind: str, bad: NDArray[np.bool_]) -> None:
    line, value = cells.first(bad)
    like_line, like = cells.first(~bad)
    count = int(cells.times[bad].sum())
    raise TableError(
        f"Column {quote(cells.name)} cannot be {_article(kind)}: line {line} holds {quote(value)} where others hold "
        f"numbers like {quote(like)} (line {like_line}). {counted(count, 'cell')} of {cells.present:,} "
        f"{'is' if count == 1 else 'are'} not written so, and units are not mixed. Write them alike in the file, or "
        "choose another kind.",
        line=line,
        column=cells.name,
    )


def _refuse(cells: Cells, kind: str, bad: NDArray[np.bool_], expected: str) -> None:
    """Raises TableError where one of the different values is true in `bad` (m,)."""
    if not bad.any():
        return
    line, value = cells.first(bad)
    count = int(cells.times[bad].sum())
    others = "" if count == 1 else f" {counted(count, 'cell')} of this column do not fit."
    raise TableError(
        f"Column {quote(cells.name)} cannot be {_article(kind)}: line {line} holds {quote(value)}, which is not "
        f"{expected}.{others} Choose another kind, mend the file, or list such words as missing.",
        line=line,
        column=cells.name,
    )


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
