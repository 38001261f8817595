"""From a stored dataset version to the arrays that evaluation works on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studies.engine.store.cache import table_path
from studies.evaluation import Table
from studies.models import DatasetVersion
from studies.tabular import Column, load_table, stored_kinds
from studies.tabular.date_features import numbers_of, parts_of
from studies.tabular.moments import moments

CODED = {"category", "boolean", "text", "id", "date"}


@dataclass(frozen=True)
class DateParts:
    """What a column of dates is to a model: its parts by the name of the feature that each becomes."""

    column: str
    parts: dict[str, str]
    day_first: bool


def evaluation_table(version: DatasetVersion, target: str, task: str) -> Table:
    """The version's features and target as arrays, with its groups and times; rows without a target are left out.

    Raises ValueError when the target cannot serve the task.
    """
    return table_from_file(*table_source(version, target, task))


def table_source(
    version: DatasetVersion, target: str, task: str, on_piece: Callable[[], None] | None = None
) -> tuple[str, tuple[str, ...], str, str, str, str]:
    """The arguments of `table_from_file`, read while the database is open; see `table_path` for what it may raise."""
    columns = [column for column in version.columns.all() if column.name != target]  # one query, not one for each role
    features = tuple(column.name for column in columns if column.role == "feature")
    named = {column.role: column.name for column in columns}
    group, time = named.get("group", ""), named.get("time", "")
    return str(table_path(version, on_piece)), features, target, task, group, time


@lru_cache(maxsize=4)
def table_from_file(
    path: str, features: Sequence[str], target: str, task: str, group: str = "", time: str = "", like: str = ""
) -> Table:
    """Read the stored columns; kept in memory between trials (a stored file never changes).

    like: the file of the table whose parts of dates this one is to have, where it is not the same: held-out rows.
    """
    columns = {column.name: column for column in load_table(Path(path))}
    if target not in columns:
        raise ValueError(f"There is no column {target!r}; choose one of {', '.join(sorted(columns))}")
    known, y, classes = target_values(columns[target], task)
    used = [columns[name] for name in features]
    if not used:
        raise ValueError("No column has the role feature. Give at least one column that role on the dataset's page.")
    dates = {found.column: found for found in date_parts(like or path, tuple(features))}
    pieces = [piece for column in used for piece in _pieces(column, dates.get(column.name))]
    X = np.empty((int(known.sum()), len(pieces)))
    for place, (_, values, _) in enumerate(pieces):
        X[:, place] = values if known.all() else values[known]
    return Table(
        X=X,
        y=y,
        task=task,
        names=tuple(name for name, _, _ in pieces),
        categorical=tuple(levels is not None for _, _, levels in pieces),
        levels=tuple(levels or () for _, _, levels in pieces),
        classes=classes,
        target=target,
        groups=group_codes(columns[group])[known] if group else None,
        order=moments(columns[time])[known] if time else None,
    )


@lru_cache(maxsize=8)
def date_parts(path: str, features: tuple[str, ...]) -> list[DateParts]:
    """The features that are dates, and the parts that each is worth in all rows of the stored table.

    Not in the rows of a fold or of a target: a feature is there or not for all studies of a version.
    """
    found, taken = [], set(features)
    kinds = stored_kinds(Path(path))
    dated = [name for name in features if kinds.get(name) == "date"]
    for column in load_table(Path(path), dated) if dated else []:
        parts, day_first = parts_of(column)
        names = {}
        for part in parts:
            name = f"{column.name}: {part}"
            while name in taken:  # by a column that somebody called so
                name += " (of the date)"
            taken.add(name)
            names[name] = part
        found.append(DateParts(column.name, names, day_first))
    return found


def _pieces(column: Column, date: DateParts | None) -> list[tuple[str, NDArray[np.float64], tuple[str, ...] | None]]:
    """The features that a column becomes: name, (n,) values, and levels where these are codes."""
    if date is None:
        return [(column.name, _numbers(column), column.levels if column.kind in CODED else None)]
    numbers = numbers_of(column, tuple(date.parts.values()), date.day_first)
    return [(name, values, None) for name, values in zip(date.parts, numbers, strict=True)]


def group_codes(column: Column) -> NDArray[np.int64]:
    """A code for each value. A row without one is a group of its own: nothing says that it belongs to another."""
    values = _numbers(column)
    missing = np.isnan(values)
    _, codes = np.unique(np.where(missing, 0.0, values), return_inverse=True)
    return np.where(missing, len(codes) + np.arange(len(codes)), codes).astype(np.int64)


def _numbers(column: Column) -> NDArray[np.float64]:
    """A column as floats: values as they are, levels as their codes, missing as NaN."""
    values = column.values.astype(np.float64)
    return np.where(values < 0, np.nan, values) if column.kind in CODED else values


def target_values(column: Column, task: str) -> tuple[NDArray[np.bool_], NDArray, tuple[str, ...]]:
    """Which rows have a target, the target of those rows, and the names of the classes; ValueError when it cannot
    serve the task."""
    values = _numbers(column)
    known = np.isfinite(values)
    if task == "regression":
        if column.kind in CODED:
            raise ValueError(f"The target {column.name!r} is a {column.kind}; regression needs numbers")
        return known, values[known], ()
    present, y = np.unique(values[known], return_inverse=True)
    if column.kind in CODED:
        names = tuple(column.levels[int(code)] for code in present)
    else:
        names = tuple(f"{value:g}" for value in present)
    return known, y.astype(np.int64), names
