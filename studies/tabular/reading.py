"""From an uploaded CSV or TSV file to typed columns; what is refused is refused in a sentence with its place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from studies.tabular.cells import MISSING_WORDS
from studies.tabular.columns import KINDS, Column
from studies.tabular.content import ENCODINGS, check_text, encoding_of, refuse_foreign
from studies.tabular.draft import Draft
from studies.tabular.errors import TableError, listed, quote
from studies.tabular.held_out import HeldOut
from studies.tabular.marks import find_marks
from studies.tabular.numbers import Mark
from studies.tabular.records import Grid, Warnings, read_grid
from studies.tabular.roles import assign_roles
from studies.tabular.separators import SEPARATORS
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
    told of them. `on_progress` is told the share that is done, rising to 1. `folder`: where the cells and columns of a
    large table are set down meanwhile, in files without a name (None: where the system keeps such). Raises TableError
    with line and column where there is one.
    """
    _check_options(separator, decimal, encoding, header)
    grid, separator = _grid(Path(path), encoding, separator, header, on_progress, folder)
    _check_kinds(kinds := kinds or {}, grid.names)
    words = MISSING_WORDS | {word.strip().casefold() for word in missing_words}
    marks, warnings = find_marks(grid, words, read_as or {}, separator, decimal)
    draft = Draft(grid, kinds, marks, words, read_as or {})
    whole = assign_roles(draft.typed(lambda share: on_progress(PARSED + (TYPED - PARSED) * share)), roles or {})
    held_out = HeldOut(np.zeros(grid.rows, np.bool_)) if hold_out is None else hold_out(whole)
    columns, held = draft.parted(whole, held_out.rows)
    on_progress(1.0)
    return Reading(
        columns=columns,
        rows=columns[0].rows,
        separator=separator,
        decimal=decimal or draft.decimal(columns),
        encoding=grid.encoding,
        warnings=[*grid.warnings, *draft.told.missing_warnings(), *warnings, *draft.told.warnings],
        head=draft.head,
        held=held,
        held_out=held_out,
    )


def preview(reading: Reading, rows: int = 50) -> list[list[str]]:
    """The first rows as they stand in the file (at most 200 are kept)."""
    return [list(row) for row in reading.head[:rows]]


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
