"""The line with the columns' names: required, unique, readable."""

import re
import unicodedata

from studies.tabular.errors import TableError, quote
from studies.tabular.numbers import parse_number

MAX_COLUMNS = 2_000
MAX_NAME = 200
# Characters that hide or reorder text: a name made of them could pass for another one.
INVISIBLE = re.compile("[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def check_header(cells: list[str], line: int) -> tuple[str, ...]:
    """The columns' names, stripped and in Unicode normal form C; TableError where they cannot serve."""
    if len(cells) > MAX_COLUMNS:
        raise TableError(f"The table has {len(cells):,} columns; the limit is {MAX_COLUMNS:,}.", line=line)
    names = [unicodedata.normalize("NFC", cell.strip()) for cell in cells]
    if len(names) < 2:
        raise TableError(
            f"Only one column was found, {quote(names[0])}. A table needs a target and at least one feature, separated "
            "by commas, semicolons, tabs or pipes (|).",
            line=line,
        )
    _refuse_numbers(names, line)
    for position, name in enumerate(names, 1):
        _check_name(name, position, len(names), line)
    _refuse_duplicates(names, line)
    return tuple(names)


def _refuse_numbers(names: list[str], line: int) -> None:
    """A first line of numbers is a row of data: its names are missing."""
    numbers = [name for name in names if parse_number(name, ".") is not None or parse_number(name, ",") is not None]
    fractions = [name for name in numbers if not name.isdigit()]
    if len(numbers) == len(names) or 2 * len(fractions) >= len(names):
        raise TableError(
            f"Line {line} looks like data ({quote(numbers[0])} is a number), but the first line must hold the columns’ "
            "names. Add a line of names above it; if these numbers are names, put a letter before each.",
            line=line,
        )


def _check_name(name: str, position: int, columns: int, line: int) -> None:
    if not name:
        if position == 1:
            hint = "It may hold row numbers: remove it, or name it “id”."
        elif position == columns:
            hint = "Perhaps the line ends with a separator: remove it in every line, or name the column."
        else:
            hint = "Give it a name in the first line."
        raise TableError(f"Column {position} has no name. {hint}", line=line)
    if len(name) > MAX_NAME:
        raise TableError(
            f"The name of column {position}, {quote(name)}, has {len(name):,} characters; the limit is {MAX_NAME}.",
            line=line,
        )
    if INVISIBLE.search(name):
        raise TableError(
            f"The name of column {position}, {quote(name)}, holds an invisible character. Type the name anew.",
            line=line,
        )


def _refuse_duplicates(names: list[str], line: int) -> None:
    seen: dict[str, int] = {}
    for position, name in enumerate(names, 1):
        if name in seen:
            raise TableError(
                f"Columns {seen[name]} and {position} are both named {quote(name)}. Rename one of them.",
                line=line,
                column=name,
            )
        seen[name] = position
