"""Linear models: fast, steady on few rows, blind to bends and interactions."""

from typing import Any

from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge, RidgeClassifier
from sklearn.preprocessing import StandardScaler

from studies.evaluation.table import Table

from .domains import ALL_BUT_WIDE, Domain, choice, real, whole
from .entry import Config, Entry, given
from .preprocessing import Offer

SCALED = ("standard", "robust", "quantile", "minmax")


class LogisticRegressionEntry(Entry):
    """lbfgs without an l1 share, else saga, which alone has l1 for several classes."""

    key = "logistic_regression"
    label = "Logistic regression"
    tasks = ("classification",)
    summary = "A fast linear classifier with good probabilities; hard to beat on few rows or many plain features."
    cost = "Well under a second at 100,000 rows; an l1 share takes longer."
    speed = 4
    instead = "For numbers, ridge or elastic net is the same idea."
    offer = Offer(scale=SCALED)

    def domains(self, table: Table) -> list[Domain]:
        return [
            real(
                "C", 1.0, "Small values shrink coefficients more.",
                (1e-2, 1e2, "Two decades around the default."),
                (1e-4, 1e4, "Eight decades cover noise to clean data."),
                (1e-6, 1e6, "Beyond these ends nothing changes any more."),
                log=True,
            ),
            choice(
                "l1_ratio", 0.0, "0 shrinks all coefficients, 1 drops features; above 0 it fits more slowly.",
                [0.0, 1.0], [0.0, 0.25, 0.5, 0.75, 1.0], fixed=("narrow",), bounds=(0.0, 1.0),
            ),
            whole(
                "max_iter", 100, "Steps of the solver, ten times as many with an l1 share; a large C may want more.",
                (100, 1000, "From the default to ten times as many."), log=True, fixed=ALL_BUT_WIDE,
            ),
        ]  # fmt: skip

    def model(self, config: Config, table: Table, seed: int) -> Any:
        sparse = config["l1_ratio"] != 0.0
        # saga's steps are many and small: it needs more of them, and stops at a coarser answer.
        return LogisticRegression(
            **given(config, "C", "l1_ratio"),
            solver="saga" if sparse else "lbfgs",
            max_iter=config["max_iter"] * (10 if sparse else 1),
            tol=1e-3 if sparse else 1e-4,
            random_state=seed,
        )


class RidgeEntry(Entry):
    """Ridge for numbers, RidgeClassifier for classes: one linear solve in both cases."""

    key = "ridge"
    label = "Ridge"
    tasks = ("classification", "regression")
    summary = "The fastest linear model, solved in one step; a sound first answer for either task."
    cost = "Well under a second at 100,000 rows; grows with the square of the columns."
    speed = 5
    probabilities = False
    offer = Offer(scale=(*SCALED, "none"))

    def domains(self, table: Table) -> list[Domain]:
        return [
            real(
                "alpha", 1.0, "Larger values shrink coefficients more, on standardised numbers.",
                (1e-2, 1e2, "Two decades around the default."),
                (1e-4, 1e4, "From almost no shrinking to almost the mean."),
                (1e-8, 1e8, "Beyond these ends nothing changes any more."),
                log=True,
            )
        ]  # fmt: skip

    def model(self, config: Config, table: Table, seed: int) -> Any:
        kind = RidgeClassifier if table.task == "classification" else Ridge
        return kind(**given(config, "alpha"), random_state=seed)


class ElasticNetEntry(Entry):
    """On a target standardised inside the fold, so that alpha means the same on any unit."""

    key = "elastic_net"
    label = "Elastic net"
    tasks = ("regression",)
    summary = "A linear model that drops features it does not need; for many columns of which few matter."
    cost = "Well under a second at 100,000 rows; a tiny alpha takes longer."
    speed = 4
    instead = "For classes, logistic regression with an l1 share does the same."
    offer = Offer(scale=SCALED, target=True)

    def domains(self, table: Table) -> list[Domain]:
        return [
            real(
                "alpha", 1.0, "Larger values shrink more and drop more features; in standard deviations of the target.",
                (1e-2, 1.0, "Near the default, which often drops almost everything."),
                (1e-4, 1.0, "From almost least squares to almost the mean."),
                (1e-6, 10.0, "Below, fits take long and change nothing; above, only the mean is left."),
                log=True,
            ),
            real(
                "l1_ratio", 0.5, "0 shrinks all coefficients, 1 drops features.",
                (0.2, 0.8, "Some of both."),
                (0.05, 1.0, "Very small shares converge slowly."),
                (0.01, 1.0, "Down to almost ridge, which may not converge."),
                most=1.0,
            ),
        ]  # fmt: skip

    def model(self, config: Config, table: Table, seed: int) -> Any:
        regressor = ElasticNet(**given(config, "alpha", "l1_ratio"), random_state=seed)
        return TransformedTargetRegressor(regressor, transformer=StandardScaler(), check_inverse=False)
