"""What is wrong with a single column: no value, one, too many, doubtful spellings; groups that part nothing."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from studies.tabular.columns import Column, number_text
from studies.tabular.errors import counted, listed, quote, warning
from studies.tabular.header import INVISIBLE
from studies.tabular.records import Warnings

MANY_LEVELS = 100
LARGE_GROUP = 0.4
MOST_SPELLINGS = 200  # that can be read as others at once
LINE_ENDS = str.maketrans("\r\n\t", "   ")  # as quoted cells hold them: seen, not hidden


def check_column(column: Column) -> Warnings:
    name, rows = quote(column.name), column.rows
    missing = int(column.missing.sum())
    if missing == rows:
        message = f"Column {name} has no values and is set aside."
        return [warning("empty", message, column.name, "notes", rows=rows)]
    found: Warnings = []
    if not missing and column.role == "feature" and (value := _only_value(column)) is not None:
        message = f"Column {name} is {quote(value)} in every row: it tells nothing."
        found.append(warning("constant", message, column.name, "notes", rows=rows))
    if column.role == "ignored" and column.kind == "id":
        found.append(warning("set_aside", f"Column {name} is set aside: {column.why}.", column.name, "notes"))
    if missing * 2 > rows and column.role == "feature":
        message = f"Column {name} is missing in {missing:,} of {rows:,} rows."
        found.append(warning("mostly_missing", message, column.name, "asks", rows=missing, of=rows))
    if column.role in ("group", "time"):
        found.extend(_check_belonging(column, missing))
    if column.kind == "category" and column.role != "group":
        found.extend(_check_levels(column, column.levels))
    return found


def _only_value(column: Column) -> str | None:
    """The value of every row; None where there are several."""
    if not bool((column.values == column.values[0]).all()):
        return None
    return number_text(float(column.values[0])) if column.is_numeric else column.levels[int(column.values[0])]


def _check_belonging(column: Column, missing: int) -> Warnings:
    """What a group or a time column does to the folds that go by it."""
    name, found = quote(column.name), []
    if missing:
        rows = f"{counted(missing, 'row')} {'has' if missing == 1 else 'have'} no value of the {column.role} {name}"
        end = "each counts as a group of its own" if column.role == "group" else "blocks of time leave them out"
        found.append(warning(f"missing_{column.role}", f"{rows}: {end}.", column.name, "notes", rows=missing))
    if column.role != "group":
        return found
    words, counts = column.distinct()
    if len(words) == column.rows - missing:
        message = f"Every value of the group {name} is different: folds of such groups protect from nothing."
        found.append(warning("lone_groups", message, column.name, "asks", groups=len(words)))
    elif counts.max() > LARGE_GROUP * column.rows:
        most, share = words[int(counts.argmax())], float(counts.max() / column.rows)
        message = f"{share:.0%} of the rows are of the group {quote(most)}: folds cannot be even."
        found.append(warning("large_group", message, column.name, "asks", share=round(share, 4)))
    return found


def _check_levels(column: Column, words: Sequence[str]) -> Warnings:
    name, found = quote(column.name), []
    if len(words) > MANY_LEVELS and column.role != "target":
        message = f"Column {name} has {len(words):,} different values: slow to learn from, and easy to learn by heart."
        level = "asks" if column.role == "feature" else "notes"
        found.append(warning("high_cardinality", message, column.name, level, values=len(words)))
    twins = _twins(words)
    if twins:
        more = f", and {counted(len(twins) - 1, 'more such set')}" if len(twins) > 1 else ""
        what = "classes" if column.role == "target" else "values"
        message = f"Column {name} has {what} that differ only in capitals or spaces, such as {listed(twins[0])}{more}."
        level = "asks" if column.role in ("feature", "target") else "notes"
        found.append(warning("spelling", message, column.name, level, sets=len(twins), **_as_one(column, twins)))
    hidden = [word for word in words if INVISIBLE.search(word.translate(LINE_ENDS))]
    if hidden:
        message = f"Column {name} has values with invisible characters, such as {quote(hidden[0])}."
        found.append(warning("invisible", message, column.name, "notes", values=len(hidden)))
    return found


def _twins(words: Sequence[str]) -> list[list[str]]:
    """Words that differ only in capitals or spaces, each set in order. Of hundreds of thousands of words only those are
    kept that share the hash of their spelling with another."""
    hashes = np.fromiter((hash(_spelling(word)) for word in words), np.int64, len(words))
    _, inverse, times = np.unique(hashes, return_inverse=True, return_counts=True)
    spellings: dict[str, list[str]] = {}
    for place in np.flatnonzero(times[inverse] > 1).tolist():
        spellings.setdefault(_spelling(words[place]), []).append(words[place])
    return [words for words in spellings.values() if len(words) > 1]


def _spelling(word: str) -> str:
    return " ".join(word.casefold().split())


def _as_one(column: Column, sets: Sequence[Sequence[str]]) -> dict[str, Any]:
    """What each spelling is to be read as: the most frequent one of its set. Nothing where there are very many."""
    if sum(map(len, sets)) > MOST_SPELLINGS:
        return {}
    words, counts = column.distinct()
    wanted = {word for spellings in sets for word in spellings}
    times = {word: count for word, count in zip(words, counts.tolist(), strict=True) if word in wanted}
    usual = [(max(spellings, key=lambda word: times[word]), spellings) for spellings in sets]
    return {"read_as": {word: first for first, spellings in usual for word in spellings if word != first}}
