"""A classifier that does nothing: what a trial of it costs is the tool's own cost."""

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from studies.evaluation.estimators.domains import Domain, real
from studies.evaluation.estimators.entry import Config, Entry, given
from studies.evaluation.table import Table

SPACE = {"parameters": [{"name": "x", "type": "float", "low": 0.0, "high": 1.0}]}
DEFAULTS = {"x": 0.5}


class NullClassifier(ClassifierMixin, BaseEstimator):
    def __init__(self, x: float = 0.5) -> None:
        self.x = x

    def fit(self, X: Any, y: Any) -> Self:
        self.classes_ = np.array([0, 1])
        return self

    def predict(self, X: Any) -> Any:
        return np.zeros(len(X), dtype=np.int64)


class NullEntry(Entry):
    key = "null"
    label = "Nothing"
    tasks = ("classification",)
    summary = "Learns nothing and answers the first class."
    cost = "Nothing."
    speed = 5
    probabilities = False

    def domains(self, table: Table) -> list[Domain]:
        reach = (0.0, 1.0, "Means nothing.")
        return [real("x", 0.5, "Means nothing.", reach, reach, reach)]

    def model(self, config: Config, table: Table, seed: int) -> Any:
        return NullClassifier(**given(config, "x"))
