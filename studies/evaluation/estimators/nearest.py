"""Nearest neighbours: an answer from the most similar rows."""

from typing import Any

from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from studies.evaluation.table import Table

from .domains import choice, clamp, whole
from .entry import Config, Entry, Parameter, given
from .preprocessing import Preprocessing


class NearestNeighboursEntry(Entry):
    """Distances on scaled columns; the scaler is tuned because it decides what is near."""

    key = "knn"
    label = "Nearest neighbours"
    tasks = ("classification", "regression")
    summary = "Answers from the most similar rows; good with few, meaningful numbers and any shape of boundary."
    speed = 4
    limit = 100_000

    def parameters(self, table: Table) -> list[Parameter]:
        most = clamp(table.n_rows / 4, 2, 100)
        return [
            whole("n_neighbors", 1, most, "Few follow every detail, many smooth; at most a quarter of the rows.", True),
            choice("weights", ["uniform", "distance"], "Whether nearer neighbours count more."),
            choice("p", [1, 2], "1 adds up differences, milder with outliers; 2 is the straight distance."),
            choice("scaler", ["standard", "quantile"], "Quantiles tame skewed numbers and outliers."),
        ]

    def defaults(self, table: Table) -> Config:
        return {"n_neighbors": 5, "weights": "uniform", "p": 2, "scaler": "standard"}

    def preprocessing(self, table: Table, config: Config) -> Preprocessing:
        return Preprocessing(scale=config.get("scaler", "standard"))

    def model(self, config: Config, table: Table, seed: int) -> Any:
        kind = KNeighborsClassifier if table.task == "classification" else KNeighborsRegressor
        return kind(**given(config, "n_neighbors", "weights", "p"), n_jobs=1)
