"""Rows that hang together, or are too few: copies, rows of one thing, an order, more columns than rows."""

import re
from collections.abc import Sequence

import numpy as np

from studies.tabular.belonging import FEWEST_DAYS, MOST_MISSING
from studies.tabular.columns import Column
from studies.tabular.errors import counted, quote, warning
from studies.tabular.moments import moments
from studies.tabular.records import Warnings
from studies.tabular.roles import suggest_task
from studies.tabular.row_hash import occurrences, row_hashes
from studies.tabular.typing import names_an_id

SOME_ROWS = 20
FEWEST_THINGS = 10
ROWS_PER_THING = (1.1, 50)
SHAPES_LOOKED_AT = 1_000
LONGEST_CODE = 40
BIRTH = re.compile(r"birth|born|(?:^|[_\-. ])dob(?:$|[_\-. ])", re.IGNORECASE)  # says nothing of when the row was


def check_rows(columns: Sequence[Column]) -> Warnings:
    """Warnings of the codes `duplicate_rows`, `wide`, `sorted_by_target`, `grouped`, `timed`, `dated` and `repeats`."""
    return [*_check_copies(columns), *_check_width(columns), *_check_order(columns), *_check_things(columns)]


def _check_copies(columns: Sequence[Column]) -> Warnings:
    used = [column for column in columns if column.role in ("feature", "target")]
    twice = int((occurrences(row_hashes(used)) > 0).sum()) if used else 0
    if not twice:
        return []
    rows = used[0].rows
    most = 2 * (rows - twice) < rows
    message = (
        f"{counted(twice, 'row')} of {rows:,} {'is a copy' if twice == 1 else 'are copies'} of another row in every "
        "feature and the target. Copies on both sides of a split make scores look better than they are: "
    )
    message += (
        "where most rows are copies, folds cannot keep them together. Is a column missing that tells the rows apart?"
        if most
        else "folds keep them together."
    )
    return [warning("duplicate_rows", message, None, "asks" if most else "notes", rows=twice, of=rows)]


def _check_width(columns: Sequence[Column]) -> Warnings:
    features, rows = sum(column.role == "feature" for column in columns), columns[0].rows
    if features <= rows:
        return []
    message = f"The table has more features ({features:,}) than rows ({rows:,}): scores will be uncertain."
    return [warning("wide", message, None, "notes", features=features, rows=rows)]


def _check_order(columns: Sequence[Column]) -> Warnings:
    """Sorted by class: the first fold of an unshuffled split would hold one class."""
    roles = {column.role: column for column in columns}
    target = roles.get("target")
    if target is None or "time" in roles or "group" in roles or suggest_task(target) != "classification":
        return []
    values = target.values[~target.missing]
    runs = 1 + int(np.count_nonzero(values[1:] != values[:-1]))
    if len(values) < SOME_ROWS or runs < 2 or runs != len(np.unique(values)):
        return []
    message = f"The rows come sorted by the target {quote(target.name)}. Folds are shuffled, so each holds every class."
    return [warning("sorted_by_target", message, target.name, "notes", runs=runs)]


def _check_things(columns: Sequence[Column]) -> Warnings:
    """What rows belong to: the group and the time that are known, and columns that might be a group."""
    roles = {column.role: column for column in columns}
    group, time = roles.get("group"), roles.get("time")
    found: Warnings = []
    if group is not None and (things := _things(group)) < (rows := int((~group.missing).sum())):
        message = (
            f"{quote(group.name)} repeats: {counted(rows, 'row')} of {things:,} different values. Rows of one value "
            "stay on one side of every split."
        )
        found.append(warning("grouped", message, group.name, "notes", rows=rows, groups=things))
    if time is not None:
        message = f"{quote(time.name)} says when each row was"
        message += (
            ", but folds go by the group: rows of one value may lie before and after others."
            if group is not None
            else ": folds are blocks of time, each predicted from the rows before it."
        )
        found.append(warning("timed", message, time.name, "notes"))
    else:
        found.extend(warning for column in columns for warning in _check_dates(column))
    if group is None:
        found.extend(warning for column in columns for warning in _check_repeats(column))
    return found


def _check_dates(column: Column) -> Warnings:
    """A date that may be when each row was, though its name does not say so."""
    if column.role not in ("feature", "ignored") or column.kind != "date" or BIRTH.search(column.name):
        return []
    days = moments(column)
    days = days[~np.isnan(days)]
    different = len(np.unique(days))
    if different < FEWEST_DAYS or len(days) < (1 - MOST_MISSING) * column.rows:
        return []
    steps = np.diff(days)
    ordered = bool(np.all(steps >= 0) or np.all(steps <= 0))
    order = "and the rows stand in its order" if ordered else "and the rows stand in no order of it"
    message = (
        f"{quote(column.name)} has {different:,} different dates, {order}. If it says when each row was, and new rows "
        "will be later ones, split by time: each block is then predicted from the rows before it."
    )
    return [warning("dated", message, column.name, "asks" if ordered else "notes", dates=different)]


def _check_repeats(column: Column) -> Warnings:
    """A column that looks like names or numbers of things of which several rows tell."""
    if column.role not in ("feature", "ignored") or column.kind not in ("category", "text", "integer", "id"):
        return []
    if not (names_an_id(column.name) or _looks_like_codes(column)):
        return []
    rows, things = int((~column.missing).sum()), _things(column)
    least, most = ROWS_PER_THING
    if things < FEWEST_THINGS or not least * things <= rows <= most * things or 2 * rows < column.rows:
        return []
    message = (
        f"{quote(column.name)} repeats: {counted(rows, 'row')} of {things:,} different values. If rows of one value "
        "are of one person or thing, having it on both sides of a split makes scores too good: split by it."
    )
    return [warning("repeats", message, column.name, "asks", rows=rows, groups=things)]


def _looks_like_codes(column: Column) -> bool:
    """Words of one pattern of letters and digits, such as P-00412, with at least three digits."""
    if column.is_numeric or not column.levels:
        return False
    some = column.levels[:: max(1, len(column.levels) // SHAPES_LOOKED_AT)]
    shape = re.sub(r"[^\W\d_]+", "a", re.sub(r"\d", "9", some[0]))
    return (
        shape.count("9") >= 3
        and max(map(len, some)) <= LONGEST_CODE
        and not any(" " in word for word in some)
        and all(re.sub(r"[^\W\d_]+", "a", re.sub(r"\d", "9", word)) == shape for word in some)
    )


def _things(column: Column) -> int:
    """How many different values there are."""
    return len(np.unique(column.values[~column.missing]))
