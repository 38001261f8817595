"""The tasks: estimators of the catalogue on tables that scikit-learn ships, cross-validated for real.

Each has one of the catalogue's own spaces, except where an upper end would make single evaluations take seconds: that
parameter then has a smaller range or is held (`instead`). Everything is minimised here: a metric to be made large
counts with its sign turned. A noisy task tells the score of one fold, drawn anew for each trial; what counts is the
mean of all of them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from sklearn import datasets

from studies.evaluation import Evaluator, Table, catalogue, get_metric, make_plan
from studies.search import Space, make_method

DRAWN = 512  # random configurations that say what the median is, and a first best
SEED_OF_DRAWN = 20_251  # far from the seeds of runs
Config = Mapping[str, Any]
Parameter = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """What an optimiser hears of a trial: smaller is better. stderr: of the folds; None where there is but one."""

    value: float
    fold_scores: list[float]
    stderr: float | None
    true: float


@dataclass(frozen=True)
class Task:
    """An estimator on a table.

    rows: how many of the table's are used. instead: parameters in place of the estimator's own. known: the fold losses
    of what was evaluated in this process, by configuration as JSON.
    """

    name: str
    data: str
    estimator: str
    metric: str
    preset: str = "wide"
    rows: int | None = None
    folds: int = 5
    repeats: int = 1
    noisy: bool = False
    instead: Mapping[str, Parameter] = field(default_factory=dict)
    known: dict[str, list[float]] = field(default_factory=dict, init=False, compare=False, repr=False)

    @cached_property
    def table(self) -> Table:
        X, y = getattr(datasets, f"load_{self.data}")(return_X_y=True)
        kept = np.sort(np.random.default_rng(0).permutation(len(y))[: self.rows])
        return Table.from_arrays(X[kept], y[kept], get_metric(self.metric).task)

    @cached_property
    def space(self) -> Space:
        entries = catalogue[self.estimator].space(self.table, self.preset)["parameters"]
        return Space.from_json([self.instead.get(entry["name"], entry) for entry in entries])

    @cached_property
    def evaluator(self) -> Evaluator:
        kind = "stratified" if self.table.task == "classification" else "kfold"
        plan = make_plan(self.table, kind, self.folds, self.repeats, seed=0)
        return Evaluator(self.table, plan, self.estimator, self.metric)

    def fold_losses(self, config: Config) -> list[float]:
        """The score of every fold, smaller is better; a configuration is evaluated once in this process."""
        key = json.dumps(config, sort_keys=True)
        if key not in self.known:
            result = self.evaluator.evaluate(dict(config), seed=0)
            if result.state != "complete":
                raise RuntimeError(f"{self.name}: {key} failed ({result.error}); every one of its space must work.")
            sign = -1.0 if get_metric(self.metric).maximize else 1.0
            self.known[key] = [sign * score for score in result.fold_scores]
        return self.known[key]

    def true(self, config: Config) -> float:
        return float(np.mean(self.fold_losses(config)))

    def tell(self, config: Config, rng: np.random.Generator) -> Told:
        """What becomes of a trial; `rng` draws the fold of a noisy one."""
        losses = self.fold_losses(config)
        true = float(np.mean(losses))
        fold = int(rng.integers(len(losses)))  # drawn in any case, so that noisy and clean ones see the same stream
        if self.noisy:
            return Told(losses[fold], [losses[fold]], None, true)
        return Told(true, losses, float(np.std(losses, ddof=1) / np.sqrt(len(losses))), true)

    def drawn(self, count: int = DRAWN) -> list[float]:
        """True values of independent random configurations, the same in every run."""
        method = make_method("random", self.space, SEED_OF_DRAWN, "minimize", sampler="independent")
        return [self.true(config) for config in method.ask(count)]


def number(name: str, kind: str, low: float, high: float, **more: Any) -> Parameter:
    return {"name": name, "type": kind, "low": low, "high": high, "log": True, **more}


def held(name: str, value: Any) -> Parameter:
    return {"name": name, "type": "constant", "value": value}


FEW_TREES = {"n_estimators": number("n_estimators", "int", 5, 40)}
SHORT_BOOSTING = {
    "max_iter": number("max_iter", "int", 5, 50),
    "max_leaf_nodes": number("max_leaf_nodes", "int", 2, 32),
    "early_stopping": held("early_stopping", "off"),
}
SMALL_NETWORK = {
    "hidden_layers": number("hidden_layers", "int", 1, 2) | {"log": False},
    "units": number("units", "int", 4, 32),
    "max_iter": number("max_iter", "int", 10, 60),
}
MILD_SVM = {"C": number("C", "float", 0.003, 100.0), "epsilon": number("epsilon", "float", 0.01, 2.0)}

TASKS = {
    task.name: task
    for task in (
        Task("svm_cancer", "breast_cancer", "svm_rbf", "roc_auc"),
        Task("knn_digits", "digits", "knn", "log_loss", rows=500, folds=3),
        Task("logistic_wine", "wine", "logistic_regression", "log_loss"),
        Task("elastic_net_diabetes", "diabetes", "elastic_net", "rmse"),
        Task("tree_cancer", "breast_cancer", "decision_tree", "log_loss"),
        Task("forest_wine", "wine", "random_forest", "log_loss", folds=3, instead=FEW_TREES),
        Task("boosting_diabetes", "diabetes", "hist_gradient_boosting", "rmse", folds=3, instead=SHORT_BOOSTING),
        Task("network_wine", "wine", "mlp", "log_loss", folds=3, instead=SMALL_NETWORK),
        Task("svm_diabetes_noisy", "diabetes", "svm_rbf", "rmse", rows=250, repeats=2, noisy=True, instead=MILD_SVM),
        Task("tree_diabetes_noisy", "diabetes", "decision_tree", "rmse", repeats=3, noisy=True),
    )
}
