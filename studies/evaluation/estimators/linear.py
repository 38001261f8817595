"""Linear models: fast, steady on few rows, blind to bends and interactions."""

from typing import Any

from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier

from studies.evaluation.table import Table

from .domains import choice, real
from .entry import Config, Entry, Parameter, given
from .preprocessing import Preprocessing


class LogisticRegressionEntry(Entry):
    """lbfgs without an l1 share, else saga, which alone has l1 for several classes."""

    key = "logistic_regression"
    label = "Logistic regression"
    tasks = ("classification",)
    summary = "A fast linear classifier with good probabilities; hard to beat on few rows or many plain features."
    speed = 4

    def parameters(self, table: Table) -> list[Parameter]:
        return [
            real(
                "C", 1e-4, 1e4, "Small values shrink coefficients more; eight decades cover noise to clean data.", True
            ),
            choice("l1_ratio", [0.0, 1.0], "0 shrinks all coefficients, 1 drops features; 1 fits more slowly."),
        ]

    def defaults(self, table: Table) -> Config:
        return {"C": 1.0, "l1_ratio": 0.0}

    def preprocessing(self, table: Table, config: Config) -> Preprocessing:
        return Preprocessing()

    def model(self, config: Config, table: Table, seed: int) -> Any:
        sparse = config.get("l1_ratio", 0.0) != 0.0
        # More iterations than the library's 100, so that a large C converges; saga's steps are many and small.
        return LogisticRegression(
            **given(config, "C", "l1_ratio"),
            solver="saga" if sparse else "lbfgs",
            max_iter=1000,
            tol=1e-3 if sparse else 1e-4,
            random_state=seed,
        )


class RidgeEntry(Entry):
    """Ridge for numbers, RidgeClassifier for classes: one linear solve in both cases."""

    key = "ridge"
    label = "Ridge"
    tasks = ("classification", "regression")
    summary = "The fastest linear model, solved in one step; a sound first answer for either task."
    speed = 5
    probabilities = False

    def parameters(self, table: Table) -> list[Parameter]:
        return [real("alpha", 1e-4, 1e4, "From almost no shrinking to almost the mean, on standardised numbers.", True)]

    def defaults(self, table: Table) -> Config:
        return {"alpha": 1.0}

    def preprocessing(self, table: Table, config: Config) -> Preprocessing:
        return Preprocessing()

    def model(self, config: Config, table: Table, seed: int) -> Any:
        kind = RidgeClassifier if table.task == "classification" else Ridge
        return kind(**given(config, "alpha"), random_state=seed)
