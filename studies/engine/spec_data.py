"""The data of a spec: which version, which column is predicted, and what that makes of the task."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from studies.evaluation import Table
from studies.models import Column, DatasetVersion
from studies.tabular import Column as StoredColumn
from studies.tabular import check_target, load_table, suggest_task

from .spec_errors import nearest, quote
from .spec_examination import Examination
from .spec_fields import Fields
from .store.cache import table_path
from .store.versions import StorageAway
from .tables import date_parts, evaluation_table, table_source

TASKS = ("classification", "regression")
MAX_ID = 2**63 - 1


def examine_data(spec: Fields, found: Examination) -> None:
    """Sets version, target, task and table."""
    found.version = _version(spec, found)
    if found.version is None:
        return
    try:
        _examine_target(spec, found, found.version)
    except StorageAway as error:
        spec.wrong("dataset_version", f"{error} Try again, or tell whoever runs the site.")


def _examine_target(spec: Fields, found: Examination, version: DatasetVersion) -> None:
    column = _target(spec, found, version)
    if column is None:
        return
    found.target = column.name
    found.task = _task(spec, found, version, column)
    if found.task is not None:
        found.whole = found.table = _table(spec, version, found.target, found.task)
    if found.whole is not None and found.task is not None:
        path, features, *_ = table_source(version, found.target, found.task)
        for date in date_parts(path, features):
            found.decide(f"Date: {date.column} is read as {', '.join(date.parts.values())}.")


def usual_task(version: DatasetVersion, target: str) -> str:
    """Words are classes; so are whole numbers with few different values; all other numbers are regression."""
    return suggest_task(next(column for column in stored_columns(version) if column.name == target))


def stored_columns(version: DatasetVersion) -> list[StoredColumn]:
    """The version's columns as they lie on disk, with the roles that they have today."""
    roles = {column.name: column.role for column in version.columns.all()}
    path = table_path(version)
    return [replace(column, role=roles[column.name]) for column in _read(str(path), path.stat().st_mtime_ns)]


@lru_cache(maxsize=4)
def _read(path: str, written: int) -> list[StoredColumn]:
    return load_table(Path(path))


def _version(spec: Fields, found: Examination) -> DatasetVersion | None:
    number = spec.raw("dataset_version")
    if number is None:
        spec.wrong("dataset_version", "dataset_version is missing; it must be the id of one of your dataset versions.")
        return None
    if not isinstance(number, int) or isinstance(number, bool):
        spec.wrong("dataset_version", f"dataset_version is {quote(number)}; it must be a version's id, a whole number.")
        return None
    rows = (
        DatasetVersion.objects.of_team(found.team)
        .ready()
        .select_related("dataset__held_out")
        .prefetch_related("columns")
    )
    version = rows.filter(pk=number).first() if 0 < number <= MAX_ID else None
    if version is None:
        spec.wrong("dataset_version", f"There is no such dataset version: {quote(number)}.")
    return version


def _target(spec: Fields, found: Examination, version: DatasetVersion) -> Column | None:
    name = spec.raw("target")
    columns = {column.name: column for column in version.columns.all()}
    if name is None:
        if version.target is None:
            spec.wrong("target", f"{version} has no target column of its own; name the column to predict.")
        else:
            found.decide(f"Target: {version.target.name}, as the dataset has it.")
        return version.target
    if not isinstance(name, str) or name not in columns:
        spec.wrong("target", f"{version} has no column {quote(name)}. {nearest(name, columns)}")
        return None
    return columns[name]


def _task(spec: Fields, found: Examination, version: DatasetVersion, column: Column) -> str | None:
    if spec.raw("task") not in (None, "auto"):
        return spec.choice("task", TASKS)
    task = usual_task(version, column.name)
    why = f"{column.name} is of kind {column.kind}"
    if column.kind == Column.Kind.INTEGER:
        why += " with few different values" if task == "classification" else " with many different values"
    found.decide(f"Task: {task}, because {why}.")
    return task


def _table(spec: Fields, version: DatasetVersion, target: str, task: str) -> Table | None:
    for sentence in check_target(stored_columns(version), target, task):
        spec.wrong("target", sentence)
        return None
    try:
        return evaluation_table(version, target, task)
    except ValueError as error:
        spec.wrong("target", f"{str(error).rstrip('.')}.")
        return None
