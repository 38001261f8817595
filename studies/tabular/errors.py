"""The one error of this package, and how it quotes what it found."""

from collections.abc import Sequence
from typing import Any

MAX_QUOTE = 40


class TableError(ValueError):
    """A table that cannot be read as asked. The message is a whole sentence for the person who uploaded it.

    `line` counts lines of the file from 1; `column` is a column's name.
    """

    def __init__(self, message: str, line: int | None = None, column: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def quote(value: str) -> str:
    """A value from the file as it may stand in a sentence: short, on one line, nothing invisible."""
    shown = "".join(c if c.isprintable() else "\ufffd" for c in value[: MAX_QUOTE + 1])
    return f"“{shown[:MAX_QUOTE]}…”" if len(shown) > MAX_QUOTE else f"“{shown}”"


def listed(words: Sequence[str], most: int = 5) -> str:
    """'“a”, “b” and 3 more': the first few values of a list, quoted."""
    shown = ", ".join(quote(word) for word in words[:most])
    return shown if len(words) <= most else f"{shown} and {len(words) - most:,} more"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """'1 row', '2,000 rows'."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def warning(code: str, message: str, column: str | None = None, level: str = "", **figures: Any) -> dict[str, Any]:
    """What a person should know about a table that was read all the same; level and figures only where given."""
    found: dict[str, Any] = {"code": code, "column": column, "message": message}
    return found | ({"level": level} if level else {}) | ({"figures": figures} if figures else {})


def condense(warnings: list[dict[str, Any]], most: int = 5) -> list[dict[str, Any]]:
    """At most `most` warnings of a code about single columns, and one that names the columns of the others."""
    kept: list[dict[str, Any]] = []
    rest: dict[str, list[str]] = {}
    levels: dict[str, str] = {}
    seen: dict[str, int] = {}
    for item in warnings:
        code, column = item["code"] or "", item["column"]
        seen[code] = seen.get(code, 0) + (column is not None)
        if column is None or seen[code] <= most:
            kept.append(item)
        else:
            rest.setdefault(code, []).append(column)
            levels[code] = item.get("level", "")
    for code, columns in rest.items():
        message = f"The same holds for {counted(len(columns), 'more column')}: {listed(columns)}."
        summary = warning(code, message, None, levels[code], columns=columns)
        kept.insert(max(i for i, item in enumerate(kept) if item["code"] == code) + 1, summary)
    return kept
