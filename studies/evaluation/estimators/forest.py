"""Random forests."""

from typing import Any

from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from studies.evaluation.table import Table

from .domains import clamp, real, switch, whole
from .entry import Config, Entry, Parameter, given
from .preprocessing import Preprocessing


class RandomForestEntry(Entry):
    """100 trees, not tuned: more trees only steady the answer. Missing numbers go to the trees as they are."""

    key = "random_forest"
    label = "Random forest"
    tasks = ("classification", "regression")
    summary = "Many randomised trees averaged; strong without tuning, sees bends and interactions, takes gaps."
    speed = 2

    def parameters(self, table: Table) -> list[Parameter]:
        leaf = clamp(table.n_rows / 10, 2, 20)
        return [
            real(
                "max_features", 0.1, 1.0, "Share of the features each split may look at; less makes trees differ more."
            ),
            switch("bootstrap", "Whether each tree sees a resample of the rows or all of them."),
            real("max_samples", 0.5, 1.0, "Size of that resample as a share of the rows.", when={"bootstrap": [True]}),
            whole("min_samples_leaf", 1, leaf, "Larger leaves smooth over noise.", True),
        ]

    def defaults(self, table: Table) -> Config:
        features = "sqrt" if table.task == "classification" else 1.0
        return {"max_features": features, "bootstrap": True, "max_samples": None, "min_samples_leaf": 1}

    def preprocessing(self, table: Table, config: Config) -> Preprocessing:
        return Preprocessing(fill=False, scale=None)

    def model(self, config: Config, table: Table, seed: int) -> Any:
        kind = RandomForestClassifier if table.task == "classification" else RandomForestRegressor
        tuned = given(config, "max_features", "bootstrap", "max_samples", "min_samples_leaf")
        return kind(**tuned, n_estimators=100, n_jobs=1, random_state=seed)
