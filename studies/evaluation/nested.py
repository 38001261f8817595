"""Nested cross-validation: a whole search is run anew without the rows that its choice is then scored on.

| symbol | meaning |
|---|---|
| K | outer folds that are replayed; each is a validation fold of the study's own plan, first repeat |
| b_k | best CV that the search inside outer fold k found |
| s_k | score of that choice on the rows of outer fold k, fitted on all other rows |

Over-fitting to validation: mean over k of b_k - s_k, turned so that more is worse for the search. Score: of the pooled
rows where the metric is a mean over rows, with an interval by their bootstrap; else the mean of s_k, with C. Nadeau and
Y. Bengio's interval (Machine Learning 52, 2003), as the rows of one training part are also in the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from .drawing import largest_folds, make_plan
from .honesty import fresh_interval
from .metrics import Metric, get_metric
from .predictions import Predictions
from .splits import FOLDS, LEFT_OUT, Plan
from .table import Table

SURE = 0.95


@dataclass(frozen=True, eq=False)
class OuterScore:
    """rows: (n,) true for the m rows of the outer fold. score: s_k. best: b_k. predictions: of the m rows, in order."""

    rows: NDArray[np.bool_]
    score: float
    best: float
    predictions: Predictions


@dataclass(frozen=True)
class NestedScore:
    """In the metric's unit and direction. low, high: 95 % interval, None from a single fold. by: "rows" or "folds".

    optimism: over-fitting found, in the good direction of the metric; below 0 none was found. rows: how many scored.
    """

    score: float
    low: float | None
    high: float | None
    by: str
    optimism: float
    rows: int


def outer_rows(plan: Plan, fold: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(n,) and (n,): the rows that outer fold number `fold` learns from, and those that it is scored on."""
    if plan.kind == "time":
        raise ValueError("Blocks of time have no outer folds: each is judged by what was learnt from all earlier ones.")
    line = plan.fold_of_row[0]
    return (line != fold) & (line != LEFT_OUT), line == fold


def inner_plan(table: Table, plan: Plan, fold: int, seed: int = 0) -> Plan:
    """Folds like those of the plan over the rows that outer fold `fold` learns from; its own rows are left out.

    A class or a group may be rarer there: then there are as many folds as it allows. ValueError when that is one.
    """
    train, _ = outer_rows(plan, fold)
    seen = table.subset(train)
    possible, limit = largest_folds(seen, plan.kind)
    if possible < FOLDS[0]:
        raise ValueError(f"Without the rows of fold {fold + 1}, no search can be validated: {limit}.")
    drawn = make_plan(seen, plan.kind, min(plan.folds, possible), plan.repeats, seed)
    fold_of_row = np.full((plan.repeats, table.n_rows), LEFT_OUT, dtype=np.uint8)
    fold_of_row[:, train] = drawn.fold_of_row
    return Plan(plan.kind, drawn.folds, plan.repeats, seed, fold_of_row)


def nested_score(
    y: NDArray[Any], outer: Sequence[OuterScore], metric: str, groups: NDArray[Any] | None = None
) -> NestedScore:
    """What all outer folds say together. y: (n,) the table's target; groups: (n,), resampled whole, or None.

    ValueError without an outer fold.
    """
    if not outer:
        raise ValueError("No outer fold was scored.")
    wanted = get_metric(metric)
    sign = 1.0 if wanted.maximize else -1.0
    optimism = sign * float(np.mean([fold.best - fold.score for fold in outer]))
    rows = sum(int(fold.rows.sum()) for fold in outer)
    if wanted.additive and (by_rows := _by_rows(y, outer, wanted, groups)) is not None:
        return NestedScore(*by_rows, "rows", optimism, rows)
    return NestedScore(*_by_folds([fold.score for fold in outer]), "folds", optimism, rows)


def _by_rows(
    y: NDArray[Any], outer: Sequence[OuterScore], metric: Metric, groups: NDArray[Any] | None
) -> tuple[float, float, float] | None:
    """Score and interval of the pooled rows; None where there are too few to be resampled."""
    at = np.concatenate([np.flatnonzero(fold.rows) for fold in outer])
    truth, labels = y[at], None if groups is None else groups[at]
    try:
        found = fresh_interval(truth, _pooled(outer), metric.key, labels)
    except ValueError:
        return None
    return found.score, found.low, found.high


def _pooled(outer: Sequence[OuterScore]) -> Predictions:
    """The predictions of all outer folds, one after another."""
    parts: dict[str, Any] = {}
    for field in fields(Predictions):
        arrays = [getattr(fold.predictions, field.name) for fold in outer]
        if all(array is not None for array in arrays):
            parts[field.name] = np.concatenate(arrays, axis=1)
    return Predictions(**parts)


def _by_folds(scores: Sequence[float]) -> tuple[float, float | None, float | None]:
    count, mean = len(scores), float(np.mean(scores))
    if count < 2:
        return mean, None, None
    error = float(np.std(scores, ddof=1)) * sqrt(1.0 / count + 1.0 / (count - 1))
    half = float(student.ppf(0.5 + SURE / 2.0, count - 1)) * error
    return mean, mean - half, mean + half
