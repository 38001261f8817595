"""From an uploaded CSV or TSV file to typed columns; what is refused is refused in a sentence with its place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, islice
from pathlib import Path

import numpy as np

from studies.tabular.cells import MISSING_WORDS, Cells, clean_cells
from studies.tabular.columns import KINDS, NUMERIC, Column, as_kind, as_levels
from studies.tabular.content import ENCODINGS, check_text, encoding_of, refuse_foreign
from studies.tabular.errors import TableError, counted, listed, quote, warning
from studies.tabular.held_out import HeldOut, Mask
from studies.tabular.identifiers import nearly_unique
from studies.tabular.marks import find_marks
from studies.tabular.numbers import Mark
from studies.tabular.records import HEAD_ROWS, Grid, Warnings, read_grid
from studies.tabular.roles import assign_roles, roles_of_part
from studies.tabular.separators import SEPARATORS
from studies.tabular.typing import guess_kind
from studies.tabular.unpacking import unpacked

HEAD_BYTES = 4096
HEADERS = (None, "first", "none")
PARSED, TYPED = 0.4, 0.8  # shares of the time to read a table, as a million rows take it


@dataclass(frozen=True, eq=False)
class Reading:
    """A table as it was understood: typed columns, how the file was read, and what to know about it.

    `head` holds the first rows as they stand in the file; warnings are {"code", "column", "message"}. All of it is
    about the rows outside of the held-out set, whose own columns are `held`.
    """

    columns: tuple[Column, ...]
    rows: int
    separator: str
    decimal: Mark
    encoding: str
    warnings: Warnings
    head: tuple[tuple[str, ...], ...]
    held: tuple[Column, ...] = ()
    held_out: HeldOut = field(default_factory=lambda: HeldOut(np.zeros(0, np.bool_)))


def read_table(
    path: str | Path,
    *,
    separator: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    header: str | None = None,
    kinds: Mapping[str, str] | None = None,
    roles: Mapping[str, str] | None = None,
    missing_words: Sequence[str] = (),
    read_as: Mapping[str, Mapping[str, str]] | None = None,
    hold_out: Callable[[Sequence[Column]], HeldOut] | None = None,
    on_progress: Callable[[float], None] = lambda share: None,
    folder: str | Path | None = None,
) -> Reading:
    """Reads a table of text, packed with gzip or not. What is None is detected.

    `kinds` and `roles` are a person's corrections by column name; where one is what would be guessed anyhow, the
    column's reason and warnings stay.

    separator: "," ";" "|" or tab. encoding: "utf-8", "utf-16" (both known by what the file begins with), "windows-1252"
    or "iso-8859-1". header: "first" (or None) where the first line holds the names, "none" where it is data.
    `missing_words` are more words to read as missing. `read_as`: what words of single columns mean, by column and word
    as in the file, "" for missing; a column that the file does not have is passed over. `hold_out` says which rows are
    the held-out set: these decide how the file is parsed, as kinds and roles must suit every row, and nothing else is
    told of them. `on_progress` is told the share that is done, rising to 1. `folder`: where the cells of a large table
    are set down meanwhile, in a file without a name (None: where the system keeps such). Raises TableError with line
    and column where there is one.
    """
    _check_options(separator, decimal, encoding, header)
    grid, separator = _grid(Path(path), encoding, separator, header, on_progress, folder)
    kinds = dict(kinds or {})
    _check_kinds(kinds, grid.names)
    words = MISSING_WORDS | {word.strip().casefold() for word in missing_words}
    meant = read_as or {}
    marks, warnings = find_marks(grid, words, meant, separator, decimal)

    def cells(index: int) -> Cells:
        return clean_cells(name := grid.names[index], grid.cells(index), grid.lines, words, meant.get(name))

    told, columns, told_of = _Told(), list[Column](), set[int]()
    for index, name in enumerate(grid.names):
        before = len(told.warnings)
        columns.append(_typed(whole := cells(index), kinds.get(name), marks[index], told))
        told.count(whole)
        if len(told.warnings) > before or any(whole.missing):
            told_of.add(index)
        del whole
        on_progress(PARSED + (TYPED - PARSED) * (index + 1) / len(grid.names))
    for index, why in nearly_unique(columns):
        if kinds.get(grid.names[index], "id") == "id":
            columns[index] = as_levels(cells(index), "id", why=why)
            told.forget(grid.names[index])
    columns = assign_roles(columns, roles or {})
    held_out = HeldOut(np.zeros(grid.rows, np.bool_)) if hold_out is None else hold_out(columns)
    held: tuple[Column, ...] = ()
    first = tuple(grid.head)
    if held_out.rows.any():
        overruled, told = told.overruled, _Told()
        for index in sorted(told_of):
            _tell_of_part(cells(index).only(~held_out.rows), columns[index].name in overruled, marks[index], told)
        first = tuple(zip(*(_first_cells(grid, index, ~held_out.rows) for index in range(len(columns))), strict=True))
        columns, held = _parted(columns, held_out.rows)
    on_progress(1.0)
    return Reading(
        columns=tuple(columns),
        rows=columns[0].rows,
        separator=separator,
        decimal=decimal or _mark_in_use(columns, marks),
        encoding=grid.encoding,
        warnings=[*grid.warnings, *_missing_warnings(told.missing), *warnings, *told.warnings],
        head=first,
        held=held,
        held_out=held_out,
    )


def preview(reading: Reading, rows: int = 50) -> list[list[str]]:
    """The first rows as they stand in the file (at most 200 are kept)."""
    return [list(row) for row in reading.head[:rows]]


@dataclass
class _Told:
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


def _parted(columns: list[Column], held: Mask) -> tuple[list[Column], tuple[Column, ...]]:
    """The columns outside of the held-out set, and those of the set."""
    unseen = []
    # Column by column in place of the whole one: a large table is never in memory twice.
    for index, whole in enumerate(columns):
        columns[index] = whole.only(~held)
        unseen.append(whole.only(held))
    return roles_of_part(columns), tuple(unseen)


def _first_cells(grid: Grid, index: int, rows: Mask) -> list[str]:
    """The first cells of a column as they stand in the file, of the rows that are true in `rows` (n,)."""
    return [cell.decode() for cell in islice(compress(grid.cells(index), rows), HEAD_ROWS)]


def _tell_of_part(seen: Cells, is_overruled: bool, mark: Mark, told: _Told) -> None:
    """What there is to say of the cells outside of the held-out set, where something was said of the whole column."""
    if not is_overruled:
        told.warnings.extend(guess_kind(seen, mark).warnings)
    told.count(seen)


def _grid(
    path: Path,
    encoding: str | None,
    separator: str | None,
    header: str | None,
    on_progress: Callable[[float], None],
    folder: str | Path | None,
) -> tuple[Grid, str]:
    with unpacked(path, folder) as plain:
        with plain.open("rb") as file:
            head = file.read(HEAD_BYTES)
        if not head.strip(b"\xef\xbb\xbf \t\r\n"):
            _refuse_empty(plain)
        refuse_foreign(head)
        encoding = encoding or encoding_of(head)
        check_text(plain, encoding)
        has_names = header != "none"
        return read_grid(plain, encoding, separator, lambda share: on_progress(PARSED * share), folder, has_names)


def _mark_in_use(columns: Sequence[Column], marks: Sequence[Mark]) -> Mark:
    """The decimal mark to show for the table: the comma where a column of numbers was read with it."""
    return "," if any(column.is_numeric and mark == "," for column, mark in zip(columns, marks, strict=True)) else "."


def _typed(cells: Cells, kind: str | None, mark: Mark, told: _Told) -> Column:
    """The column in the kind that a person chose, else in the one that it seems to be."""
    guess = guess_kind(cells, mark)
    if kind not in (None, guess.kind):
        told.overruled.add(cells.name)
        return as_kind(cells, kind, mark)
    told.warnings.extend(guess.warnings)
    if guess.kind not in NUMERIC:
        # The guess has looked at every value: no need to check again that they fit.
        return as_levels(cells, guess.kind, why=guess.why)
    return as_kind(cells, guess.kind, mark, why=guess.why)


def _check_options(separator: str | None, decimal: str | None, encoding: str | None, header: str | None) -> None:
    if separator is not None and separator not in SEPARATORS:
        raise TableError(f"{quote(separator)} cannot separate cells; choose comma, semicolon, tab or pipe.")
    if decimal not in (None, ".", ","):
        raise TableError(f"{quote(str(decimal))} cannot be the decimal mark; choose a point or a comma.")
    if encoding is not None and encoding not in ENCODINGS:
        raise TableError(f"{quote(encoding)} is not an encoding that we read; choose {' or '.join(ENCODINGS)}.")
    if header not in HEADERS:
        raise TableError(f"{quote(header)} does not say where the names are; choose “first” or “none”.")


def _check_kinds(kinds: Mapping[str, str], names: Sequence[str]) -> None:
    for name, kind in kinds.items():
        if name not in names:
            raise TableError(f"There is no column {quote(name)}; the columns are {listed(list(names))}.", column=name)
        if kind not in KINDS:
            raise TableError(f"{quote(kind)} is not a kind of column; the kinds are {', '.join(KINDS)}.", column=name)


def _refuse_empty(path: Path) -> None:
    """Raises TableError where a file holds nothing but blank space (one that begins so may go on)."""
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            if block.strip(b"\xef\xbb\xbf \t\r\n"):
                return
    raise TableError("The file is empty: a table needs a line of column names and rows below it.")


def _missing_warnings(missing: Mapping[str, list[int]]) -> Warnings:
    """One warning for all words other than nothing that were read as missing."""
    words = [
        f"{quote(word)} in {counted(sum(counts), 'cell')} of {counted(len(counts), 'column')}"
        for word, counts in sorted(missing.items())
        if word
    ]
    return [warning("missing_words", f"Read as missing: {', '.join(words)}.")] if words else []
