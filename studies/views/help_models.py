"""The catalogue for the help: each model with the space that a usual table would get."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from studies.evaluation import Table, catalogue
from studies.evaluation.estimators.entry import Entry
from studies.plots.numbers import format_parameter

ROWS, NUMBERS, CATEGORIES = 1000, 8, 2


@dataclass(frozen=True)
class SearchedParameter:
    name: str
    range: str
    why: str


@dataclass(frozen=True)
class Model:
    entry: Entry
    pipeline: str
    parameters: list[SearchedParameter]
    no_probabilities: bool


@cache
def models() -> list[Model]:
    return [_model(entry) for entry in catalogue.values()]


def _model(entry: Entry) -> Model:
    table = usual_table(entry.tasks[0])
    searched = [
        SearchedParameter(parameter["name"], _range(parameter), parameter.get("why", ""))
        for parameter in entry.space(table)["parameters"]
        if parameter["type"] != "constant"
    ]
    silent = "classification" in entry.tasks and not entry.probabilities
    return Model(entry, entry.describe(table), searched, silent)


def _range(parameter: dict[str, Any]) -> str:
    """Such as "0.03 to 1,000, log, while kernel is rbf"."""
    if "choices" in parameter:
        said = ", ".join(format_parameter(choice) for choice in parameter["choices"])
    elif "low" in parameter:
        said = f"{format_parameter(parameter['low'])} to {format_parameter(parameter['high'])}"
        said += ", log" if parameter.get("log") else ""
    else:
        said = "yes or no"
    while_ = [
        f"{parent} is {' or '.join(format_parameter(value) for value in allowed)}"
        for parent, allowed in (parameter.get("when") or {}).items()
    ]
    return f"{said}; while {' and '.join(while_)}" if while_ else said


def usual_table(task: str) -> Table:
    """Numbers with a few gaps and two categories; nothing depends on what is in it."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(ROWS, NUMBERS + CATEGORIES))
    X[:, NUMBERS:] = rng.integers(0, 5, (ROWS, CATEGORIES))
    X[rng.random(X.shape) < 0.02] = np.nan
    y = rng.normal(size=ROWS) if task == "regression" else rng.choice(["no", "yes"], ROWS)
    return Table.from_arrays(X, y, task, categorical=range(NUMBERS, NUMBERS + CATEGORIES))
