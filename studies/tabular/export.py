"""CSV that a spreadsheet opens without running anything: text that would be a formula is written as text."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from studies.tabular.numbers import parse_number

# The last four are their full-width twins, which some spreadsheets take for the same.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_cell(value: object) -> str:
    """A value as it may stand in a CSV file: numbers as they are, None as nothing, "'" before a would-be formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    text = str(value)
    if text.startswith(FORMULA_STARTS) and parse_number(text, ".") is None:
        return "'" + text
    return text


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a CSV file (RFC 4180), one by one, so that a long one can be streamed."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in chain((header,), rows):
        writer.writerow([csv_cell(cell) for cell in row])
        yield _take(buffer)


def _take(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
