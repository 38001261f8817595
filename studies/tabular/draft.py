"""A grid of cells on its way to a table: each column typed and set down, and the held-out set parted from the rest."""

import contextlib
import ctypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, islice

from studies.tabular.cells import Cells, clean_cells
from studies.tabular.columns import NUMERIC, Column, as_kind, as_levels
from studies.tabular.errors import counted, quote, warning
from studies.tabular.identifiers import nearly_unique
from studies.tabular.marks import Marks
from studies.tabular.numbers import Mark
from studies.tabular.records import HEAD_ROWS, Grid, Warnings
from studies.tabular.roles import roles_of_part
from studies.tabular.shelf import Shelf
from studies.tabular.typing import guess_kind
from studies.tabular.words import Mask

LONG_TEXT = 8 << 20  # bytes


@dataclass
class Told:
    """What typing the columns brings to light: warnings, how many cells of each column hold a word for missing, and
    the columns whose kind is not the one that their cells alone suggest."""

    warnings: Warnings = field(default_factory=list)
    missing: dict[str, list[int]] = field(default_factory=dict)
    overruled: set[str] = field(default_factory=set)

    def forget(self, name: str) -> None:
        """What was said of a column whose kind is another one after all."""
        self.overruled.add(name)
        self.warnings = [item for item in self.warnings if item["column"] != name]

    def count(self, cells: Cells) -> None:
        for word, count in cells.missing.items():
            self.missing.setdefault(word, []).append(count)

    def missing_warnings(self) -> Warnings:
        """One warning for all words other than nothing that were read as missing."""
        words = [
            f"{quote(word)} in {counted(sum(counts), 'cell')} of {counted(len(counts), 'column')}"
            for word, counts in sorted(self.missing.items())
            if word
        ]
        return [warning("missing_words", f"Read as missing: {', '.join(words)}.")] if words else []


class Draft:
    """The columns of a grid, read with these decimal marks and words for missing, in the kinds and with the meanings of
    words (by name) that a person gave.

    `told` is about every row until the held-out set is parted, and then about the others alone. `head`: the first of
    these as they stand in the file.
    """

    def __init__(
        self,
        grid: Grid,
        kinds: Mapping[str, str],
        marks: Marks,
        missing_words: frozenset[str],
        read_as: Mapping[str, Mapping[str, str]],
    ) -> None:
        self.grid, self.kinds, self.marks, self.missing_words, self.read_as = grid, kinds, marks, missing_words, read_as
        self.told, self.head = Told(), tuple(grid.head)
        self._shelf = Shelf(grid.folder)
        self._told_of: list[int] = []

    def typed(self, on_column: Callable[[float], None]) -> list[Column]:
        """Every column in its kind; TableError where one does not fit the kind that a person chose."""
        columns = []
        for index, _ in enumerate(self.grid.names):
            columns.append(self._shelf.put(self._typed(index)))
            on_column((index + 1) / len(self.grid.names))
        for index, why in nearly_unique(columns):
            if self.kinds.get(self.grid.names[index], "id") == "id":
                columns[index] = self._shelf.put(as_levels(self._cells(index), "id", why=why))
                self.told.forget(self.grid.names[index])
        return columns

    def parted(self, columns: Sequence[Column], held: Mask) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
        """The columns outside of the held-out set, and those of the set: none where no row is held out."""
        if not held.any():
            return tuple(columns), ()
        overruled, self.told = self.told.overruled, Told()
        for index in self._told_of:
            seen = self._cells(index).only(~held)
            if seen.name not in overruled:
                guess = guess_kind(seen, self.marks.of_column[index], self.marks.in_dress)
                self.told.warnings.extend(guess.warnings)
            self.told.count(seen)
        self.head = tuple(zip(*(self._first_cells(index, ~held) for index in range(len(columns))), strict=True))
        parts = [(self._shelf.put(whole.only(~held)), self._shelf.put(whole.only(held))) for whole in columns]
        rest, unseen = zip(*parts, strict=True)
        return tuple(roles_of_part(rest)), unseen

    def decimal(self, columns: Sequence[Column]) -> Mark:
        """The decimal mark to show for the table: the comma where a column of numbers was read with it."""
        pairs = zip(columns, self.marks.of_column, strict=True)
        used = {column.dress.mark if column.dress else mark for column, mark in pairs if column.is_numeric}
        return "," if "," in used else "."

    def _cells(self, index: int) -> Cells:
        name, cells = self.grid.names[index], self.grid.cells(index)
        cleaned = clean_cells(name, cells, self.grid.lines, self.missing_words, self.read_as.get(name))
        if len(cleaned.values.text) > LONG_TEXT:
            _give_back()
        return cleaned

    def _first_cells(self, index: int, rows: Mask) -> list[str]:
        return [cell.decode() for cell in islice(compress(self.grid.cells(index), rows), HEAD_ROWS)]

    def _typed(self, index: int) -> Column:
        """The column in the kind that a person chose, else in the one that it seems to be."""
        cells, mark, in_dress = self._cells(index), self.marks.of_column[index], self.marks.in_dress
        kind, guess = self.kinds.get(cells.name), guess_kind(cells, mark, in_dress)
        is_overruled = kind not in (None, guess.kind)
        self.told.count(cells)
        if any(cells.missing) or (guess.warnings and not is_overruled):
            self._told_of.append(index)
        if is_overruled:
            self.told.overruled.add(cells.name)
            return as_kind(cells, kind or guess.kind, mark, marks_in_dress=in_dress)
        self.told.warnings.extend(guess.warnings)
        if guess.kind not in NUMERIC:
            # The guess has looked at every value: no need to check again that they fit.
            return as_levels(cells, guess.kind, why=guess.why)
        return as_kind(cells, guess.kind, mark, why=guess.why)


def _give_back() -> None:
    """Asks the C library for the memory of cells that are gone, which it keeps for later cells: the whole column once
    more where texts are long. Only glibc does and can."""
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
