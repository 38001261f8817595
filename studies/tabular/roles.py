"""What is each column for? Suggestions: a target, features, and what is set aside with a word why."""

from collections.abc import Mapping, Sequence

import numpy as np

from studies.tabular.belonging import find_group, find_time, group_reason, time_reason
from studies.tabular.columns import ROLES, Column
from studies.tabular.errors import TableError, listed, quote

SET_ASIDE = {
    "id": "an identifier says nothing about new rows",
    "text": "free text is not used",
}
DATE_FEATURE = "a model gets its days, month, day of the week and hour, as far as they vary"
TARGET_NAMES = ("target", "label", "labels", "class", "y", "outcome", "response")
TIME_KINDS = ("date", "integer", "number")
MAX_LEVELS = 1_000
ROWS_PER_LEVEL = 5  # of a category with more levels: fewer say nothing of a level's mean target
MAX_CLASSES = 20
ROWS_PER_CLASS = 5


def assign_roles(columns: Sequence[Column], given: Mapping[str, str]) -> list[Column]:
    """The columns with roles: those that a person gave, and a suggestion for each other one."""
    _check_given(columns, given)
    given = _suggested(columns, given) | dict(given)
    target = next((name for name, role in given.items() if role == "target"), None)
    if target is None:
        target = guess_target([column for column in columns if column.name not in given])
    return [_with_role(column, given.get(column.name), column.name == target) for column in columns]


def roles_of_part(columns: Sequence[Column]) -> list[Column]:
    """Columns of a part of the rows, with the roles of the whole: what is said of them is about the part alone."""
    return [_role_of_part(column) for column in columns]


def _role_of_part(column: Column) -> Column:
    if column.role in ("feature", "ignored") and bool(column.missing.all()):
        return column.in_role("ignored", "it has no values")
    return column.in_role("group", group_reason(column)) if column.role == "group" else column


def _suggested(columns: Sequence[Column], given: Mapping[str, str]) -> dict[str, str]:
    """A group and a time, unless a person has given roles: these say all then, but for a target."""
    if any(role != "target" for role in given.values()):
        return {}
    left = [column for column in columns if column.name not in given and column.name.casefold() not in TARGET_NAMES]
    found = {find_group(left): "group", find_time(left): "time"}
    return {name: role for name, role in found.items() if name is not None}


def guess_target(columns: Sequence[Column]) -> str | None:
    """The column to predict: one named so ("target", "class", "outcome"), else the last usable one."""
    usable = [column for column in columns if _reason_to_ignore(column) is None and column.kind != "date"]
    named = [column.name for column in usable if column.name.casefold() in TARGET_NAMES]
    ending = [column.name for column in usable if column.name.casefold().endswith(("_target", "_label", "_class"))]
    return next(iter([*named, *ending, *(column.name for column in reversed(usable))]), None)


def suggest_task(target: Column) -> str:
    """classification for words, and for whole numbers with few values and enough rows of each; else regression."""
    if not target.is_numeric:
        return "classification"
    values, counts = np.unique(target.values[~target.missing], return_counts=True)
    few = len(values) <= MAX_CLASSES and len(values) * ROWS_PER_CLASS <= counts.sum()
    whole = target.kind == "integer" or (len(values) == 2 and set(values.tolist()) <= {0, 1, -1})
    return "classification" if whole and few else "regression"


def _check_given(columns: Sequence[Column], given: Mapping[str, str]) -> None:
    names = {column.name: column for column in columns}
    for name, role in given.items():
        if name not in names:
            raise TableError(f"There is no column {quote(name)}; the columns are {listed(list(names))}.", column=name)
        if role not in ROLES:
            raise TableError(f"{quote(role)} is not a role; the roles are {', '.join(ROLES)}.", column=name)
    for role in ("target", "group", "time"):
        chosen = [name for name, word in given.items() if word == role]
        if len(chosen) > 1:
            raise TableError(f"Only one column can be the {role}, not {listed(chosen)}.", column=chosen[1])


def _with_role(column: Column, given: str | None, is_target: bool) -> Column:
    if given in _REFUSE:
        _REFUSE[given](column)
    suggested = "target" if is_target else "feature" if _reason_to_ignore(column) is None else "ignored"
    role = given or suggested
    return column.in_role(role, _why(column, role))


def _why(column: Column, role: str) -> str:
    """The reason of its kind, and that of the role, which is the same for a role that a person gave."""
    if role == "feature" and column.kind == "date":
        return DATE_FEATURE
    if role == "ignored":
        return "; ".join(part for part in (column.why, _reason_to_ignore(column)) if part)
    return {"group": group_reason, "time": time_reason}[role](column) if role in ("group", "time") else column.why


def _reason_to_ignore(column: Column) -> str | None:
    """Why a column cannot serve as it is; None where it can."""
    if bool(column.missing.all()):
        return "it has no values"
    levels = column.n_levels
    if column.kind == "category" and levels > MAX_LEVELS and column.rows < ROWS_PER_LEVEL * levels:
        return f"{levels:,} different values are too many for a category of {column.rows:,} rows"
    return SET_ASIDE.get(column.kind)


def _refuse_feature(column: Column) -> None:
    """A person may overrule a doubt, but not make a feature of what no estimator takes."""
    if bool(column.missing.all()):
        raise TableError(f"Column {quote(column.name)} has no values: it cannot be a feature.", column=column.name)
    if column.kind in SET_ASIDE:
        raise TableError(
            f"Column {quote(column.name)} is of kind {column.kind} and cannot be a feature as it is. "
            "Choose category, integer or number as its kind, or ignore it.",
            column=column.name,
        )


def _refuse_group(column: Column) -> None:
    _refuse_empty(column, "group")
    if len(column.counts()) < 2:
        raise TableError(f"Column {quote(column.name)} has one value: it parts no groups.", column=column.name)


def _refuse_time(column: Column) -> None:
    _refuse_empty(column, "time")
    if column.kind not in TIME_KINDS:
        raise TableError(
            f"Column {quote(column.name)} is of kind {column.kind} and cannot be the time. Choose date, integer or "
            "number as its kind.",
            column=column.name,
        )


def _refuse_empty(column: Column, role: str) -> None:
    if bool(column.missing.all()):
        raise TableError(f"Column {quote(column.name)} has no values: it cannot be the {role}.", column=column.name)


_REFUSE = {"feature": _refuse_feature, "group": _refuse_group, "time": _refuse_time}
