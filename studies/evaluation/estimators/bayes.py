"""Naive Bayes."""

from typing import Any

from sklearn.naive_bayes import GaussianNB

from studies.evaluation.table import Table

from .domains import Domain, real
from .entry import Config, Entry, given
from .preprocessing import Offer


class GaussianNaiveBayesEntry(Entry):
    """A bell curve for each column and class, as if the columns had nothing to do with each other."""

    key = "gaussian_nb"
    label = "Naive Bayes"
    tasks = ("classification",)
    summary = (
        "A bell curve for each column and class; at once fitted, fair on few rows, with overconfident probabilities."
    )
    cost = "At once, at any size."
    speed = 5
    instead = "For numbers, ridge is as fast."
    offer = Offer(scale=("none", "standard", "quantile"))

    def domains(self, table: Table) -> list[Domain]:
        return [
            real(
                "var_smoothing", 1e-9, "Widens all bell curves by this share of the widest.",
                (1e-11, 1e-6, "Around the default."),
                (1e-11, 0.3, "From nothing to very soft."),
                (1e-14, 3.0, "At the upper end all columns look alike."),
                log=True,
            )
        ]  # fmt: skip

    def model(self, config: Config, table: Table, seed: int) -> Any:
        return GaussianNB(**given(config, "var_smoothing"))
