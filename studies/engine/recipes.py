"""A stored trial as a Python file that rebuilds it with scikit-learn alone."""

from collections.abc import Collection
from typing import Any

import numpy as np

from studies.evaluation import Plan, Table
from studies.evaluation.recipe import Source, Tried, write_recipe, write_snippet
from studies.models import DatasetVersion, Study, Trial, TrialState
from studies.tabular import load_rows, load_table
from studies.tabular.cells import MISSING_WORDS
from studies.tabular.content import ENCODINGS
from studies.tabular.date_features import date_part
from studies.tabular.dress import undress

from .child import trial_seed
from .store.cache import table_path
from .store.versions import reading_options
from .tables import date_parts, evaluation_table, table_source


class NoRecipe(Exception):
    """The trial cannot be written down; the message says why."""


def recipe_of(trial: Trial) -> str:
    """The file's text. Raises NoRecipe."""
    study = trial.study
    if trial.state != TrialState.COMPLETE:
        raise NoRecipe("Only a complete trial has a recipe: its fold scores are part of it.")
    try:
        table, plan = _data(study)
        return write_recipe(table, plan, _source(study, table), _tried(study, trial))
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise NoRecipe(f"This version of the site cannot rebuild the trial: {error}") from error


def snippet_of(trial: Trial) -> str:
    """The pipeline alone, as an expression. Raises NoRecipe."""
    study = trial.study
    try:
        return write_snippet(*_data(study), _tried(study, trial))
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise NoRecipe(f"This version of the site cannot rebuild the trial: {error}") from error


def _data(study: Study) -> tuple[Table, Plan]:
    if study.plan is None:
        raise ValueError("the study was not launched yet.")
    table = evaluation_table(study.dataset_version, study.target, study.task)
    return table, Plan.from_bytes(study.plan.fold_of_row)


def _tried(study: Study, trial: Trial) -> Tried:
    facts = {"STUDY": study.name, "TRIAL": trial.number, "DATASET": str(study.dataset_version)}
    seed = trial_seed(study.seed, trial.number)
    return Tried(study.estimator, trial.config, seed, study.metric, trial.fold_scores, facts)


def _source(study: Study, table: Table) -> Source:
    version = study.dataset_version
    said = reading_options(version)
    return Source(
        sha256=version.content_hash,
        encoding=ENCODINGS[version.encoding],
        separator=version.separator,
        decimal=version.decimal,
        missing=MISSING_WORDS | {word.strip().casefold() for word in said.get("missing_words", [])},
        classes=_classes(version, study.target, table),
        held_out=_held_out(version),
        dates=_dates(study),
        date_part=date_part,
        dress=_dress(version, {study.target, *table.names}),
        undress=undress,
        names_in_file=said.get("header") != "none",
        read_as=said.get("read_as", {}),
    )


def _dress(version: DatasetVersion, used: Collection[str]) -> dict[str, tuple[str, str, str, str]]:
    """What the file has beside the numbers of a column, of those that the study uses."""
    found = {column.name: column.profile.get("dress") for column in version.columns.all() if column.name in used}
    return {
        name: (dress["before"], dress["after"], dress["thousands"], dress["mark"])
        for name, dress in found.items()
        if dress
    }


def _dates(study: Study) -> dict[str, tuple[str, str, bool]]:
    """Of each feature that is part of a date, the column, the part and the order of day and month."""
    path, features, *_ = table_source(study.dataset_version, study.target, study.task)
    return {
        name: (date.column, part, date.day_first)
        for date in date_parts(path, features)
        for name, part in date.parts.items()
    }


def _held_out(version: DatasetVersion) -> np.ndarray | None:
    """Which rows of the file no study sees: those that the table does not have."""
    rows = load_rows(table_path(version))
    if rows is None:
        return None
    held = np.ones(version.all_rows, dtype=np.bool_)
    held[rows] = False
    return held


def _classes(version: DatasetVersion, target: str, table: Table) -> tuple[Any, ...]:
    """As the file has them: a table rounds the names of classes that are numbers."""
    column = next(column for column in load_table(table_path(version)) if column.name == target)
    if not table.classes or not column.is_numeric:
        return table.classes
    values = np.unique(column.values[~column.missing]).tolist()
    return tuple(int(value) if value.is_integer() else value for value in values)
