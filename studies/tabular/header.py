"""The line with the columns' names: unique and readable, or made so."""

import re
import unicodedata
from itertools import count
from typing import Any

from studies.tabular.errors import TableError, quote, warning
from studies.tabular.numbers import parse_number

MAX_COLUMNS = 2_000
MAX_NAME = 200
# Characters that hide or reorder text: a name made of them could pass for another one.
INVISIBLE = re.compile("[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def check_header(cells: list[str], line: int) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """The columns' names, stripped and in Unicode normal form C, and which of them we gave: a column without a name is
    called by its place, the second of two namesakes gets a number. TableError where they cannot serve."""
    _check_width(cells, line)
    names = [unicodedata.normalize("NFC", cell.strip()) for cell in cells]
    _refuse_numbers(names, line)
    for position, name in enumerate(names, 1):
        _check_name(name, position, line)
    return _told_apart(names)


def make_header(cells: list[str], line: int) -> tuple[str, ...]:
    """Names for a table that has none: column_1, column_2, ..."""
    _check_width(cells, line)
    return tuple(f"column_{position}" for position in range(1, len(cells) + 1))


def _check_width(cells: list[str], line: int) -> None:
    if len(cells) > MAX_COLUMNS:
        raise TableError(f"The table has {len(cells):,} columns; the limit is {MAX_COLUMNS:,}.", line=line)
    if len(cells) < 2:
        raise TableError(
            f"Only one column was found, {quote(cells[0].strip())}. A table needs a target and at least one feature, "
            "separated by commas, semicolons, tabs or pipes (|).",
            line=line,
        )


def _told_apart(names: list[str]) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    taken, first, found = set(names), dict[str, int](), list[str]()
    warnings: list[dict[str, Any]] = []
    for position, name in enumerate(names, 1):
        if name and name not in first:
            first[name] = position
            found.append(name)
            continue
        new = _free(name or f"column_{position}", taken)
        taken.add(new)
        found.append(new)
        if name:
            both = f"Columns {first[name]} and {position} are both named {quote(name)}"
            message = f"{both}: the latter is {quote(new)} here."
        else:
            message = f"Column {position} has no name in the first line: it is {quote(new)} here."
        warnings.append(warning("renamed", message, new))
    return tuple(found), warnings


def _free(name: str, taken: set[str]) -> str:
    """The name, with the first number that makes it different from those that are taken."""
    names = (f"{name[: MAX_NAME - 6]}_{number}" for number in count(2))
    return name if name not in taken else next(new for new in names if new not in taken)


def _refuse_numbers(names: list[str], line: int) -> None:
    """A first line of numbers is a row of data: its names are missing."""
    numbers = [name for name in names if parse_number(name, ".") is not None or parse_number(name, ",") is not None]
    fractions = [name for name in numbers if not name.isdigit()]
    if len(numbers) == len(names) or 2 * len(fractions) >= len(names):
        raise TableError(
            f"Line {line} looks like data ({quote(numbers[0])} is a number), but the first line must hold the columns’ "
            "names. Add a line of names above it, or choose that it has none; if these numbers are names, put a "
            "letter before each.",
            line=line,
        )


def _check_name(name: str, position: int, line: int) -> None:
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
