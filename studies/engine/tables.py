"""From a stored dataset version to the arrays that evaluation works on."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studies.engine.store.cache import table_path
from studies.evaluation import Table
from studies.models import DatasetVersion
from studies.tabular import Column, load_table
from studies.tabular.moments import moments

CODED = {"category", "boolean", "text", "id", "date"}


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
    path: str, features: Sequence[str], target: str, task: str, group: str = "", time: str = ""
) -> Table:
    """Read the stored columns; kept in memory between trials (a stored file never changes)."""
    columns = {column.name: column for column in load_table(Path(path))}
    if target not in columns:
        raise ValueError(f"There is no column {target!r}; choose one of {', '.join(sorted(columns))}")
    known, y, classes = target_values(columns[target], task)
    used = [columns[name] for name in features]
    if not used:
        raise ValueError("No column has the role feature. Give at least one column that role on the dataset's page.")
    return Table(
        X=np.column_stack([_numbers(column)[known] for column in used]),
        y=y,
        task=task,
        names=tuple(column.name for column in used),
        categorical=tuple(column.kind in CODED for column in used),
        levels=tuple(column.levels if column.kind in CODED else () for column in used),
        classes=classes,
        target=target,
        groups=group_codes(columns[group])[known] if group else None,
        order=moments(columns[time])[known] if time else None,
    )


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
