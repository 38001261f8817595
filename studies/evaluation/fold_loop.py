"""Cross-validation of one configuration on arrays: our own loop, because we keep every out-of-fold prediction."""

import warnings
from collections.abc import Callable
from contextlib import ExitStack
from time import perf_counter
from typing import Any

import numpy as np
from sklearn import config_context
from sklearn.exceptions import FitFailedWarning

from .estimators import Config, catalogue
from .estimators.preprocessing import Preprocessing
from .evaluation import Evaluation
from .failures import checked_response, checked_score, explain, is_about_the_configuration, reason_of, traceback_of
from .folds import KEPT_MB, Folds
from .metrics import Metric, get_metric
from .predictions import PredictionsBuilder
from .responses import respond
from .splits import Plan
from .table import Table

Build = Callable[[int], Any]
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
    `on_fold(index, score)` is called after each fold; what it raises ends the loop and reaches the caller, what it
    warns of counts as a warning of the trial.
    The entry is asked about the rows that the plan uses: what is left out of every fold does not count.
    """
    return Evaluator(table, plan, key, metric, keep_mb=0).evaluate(config, seed, on_fold)


class Evaluator:
    """`evaluate` for many configurations of one estimator: what they have in common is worked out once.

    The answers are those of `evaluate`, to the last bit; only the seconds are fewer. Raises at once what `evaluate`
    raises whatever the configuration. keep_mb: megabytes (2**20 bytes) of prepared folds to keep; 0 keeps none.
    """

    def __init__(self, table: Table, plan: Plan, key: str, metric: str = "accuracy", keep_mb: float = KEPT_MB) -> None:
        self.entry = catalogue[key]
        self.folds = Folds(table, plan, keep_mb)
        self.seen = table if plan.used.all() else table.subset(plan.used)
        self.problem = self.entry.problem(self.seen) or self.entry.metric_problem(metric, self.seen)
        self.metric = get_metric(metric)
        self.domains = [] if self.problem else self.entry.all_domains(self.seen)

    def evaluate(self, config: Config, seed: int = 0, on_fold: OnFold | None = None) -> Evaluation:
        """Fit and score one configuration on every fold; ValueError for a negative seed."""
        if self.problem:
            return Evaluation("failed", reason="invalid", error=self.problem)
        try:
            whole = self.entry.whole(config, self.domains)
            preparation = self.entry.offer.chosen(whole)
        except Exception as error:  # a stored configuration may hold anything
            return _failed(error)

        def build(fold_seed: int) -> Any:
            return self.entry.model(whole, self.seen, fold_seed)

        return _Run(self.folds, self.metric, build, seed, preparation, self.seen).evaluation(on_fold)


def cross_validate(
    table: Table, plan: Plan, metric: Metric, build: Build, seed: int = 0, on_fold: OnFold | None = None
) -> Evaluation:
    """The loop itself, for any `build(seed)` that makes an unfitted estimator."""
    return _Run(Folds(table, plan), metric, build, seed, None, table).evaluation(on_fold)


def fold_seed(seed: int, index: int) -> int:
    """The random state of one fold, 0 to 2**32 - 1: from the trial's seed alone, never from global state."""
    return int(np.random.SeedSequence([seed, index]).generate_state(1)[0])


class _Run:
    """One evaluation, and what it gathers on its way."""

    def __init__(
        self, folds: Folds, metric: Metric, build: Build, seed: int, preparation: Preprocessing | None, seen: Table
    ) -> None:
        if seed < 0:
            raise ValueError(f"A seed is 0 or more, not {seed}.")
        self.folds, self.metric, self.build, self.seed = folds, metric, build, seed
        self.preparation, self.seen = preparation, seen
        self.table, self.plan = folds.table, folds.plan
        self.scores: list[float] = []
        self.fit_seconds: list[float] = []
        self.score_seconds: list[float] = []
        self.warnings: dict[str, None] = {}  # a set that keeps its order
        self.predictions = PredictionsBuilder(self.plan.repeats, self.table.n_rows, self.table.n_classes)

    def evaluation(self, on_fold: OnFold | None) -> Evaluation:
        with warnings.catch_warnings(record=True) as caught, ExitStack() as later:
            warnings.simplefilter("default")
            warnings.simplefilter("ignore", ResourceWarning)  # told wherever garbage is collected, of whatever it was
            warnings.simplefilter("error", FitFailedWarning)  # of a search inside the model that swallowed a failed fit
            for index in range(self.plan.n_fits):
                if index == 1:  # in the first fold scikit-learn checks the parameters, which are the same in all others
                    later.enter_context(config_context(skip_parameter_validation=True))
                failure = self._try_fold(index)
                if isinstance(failure, MemoryError) and self.folds.forget():
                    failure = self._try_fold(index)  # whether a trial fits must not depend on those before it
                self._note(caught)
                if failure is not None:
                    return self._failed(index, failure)
                if on_fold is not None:
                    on_fold(index, self.scores[-1])
        return Evaluation("complete", predictions=self.predictions.build(), **self._gathered())

    def _try_fold(self, index: int) -> Exception | None:
        """Fit and score one fold; what went wrong is returned, not raised."""
        try:
            self._fold(index)
        except Exception as error:  # an estimator may raise anything; reason_of sorts it
            return error
        return None

    def _fold(self, index: int) -> None:
        n_classes, seed = self.table.n_classes, fold_seed(self.seed, index)
        started = perf_counter()
        model = self.build(seed)
        fold = self.folds.fold(index, self.preparation, self.seen, seed)
        model.fit(fold.X_train, fold.y_train)
        fitted = perf_counter()
        response = respond(model, fold.X_valid, self.metric.needs, n_classes)
        checked_response(response)
        score = checked_score(self.metric.score(fold.y_valid, response), self.metric)
        self.predictions.add(index // self.plan.folds, fold.valid, response)
        self.scores.append(score)
        self.fit_seconds.append(fitted - started)
        self.score_seconds.append(perf_counter() - fitted)

    def _note(self, caught: list[warnings.WarningMessage]) -> None:
        for warning in caught:
            if len(self.warnings) < KEPT_WARNINGS:
                self.warnings[f"{warning.category.__name__}: {explain(warning.message)}"] = None
        caught.clear()

    def _gathered(self) -> dict[str, Any]:
        return {
            "fold_scores": self.scores,
            "fit_seconds": self.fit_seconds,
            "score_seconds": self.score_seconds,
            "warnings": tuple(self.warnings),
        }

    def _failed(self, index: int, error: Exception) -> Evaluation:
        where = "" if is_about_the_configuration(error) else f"{self._where(index)}: "
        return _failed(error, where, **self._gathered())

    def _where(self, index: int) -> str:
        repeat, fold = divmod(index, self.plan.folds)
        place = f"Fold {fold + 1} of {self.plan.folds}"
        return place if self.plan.repeats == 1 else f"{place}, repeat {repeat + 1} of {self.plan.repeats}"


def _failed(error: Exception, where: str = "", **gathered: Any) -> Evaluation:
    return Evaluation(
        "failed", reason=reason_of(error), error=where + explain(error), traceback=traceback_of(error), **gathered
    )
