"""Nearest neighbours: an answer from the most similar rows."""

from typing import Any

from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from studies.evaluation.table import Table

from .domains import Domain, choice, clamp, whole
from .entry import Config, Entry, given
from .preprocessing import Offer


class NearestNeighboursEntry(Entry):
    """Distances on scaled columns; the scaler is tuned because it decides what is near."""

    key = "knn"
    label = "Nearest neighbours"
    tasks = ("classification", "regression")
    summary = "Answers from the most similar rows; good with few, meaningful numbers and any shape of boundary."
    cost = "Fits at once, but each answer searches all rows; weak beyond some 50 columns."
    speed = 4
    limit = 100_000
    offer = Offer(scale=("standard", "robust", "quantile", "minmax", "none"), usual_scales=("standard", "quantile"))

    def domains(self, table: Table) -> list[Domain]:
        most = clamp(table.n_rows / 4, 2, 100)
        why = "Few follow every detail, many smooth."
        return [
            whole(
                "n_neighbors", 5, why,
                (min(2, most - 1), clamp(most, 2, 30), "Around the default."),
                (1, most, "At most a quarter of the rows."),
                (1, clamp(table.n_rows / 3, most, 500), "At most a third of the rows."),
                log=True,
            ),
            choice("weights", "uniform", "Whether nearer neighbours count more.", ["uniform", "distance"]),
            choice(
                "p", 2, "1 adds up differences, milder with outliers; 2 is the straight distance.", [1, 2],
                fixed=("narrow",), bounds=(1, None),
            ),
        ]  # fmt: skip

    def model(self, config: Config, table: Table, seed: int) -> Any:
        kind = KNeighborsClassifier if table.task == "classification" else KNeighborsRegressor
        return kind(**given(config, "n_neighbors", "weights", "p"), n_jobs=1)
