"""Gradient boosting on binned columns."""

from typing import Any

from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from studies.evaluation.table import Table

from .domains import clamp, real, whole
from .entry import Config, Entry, Parameter, given
from .preprocessing import Preprocessing

MAX_ITER = 200
STOPPING_ROWS = 1000
STOPPING_CLASS_ROWS = 20  # the stopping rows are a stratified tenth of the training rows: each class needs some


class HistGradientBoostingEntry(Entry):
    """At most 200 trees (per class beyond two); from 1000 rows on it stops early on a tenth of the training rows.

    The stopping rows come from inside the training part of the fold. Neither number is tuned: with few iterations
    a study stays cheap, and the learning rate moves along the same trade.
    """

    key = "hist_gradient_boosting"
    label = "Gradient boosting"
    tasks = ("classification", "regression")
    summary = "Trees that mend each other's errors; usually the best on thousands of rows, takes gaps and categories."
    speed = 2

    def parameters(self, table: Table) -> list[Parameter]:
        n = table.n_rows
        return [
            real("learning_rate", 0.01, 0.5, "How much of each tree's correction is taken.", True),
            whole("max_leaf_nodes", 4, clamp(n / 10, 8, 256), "Size of a tree; at most one leaf for ten rows.", True),
            whole("min_samples_leaf", 2, clamp(n / 20, 5, 200), "Larger leaves smooth over noise.", True),
            real("l2_regularization", 1e-8, 10.0, "Shrinks the leaves' values; small ones are like none.", True),
            real("max_features", 0.3, 1.0, "Share of the features each split may look at."),
        ]

    def defaults(self, table: Table) -> Config:
        return {
            "learning_rate": 0.1,
            "max_leaf_nodes": 31,
            "min_samples_leaf": 20,
            "l2_regularization": 0.0,
            "max_features": 1.0,
        }

    def preprocessing(self, table: Table, config: Config) -> Preprocessing:
        return Preprocessing(fill=False, scale=None, encode="native")

    def model(self, config: Config, table: Table, seed: int) -> Any:
        kind = HistGradientBoostingClassifier if table.task == "classification" else HistGradientBoostingRegressor
        names = ("learning_rate", "max_leaf_nodes", "min_samples_leaf", "l2_regularization", "max_features")
        return kind(
            **given(config, *names),
            max_iter=MAX_ITER,
            early_stopping=_stops_early(table),
            categorical_features=self.preprocessing(table, config).category_mask(table),
            random_state=seed,
        )


def _stops_early(table: Table) -> bool:
    counts = table.class_counts[table.class_counts > 0]
    return table.n_rows >= STOPPING_ROWS and (counts.size == 0 or int(counts.min()) >= STOPPING_CLASS_ROWS)
