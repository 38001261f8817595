"""Cross-validation of one configuration on arrays: our own loop, because we keep every out-of-fold prediction."""

import traceback
import warnings
from collections.abc import Callable
from functools import lru_cache
from time import perf_counter
from typing import Any

import numpy as np

from .estimators import Config, catalogue
from .evaluation import Evaluation
from .failures import check_classes, checked_response, checked_score, explain, reason_of
from .metrics import Metric, get_metric
from .predictions import PredictionsBuilder
from .responses import respond
from .splits import Plan
from .table import Table

OnFold = Callable[[int, float], object]
KEPT_WARNINGS = 5


def evaluate(
    table: Table,
    plan: Plan,
    key: str,
    config: Config,
    metric: str = "accuracy",
    seed: int = 0,
    on_fold: OnFold | None = None,
) -> Evaluation:
    """Fit and score a catalogue estimator on every fold of the plan.

    A configuration that cannot be fitted or scored comes back as a failed Evaluation; only a call that is wrong
    whatever the configuration raises (KeyError for the estimator, ValueError for metric, plan or seed).
    `on_fold(index, score)` is called after each fold; what it raises ends the loop and reaches the caller.
    The entry is asked about the rows that the plan uses: what is left out of every fold does not count.
    """
    entry = catalogue[key]
    _check_rows(table, plan)
    seen = _seen(table, plan)
    problem = entry.problem(seen) or entry.metric_problem(metric, seen)
    if problem:
        return Evaluation("failed", reason="invalid", error=problem)
    return cross_validate(table, plan, get_metric(metric), lambda s: entry.pipeline(config, seen, s), seed, on_fold)


@lru_cache(maxsize=2)
def _seen(table: Table, plan: Plan) -> Table:
    return table if plan.used.all() else table.subset(plan.used)


def _check_rows(table: Table, plan: Plan) -> None:
    if plan.n_rows != table.n_rows:
        raise ValueError(f"The plan is for {plan.n_rows} rows; this table has {table.n_rows}.")


def cross_validate(
    table: Table,
    plan: Plan,
    metric: Metric,
    build: Callable[[int], Any],
    seed: int = 0,
    on_fold: OnFold | None = None,
) -> Evaluation:
    """The loop itself, for any `build(seed)` that makes an unfitted estimator."""
    _check_rows(table, plan)
    if seed < 0:
        raise ValueError(f"A seed is 0 or more, not {seed}.")
    run = _Run(table, plan, metric, build, seed)
    for index in range(plan.n_fits):
        failure = run.fold(index)
        if failure is not None:
            return run.failed(index, failure)
        if on_fold is not None:
            on_fold(index, run.scores[-1])
    return run.complete()


def fold_seed(seed: int, index: int) -> int:
    """The random state of one fold, 0 to 2**32 - 1: from the trial's seed alone, never from global state."""
    return int(np.random.SeedSequence([seed, index]).generate_state(1)[0])


class _Run:
    """What one evaluation gathers on its way."""

    def __init__(self, table: Table, plan: Plan, metric: Metric, build: Callable[[int], Any], seed: int) -> None:
        self.table, self.plan, self.metric, self.build, self.seed = table, plan, metric, build, seed
        self.scores: list[float] = []
        self.fit_seconds: list[float] = []
        self.score_seconds: list[float] = []
        self.warnings: dict[str, None] = {}  # a set that keeps its order
        self.predictions = PredictionsBuilder(plan.repeats, table.n_rows, table.n_classes)

    def fold(self, index: int) -> Exception | None:
        """Fit and score one fold; what went wrong is returned, not raised."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("default")
            try:
                self._fold(index)
            except Exception as error:  # an estimator may raise anything; reason_of sorts it
                return error
            finally:
                self._note(caught)
        return None

    def _fold(self, index: int) -> None:
        table = self.table
        train, valid = self.plan.split(index)
        check_classes(table, train)
        started = perf_counter()
        model = self.build(fold_seed(self.seed, index))
        model.fit(table.X[train], table.y[train])
        fitted = perf_counter()
        response = respond(model, table.X[valid], self.metric.needs, table.n_classes)
        checked_response(response)
        score = checked_score(self.metric.score(table.y[valid], response), self.metric)
        self.predictions.add(index // self.plan.folds, valid, response)
        self.scores.append(score)
        self.fit_seconds.append(fitted - started)
        self.score_seconds.append(perf_counter() - fitted)

    def _note(self, caught: list[warnings.WarningMessage]) -> None:
        for warning in caught:
            if len(self.warnings) < KEPT_WARNINGS:
                self.warnings[f"{warning.category.__name__}: {explain(warning.message)}"] = None

    def complete(self) -> Evaluation:
        predictions = self.predictions.build()
        return Evaluation(
            "complete", self.scores, self.fit_seconds, self.score_seconds, predictions, warnings=tuple(self.warnings)
        )

    def failed(self, index: int, error: Exception) -> Evaluation:
        return Evaluation(
            "failed",
            self.scores,
            self.fit_seconds,
            self.score_seconds,
            reason=reason_of(error),
            error=f"{self._where(index)}: {explain(error)}",
            traceback="".join(traceback.format_exception(error)),
            warnings=tuple(self.warnings),
        )

    def _where(self, index: int) -> str:
        repeat, fold = divmod(index, self.plan.folds)
        place = f"Fold {fold + 1} of {self.plan.folds}"
        return place if self.plan.repeats == 1 else f"{place}, repeat {repeat + 1} of {self.plan.repeats}"
