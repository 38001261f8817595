"""What a configuration scores on rows that had no part in choosing it: fitted once, then asked about those rows.

The outer folds of a nested audit and the held-out rows are scored here, and by the same recipe.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .estimators import Config, catalogue
from .failures import checked_response, checked_score
from .fold_loop import fold_seed
from .metrics import get_metric
from .predictions import Predictions, PredictionsBuilder
from .responses import respond
from .table import Table


@dataclass(frozen=True, eq=False)
class FreshScore:
    """score: the metric on the m fresh rows together. fit_seconds: wall seconds of the one fit.

    predictions: one repeat of m rows, in the order of the fresh rows. y: (m,) their truth, as codes of `classes` where
    there are classes: the table's own, and behind them those that only fresh rows have.
    """

    score: float
    y: NDArray[Any]
    classes: tuple[str, ...]
    predictions: Predictions
    fit_seconds: float


def score_on_fresh_rows(
    table: Table,
    train: NDArray[np.bool_],
    key: str,
    config: Config,
    metric: str,
    seed: int,
    fresh: Table | NDArray[np.bool_],
) -> FreshScore:
    """Fit a catalogue estimator on the rows `train` (n,) of the table, and score it on fresh ones.

    fresh: (n,) true for rows of the same table, or a table of their own with the same columns (see `in_terms_of`).
    seed: the trial's; the random state is that of its first fold, as in `fit_on_all`.
    KeyError for the estimator. ValueError for rows that are in both, for none, for tables with other columns, and for a
    metric or configuration that the estimator does not take; whatever the library raises while it fits; NonFiniteError
    and MetricUndefinedError where there is no score.
    """
    entry, wanted = catalogue[key], get_metric(metric)
    X, y, classes = _fresh(table, train, fresh)
    seen = table.subset(train)
    if problem := entry.metric_problem(metric, seen):
        raise ValueError(problem)
    pipeline = entry.pipeline(config, seen, fold_seed(seed, 0))
    started = perf_counter()
    pipeline.fit(seen.X, seen.y)
    fit_seconds = perf_counter() - started
    response = respond(pipeline, X, wanted.needs, len(classes))
    checked_response(response)
    score = checked_score(wanted.score(y, response), wanted)
    predictions = PredictionsBuilder(1, len(y), len(classes))
    predictions.add(0, np.arange(len(y)), response)
    return FreshScore(score, y, classes, predictions.build(), fit_seconds)


def in_terms_of(table: Table, fresh: Table) -> Table:
    """Fresh rows with the table's codes for levels and classes, whatever codes they came with.

    A level that the table does not know is missing: no model can have learnt from it. A class that it does not know
    gets a code behind the table's own, so that a row of it counts as wrong. ValueError when the columns, their kinds or
    the tasks differ.
    """
    for what, ours, theirs in (
        ("task", table.task, fresh.task),
        ("columns", table.names, fresh.names),
        ("categorical columns", table.categorical, fresh.categorical),
    ):
        if ours != theirs:
            raise ValueError(f"The fresh rows have other {what} than the table: {theirs}, not {ours}.")
    X = fresh.X.copy()
    for j in fresh.category_columns:
        if fresh.levels[j] != table.levels[j]:
            X[:, j] = _recoded(X[:, j], fresh.levels[j], table.levels[j])
    classes = table.classes + tuple(name for name in fresh.classes if name not in table.classes)
    y = fresh.y
    if classes:
        y = _recoded(y.astype(np.float64), fresh.classes, classes).astype(np.int64)
    return Table(
        X, y, table.task, table.names, table.categorical, table.levels, classes, table.target, fresh.groups, fresh.order
    )


def _fresh(
    table: Table, train: NDArray[np.bool_], fresh: Table | NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[Any], tuple[str, ...]]:
    """Features and truth of the fresh rows, and what the codes of the truth stand for."""
    if isinstance(fresh, Table):
        coded = in_terms_of(table, fresh)
        return coded.X, coded.y, coded.classes
    if (both := int((train & fresh).sum())) > 0:
        raise ValueError(f"{both} rows are to be learnt from and scored; fresh rows are in no training.")
    if not fresh.any():
        raise ValueError("There are no fresh rows to be scored.")
    return table.X[fresh], table.y[fresh], table.classes


def _recoded(codes: NDArray[np.float64], names: Sequence[str], known: Sequence[str]) -> NDArray[np.float64]:
    """Codes of `names` as codes of `known`; NaN for a name that is not known and where there was none."""
    place = {name: float(code) for code, name in enumerate(known)}
    new = np.array([place.get(name, np.nan) for name in names] + [np.nan])
    return np.asarray(new[np.where(np.isnan(codes), len(names), codes).astype(np.int64)])
