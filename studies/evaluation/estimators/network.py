"""A small neural network."""

from typing import Any

from sklearn.compose import TransformedTargetRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

from studies.evaluation.table import Table

from .domains import ALL_BUT_WIDE, Domain, choice, real, whole
from .early_stopping import LARGE, can_stop_early
from .entry import Config, Entry, given
from .preprocessing import Offer


class PerceptronEntry(Entry):
    """MLPClassifier, or MLPRegressor on a target standardised inside the fold.

    Beyond 10,000 rows it stops early on a tenth of the training rows, the rule that gradient boosting has by default;
    the library would go on until the training loss rests. Below, it is the library's.
    """

    key = "mlp"
    label = "Neural network"
    tasks = ("classification", "regression")
    summary = "Smooth curves and interactions of many numbers; can beat trees where the target changes gradually."
    cost = "Seconds at 10,000 rows; beyond, it stops early and takes about as long."
    speed = 1
    limit = 200_000
    offer = Offer(scale=("standard", "robust", "quantile", "minmax"), target=True)

    def domains(self, table: Table) -> list[Domain]:
        return [
            whole(
                "hidden_layers", 1, "Layers between columns and target; one is enough for most tables.",
                (1, 2, "Two see combinations that one needs many units for."),
                (1, 4, "Deep ones want many rows."),
                fixed=("narrow",),
            ),
            whole(
                "units", 100, "Units of each layer; wide ones fit more and cost more.",
                (50, 200, "Around the default."),
                (16, 256, "From a tight bottleneck to room enough."),
                (4, 512, "The upper end is slow."),
                log=True,
            ),
            real(
                "alpha", 1e-4, "Shrinks the weights.",
                (1e-5, 1e-2, "Around the default."),
                (1e-6, 1.0, "From almost nothing to strong."),
                (1e-8, 10.0, "The upper end leaves little."),
                log=True,
            ),
            real(
                "learning_rate_init", 1e-3, "Size of the steps; large ones are fast and may miss.",
                (3e-4, 3e-3, "Around the default."),
                (1e-4, 2e-2, "Two decades that usually learn."),
                (1e-5, 0.1, "The ends learn nothing or jump about."),
                log=True,
            ),
            choice("activation", "relu", "What a unit does.", ["relu", "tanh"], fixed=ALL_BUT_WIDE),
            whole(
                "max_iter", 200, "Passes over the rows at most; it stops before when nothing is gained.",
                (50, 500, "Fewer save time, more let small steps arrive."), log=True, fixed=ALL_BUT_WIDE,
            ),
        ]  # fmt: skip

    def model(self, config: Config, table: Table, seed: int) -> Any:
        tuned = given(config, "alpha", "learning_rate_init", "activation", "max_iter")
        settings = {
            **tuned,
            "hidden_layer_sizes": (config["units"],) * config["hidden_layers"],
            "early_stopping": table.n_rows > LARGE and can_stop_early(table),
            "random_state": seed,
        }
        if table.task == "classification":
            return MLPClassifier(**settings)
        return TransformedTargetRegressor(MLPRegressor(**settings), transformer=StandardScaler(), check_inverse=False)
