"""Gradient boosting on binned columns."""

from typing import Any

from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from studies.evaluation.table import Table

from .domains import ALL_BUT_WIDE, Domain, choice, clamp, real, whole
from .early_stopping import can_stop_early
from .entry import Config, Entry, given, switched
from .preprocessing import FILLS, NATIVE, Offer


class HistGradientBoostingEntry(Entry):
    """As the library has it: 100 trees (per class beyond two), stopping early beyond 10,000 training rows.

    The stopping rows come from inside the training part of the fold.
    """

    key = "hist_gradient_boosting"
    label = "Gradient boosting"
    tasks = ("classification", "regression")
    summary = "Trees that mend each other's errors; usually the best on thousands of rows, takes gaps and categories."
    cost = "Under a second at 100,000 rows with 100 trees; as often for each class beyond two."
    speed = 4
    offer = Offer(impute=(NATIVE, *FILLS), encode=(NATIVE, "one_hot", "ordinal", "target"))

    def domains(self, table: Table) -> list[Domain]:
        n = table.n_rows
        space = [
            real(
                "learning_rate", 0.1, "How much of each tree's correction is taken.",
                (0.03, 0.3, "Around the default."),
                (0.01, 0.5, "Smaller ones want more trees."),
                (0.001, 1.0, "The lower end learns little in any number of trees."),
                log=True,
            ),
            whole(
                "max_iter", 100, "Trees; many with a small learning rate cost more and are steadier.",
                (50, 400, "Around the default."), (10, 2000, "Long fits at the upper end."),
                log=True, fixed=("narrow",),
            ),
            whole(
                "max_leaf_nodes", 31, "Size of a tree.",
                (8, 64, "Around the default."),
                (4, clamp(n / 10, 32, 256), "At most one leaf for ten rows."),
                (2, clamp(n / 4, 64, 1024), "At most one leaf for four rows."),
                log=True,
            ),
            whole(
                "min_samples_leaf", 20, "Larger leaves smooth over noise.",
                (5, clamp(n / 20, 21, 60), "Around the default."),
                (2, clamp(n / 20, 21, 200), "At most a twentieth of the rows."),
                (1, clamp(n / 10, 21, 500), "At most a tenth of the rows."),
                log=True,
            ),
            choice(
                "l2_regularization", "none", "Whether the leaves' values are shrunk.", ["none", "number"],
                fixed=("narrow",), bounds=(0.0, None),
            ),
            real(
                "l2_regularization_number", None, "How much they are shrunk.",
                (1e-3, 10.0, "Smaller ones are like none."), (1e-6, 1e3, "Larger ones leave little of a tree."),
                log=True, when={"l2_regularization": ["number"]},
            ),
            real(
                "max_features", 1.0, "Share of the features each split may look at.",
                (0.5, 1.0, "At least half."),
                (0.3, 1.0, "Less rarely pays."),
                (0.05, 1.0, "Few features make trees blind."),
                most=1.0, fixed=("narrow",),
            ),
        ]  # fmt: skip
        if can_stop_early(table):
            why = "auto stops when a tenth of the training rows gains nothing, beyond 10,000 of them."
            space.append(choice("early_stopping", "auto", why, ["auto", "on", "off"], fixed=ALL_BUT_WIDE))
        return space

    def model(self, config: Config, table: Table, seed: int) -> Any:
        kind = HistGradientBoostingClassifier if table.task == "classification" else HistGradientBoostingRegressor
        stopping = {"auto": "auto", "on": True, "off": False}[config.get("early_stopping", "off")]
        return kind(
            **given(config, "learning_rate", "max_iter", "max_leaf_nodes", "min_samples_leaf", "max_features"),
            l2_regularization=switched(config, "l2_regularization", "number", "l2_regularization_number", 0.0) or 0.0,
            early_stopping=stopping,
            categorical_features=self.offer.chosen(config).native_columns(table),
            random_state=seed,
        )
