"""From an uploaded CSV or TSV file to typed columns; what is refused is refused in a sentence with its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from studies.tabular.cells import MISSING_WORDS, Cells, clean_cells
from studies.tabular.columns import KINDS, NUMERIC, Column, as_kind, as_levels
from studies.tabular.content import ENCODINGS, check_text, refuse_foreign
from studies.tabular.errors import TableError, counted, listed, quote, warning
from studies.tabular.marks import find_marks
from studies.tabular.numbers import Mark
from studies.tabular.records import Warnings, read_grid
from studies.tabular.roles import assign_roles
from studies.tabular.separators import SEPARATORS
from studies.tabular.typing import guess_kind

HEAD_BYTES = 4096


@dataclass(frozen=True, eq=False)
class Reading:
    """A table as it was understood: typed columns, how the file was read, and what to know about it.

    `head` holds the first rows as they stand in the file; warnings are {"code", "column", "message"}.
    """

    columns: tuple[Column, ...]
    rows: int
    separator: str
    decimal: Mark
    encoding: str
    warnings: Warnings
    head: tuple[tuple[str, ...], ...]


def read_table(
    path: str | Path,
    *,
    separator: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    kinds: Mapping[str, str] | None = None,
    roles: Mapping[str, str] | None = None,
    missing_words: Sequence[str] = (),
) -> Reading:
    """Reads a table of text. What is None is detected; `kinds` and `roles` are a person's corrections by column name.

    `missing_words` are more words to read as missing. Raises TableError with line and column where there is one.
    """
    path = Path(path)
    encoding = _check_options(separator, decimal, encoding)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        _refuse_empty(path)
    refuse_foreign(head)
    check_text(path, encoding)
    grid, separator = read_grid(path, encoding, separator)
    kinds = dict(kinds or {})
    _check_kinds(kinds, grid.names)
    words = MISSING_WORDS | {word.strip().casefold() for word in missing_words}
    marks, warnings = find_marks(grid, words, separator, decimal)
    columns: list[Column] = []
    missing: dict[str, list[int]] = {}
    for index, name in enumerate(grid.names):
        cells = clean_cells(name, grid.cells(index), grid.lines, words)
        columns.append(_typed(cells, kinds.get(name), marks[index], warnings))
        for word, count in cells.missing.items():
            missing.setdefault(word, []).append(count)
    return Reading(
        columns=tuple(assign_roles(columns, roles or {})),
        rows=grid.rows,
        separator=separator,
        decimal=decimal or _mark_in_use(columns, marks),
        encoding=encoding,
        warnings=[*grid.warnings, *_missing_warnings(missing), *warnings],
        head=tuple(grid.head),
    )


def preview(reading: Reading, rows: int = 50) -> list[list[str]]:
    """The first rows as they stand in the file (at most 200 are kept)."""
    return [list(row) for row in reading.head[:rows]]


def _mark_in_use(columns: Sequence[Column], marks: Sequence[Mark]) -> Mark:
    """The decimal mark to show for the table: the comma where a column of numbers was read with it."""
    return "," if any(column.is_numeric and mark == "," for column, mark in zip(columns, marks, strict=True)) else "."


def _typed(cells: Cells, kind: str | None, mark: Mark, warnings: Warnings) -> Column:
    """The column in the kind that a person chose, else in the one that it seems to be."""
    if kind is not None:
        return as_kind(cells, kind, mark)
    guess = guess_kind(cells, mark)
    warnings.extend(guess.warnings)
    if guess.kind not in NUMERIC:
        # The guess has looked at every value: no need to check again that they fit.
        return as_levels(cells, guess.kind, why=guess.why)
    return as_kind(cells, guess.kind, mark, why=guess.why)


def _check_options(separator: str | None, decimal: str | None, encoding: str | None) -> str:
    if separator is not None and separator not in SEPARATORS:
        raise TableError(f"{quote(separator)} cannot separate cells; choose comma, semicolon or tab.")
    if decimal not in (None, ".", ","):
        raise TableError(f"{quote(str(decimal))} cannot be the decimal mark; choose a point or a comma.")
    if encoding is not None and encoding not in ENCODINGS:
        raise TableError(f"{quote(encoding)} is not an encoding that we read; choose {' or '.join(ENCODINGS)}.")
    return encoding or "utf-8"


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
