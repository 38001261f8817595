"""Is "1,5" one and a half? The decimal mark of each column, from what its cells show and, in doubt, from the others."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from studies.tabular.cells import clean_cells
from studies.tabular.errors import quote, warning
from studies.tabular.numbers import INTEGER, NUMBER, Mark
from studies.tabular.records import Grid, Warnings

# "12,500" is 12.5 in one country and 12500 in another.
THOUSANDS_LIKE = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
DOUBT = "?"


@dataclass(frozen=True)
class Marks:
    """The decimal mark of each column, and those that may be meant where numbers have units or the like beside them:
    the usual one of the table first."""

    of_column: list[Mark]
    in_dress: tuple[Mark, ...]


def find_mark(values: Iterable[str]) -> str | None:
    """The mark that a column's values show; DOUBT where it may be thousands; None where they are not all numbers."""
    marks: set[str] = set()
    for value in values:
        if INTEGER.fullmatch(value):
            continue
        if NUMBER["."].fullmatch(value):
            # "5e-3" has no mark to show.
            marks.update("." if "." in value else "")
        elif THOUSANDS_LIKE.fullmatch(value):
            marks.add(DOUBT)
        elif NUMBER[","].fullmatch(value):
            marks.add(",")
        else:
            return None
    if marks == {",", DOUBT}:
        return ","
    return marks.pop() if len(marks) == 1 else None


def find_marks(
    grid: Grid,
    missing_words: frozenset[str],
    read_as: Mapping[str, Mapping[str, str]],
    separator: str,
    decimal: Mark | None,
) -> tuple[Marks, Warnings]:
    """The decimal marks, and what was in doubt; a mark that a person gave holds for all."""
    if decimal is not None:
        return Marks([decimal] * len(grid.names), (decimal,)), []

    def shown(index: int) -> str | None:
        name = grid.names[index]
        return find_mark(clean_cells(name, grid.cells(index), grid.lines, missing_words, read_as.get(name)).counts)

    # Only a column whose cells hold commas can have a decimal comma: most tables are not looked at twice.
    found = {index: shown(index) for index in range(len(grid.names)) if grid.holds_comma[index]}
    doubtful = [index for index, mark in found.items() if mark == DOUBT]
    usual: Mark = "," if "," in found.values() or (found and separator != ",") else "."
    if doubtful and "," not in found.values():
        others = (shown(index) for index in range(len(grid.names)) if index not in found)
        usual = "." if separator == "," or "." in others else ","
    marks: list[Mark] = ["."] * len(grid.names)
    for index, mark in found.items():
        marks[index] = mark if mark in (".", ",") else usual
    warnings = [_read_as_decimals(grid.names[index]) for index in doubtful if usual == ","]
    return Marks(marks, (",", ".") if usual == "," else (".", ",")), warnings


def _read_as_decimals(name: str) -> dict[str, str | None]:
    message = (
        f"Column {quote(name)} is read with a decimal comma: “12,500” as 12.5. If the commas mark thousands, remove "
        "them from the file."
    )
    return warning("decimal_comma", message, name)
