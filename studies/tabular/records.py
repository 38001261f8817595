"""From text to a grid of cells: the csv module in its strict mode, every refusal with its line."""

import csv
import os
import tempfile
import weakref
from _csv import Reader
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from studies.tabular.content import ENCODINGS
from studies.tabular.errors import TableError, counted, warning
from studies.tabular.header import check_header, make_header
from studies.tabular.separators import SAMPLE_CHARACTERS, SEPARATORS, find_separator
from studies.tabular.words import JOINT

MAX_ROWS = 1_000_000
MIN_ROWS = 10
MAX_CELL = 131_072
HEAD_ROWS = 200
TITLE_LINES = 50
CHUNK_CELLS, CHUNK_BYTES = 160_000, 4 << 20  # cells are taken into columns when so much has been read
IN_MEMORY = 8 << 20  # bytes of cells; those of a larger table are set down in a file, and read column by column

Warnings = list[dict[str, Any]]


@dataclass
class Grid:
    """A table as text: its names, the line on which each row starts, its first rows, and the cells by column."""

    names: tuple[str, ...]
    lines: "array[int]" = field(default_factory=lambda: array("I"))
    head: list[tuple[str, ...]] = field(default_factory=list)
    warnings: Warnings = field(default_factory=list)
    holds_comma: list[bool] = field(default_factory=list)
    folder: str | Path | None = None
    encoding: str = "utf-8"

    def __post_init__(self) -> None:
        self._places: list[array[int]] = []  # of each chunk: where its columns begin, and its end
        # Without a name in the folder: whatever ends this process takes it along.
        self._texts = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=None if self.folder is None else str(self.folder))  # noqa: SIM115
        weakref.finalize(self, self._texts.close)
        self.holds_comma = [False] * len(self.names)

    @property
    def rows(self) -> int:
        return len(self.lines)

    def cells(self, column: int) -> Iterator[bytes]:
        """The cells of one column, row by row, as they stand in the file: UTF-8."""
        for places in self._places:
            self._texts.seek(places[column])
            yield from self._texts.read(places[column + 1] - places[column]).split(JOINT.encode())

    def add(self, records: list[list[str]]) -> None:
        """Appends rows, all of the header's width."""
        places = array("q", [self._texts.seek(0, os.SEEK_END)])
        for index, cells in enumerate(zip(*records, strict=True)):
            text = JOINT.join(cells)
            self.holds_comma[index] = self.holds_comma[index] or "," in text
            places.append(places[-1] + self._texts.write(text.encode()))
        self._places.append(places)
        for record in records[: HEAD_ROWS - len(self.head)]:
            self.head.append(tuple(record))


def read_grid(
    path: Path,
    encoding: str,
    separator: str | None,
    on_progress: Callable[[float], None],
    folder: str | Path | None = None,
    has_names: bool = True,
) -> tuple[Grid, str]:
    """Parses a file that `check_text` has passed; returns the grid and the separator, found where none is given."""
    with path.open(encoding=ENCODINGS[encoding], newline="") as file:
        if separator is None:
            head = file.read(SAMPLE_CHARACTERS)
            separator = find_separator(head, complete=len(head) < SAMPLE_CHARACTERS)
            file.seek(0)
        reader = csv.reader(file, delimiter=separator, skipinitialspace=True, strict=True)
        records: Iterator[tuple[int, list[str]]] = _numbered(reader)
        line, header = next(((line, cells) for line, cells in records if any(map(str.strip, cells))), (1, []))
        if not header:
            raise TableError("The file is empty: a table needs a line of column names and rows below it.")
        if has_names:
            _refuse_title(header, line, records)
            names, warnings = check_header(header, line)
        else:
            names, warnings = make_header(header, line), []
            records = chain([(line, header)], records)
        grid = Grid(names, warnings=warnings, folder=folder, encoding=encoding)
        size = max(path.stat().st_size, 1)
        read = partial(os.lseek, file.fileno(), 0, os.SEEK_CUR)
        _fill(grid, records, separator, read, lambda: on_progress(min(read() / size, 1.0)))
    if grid.rows < MIN_ROWS:
        below = " below the line of names" if has_names else ""
        found = "only the column names" if grid.rows == 0 else counted(grid.rows, "row")
        raise TableError(f"The table holds {found}; at least {MIN_ROWS} rows are needed{below}.")
    return grid, separator


def _numbered(reader: Reader) -> Iterator[tuple[int, list[str]]]:
    """Records with the line on which each starts (a quoted cell may hold line ends)."""
    line = 1
    try:
        for record in reader:
            yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        raise _broken_record(str(error), line) from error


def _broken_record(reason: str, line: int) -> TableError:
    if "field limit" in reason:
        message = (
            f"A cell in the row that starts on line {line} is longer than {MAX_CELL:,} characters, which is the limit. "
            'Perhaps a quote mark (") is opened there and not closed.'
        )
    elif "end of data" in reason:
        message = f'A quote mark (") is opened in the row that starts on line {line} and never closed.'
    else:
        message = (
            f"The quote marks in the row that starts on line {line} do not match: one is not closed, or text follows a "
            'closing one. A quote mark inside a quoted cell must be doubled ("").'
        )
    return TableError(message, line=line)


def _refuse_title(header: list[str], line: int, records: Iterator[tuple[int, list[str]]]) -> None:
    """One cell above rows of several is no name. Takes records only where the table is refused in any case."""
    if len(header) != 1:
        return
    wider = next(((row, cells) for row, cells in islice(records, TITLE_LINES) if len(cells) > 1), None)
    if wider is not None:
        raise TableError(
            f"Line {line} has 1 cell and line {wider[0]} has {len(wider[1])}. The first line must hold the columns’ "
            "names: remove titles and comments above it.",
            line=line,
        )


def _fill(
    grid: Grid,
    records: Iterator[tuple[int, list[str]]],
    separator: str,
    bytes_read: Callable[[], int],
    on_chunk: Callable[[], None],
) -> None:
    """Moves the records into the grid; blank lines are passed over, empty rows at the end (spreadsheets) left out."""
    width, begun = len(grid.names), bytes_read()
    most = max(1, CHUNK_CELLS // width)
    look = max(1, most // 64)  # rows after which it is asked how much was read
    chunk: list[list[str]] = []
    empty, nothing = array("I"), [""] * width
    blank = blank_before_end = 0
    for line, record in records:
        if len(record) < 2 and not "".join(record).strip():
            blank += 1
            continue
        if len(record) != width:
            raise _ragged(line, len(record), width, separator)
        if not any(record):
            empty.append(line)
            if len(empty) > MAX_ROWS:
                raise _too_many_rows()
            continue
        if empty:
            chunk.extend([nothing] * len(empty))
            grid.lines.extend(empty)
            del empty[:]
        blank_before_end = blank
        chunk.append(record)
        grid.lines.append(line)
        if len(chunk) >= most or (len(chunk) % look == 0 and bytes_read() - begun > CHUNK_BYTES):
            grid.add(chunk)
            chunk, begun = [], bytes_read()
            on_chunk()
        if grid.rows > MAX_ROWS:
            raise _too_many_rows()
    if chunk:
        grid.add(chunk)
    if blank_before_end:
        grid.warnings.append(
            warning("blank_lines", f"{counted(blank_before_end, 'blank line')} between rows were passed over.")
        )
    if empty:
        grid.warnings.append(
            warning("empty_rows", f"{counted(len(empty), 'row')} without any value at the end were left out.")
        )


def _too_many_rows() -> TableError:
    return TableError(f"The table has more than {MAX_ROWS:,} rows, which is the limit. Upload a sample of it.")


def _ragged(line: int, cells: int, width: int, separator: str) -> TableError:
    name = SEPARATORS.get(separator, separator)
    if cells > width:
        hint = f"A cell that holds a {name} must stand in quote marks."
    else:
        hint = "Remove comments, notes and lines of totals; a missing value still needs its separator."
    found = f"Line {line} has {counted(cells, 'cell')} (separated by {name}), but the first line names {width} columns."
    return TableError(f"{found} {hint}", line=line)
