"""Support vector machines with a radial kernel."""

from typing import Any

from sklearn.compose import TransformedTargetRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from studies.evaluation.table import Table

from .domains import Domain, choice, real
from .entry import Config, Entry, given, switched
from .preprocessing import Offer


class RadialSVMEntry(Entry):
    """SVC, or SVR on a target standardised inside the fold, so that C and epsilon mean the same on any unit."""

    key = "svm_rbf"
    label = "SVM (radial kernel)"
    tasks = ("classification", "regression")
    summary = "Smooth, flexible boundaries; often the best on a few thousand rows, and tuning pays most here."
    cost = "Grows with the square of the rows: a second or two at 10,000, far more with a large C."
    speed = 3
    limit = 10_000
    probabilities = False  # SVC's own are deprecated: a second, costly cross-validation
    offer = Offer(scale=("standard", "robust", "quantile", "minmax"), target=True)

    def domains(self, table: Table) -> list[Domain]:
        space = [
            real(
                "C", 1.0, "Small values keep the surface smooth, large ones follow each row.",
                (0.1, 30.0, "Around the default."),
                (0.03, 1000.0, "What usually pays on standardised numbers."),
                (0.003, 30_000.0, "Large values can take very long."),
                log=True,
            ),
            choice(
                "gamma", "scale", "scale takes the number of columns and their spread; or a number of your own.",
                ["scale", "number"], ["scale", "auto", "number"], bounds=(0.0, None),
            ),
            real(
                "gamma_number", None, "How far a row's influence reaches: small is far. On standardised numbers.",
                (2e-3, 1.0, "Around what scale comes to."),
                (3e-5, 8.0, "What usually pays."),
                (1e-6, 30.0, "Beyond these ends every row is alike or alone."),
                log=True, when={"gamma": ["number"]},
            ),
        ]  # fmt: skip
        if table.task == "regression":
            why = "Errors below it cost nothing; in standard deviations of the target."
            space.append(
                real(
                    "epsilon", 0.1, why,
                    (1e-2, 0.5, "Around the default."),
                    (1e-3, 1.0, "From exact to as coarse as the target's own spread."),
                    (1e-5, 2.0, "The lower end is slow, the upper end says nothing."),
                    log=True,
                )
            )  # fmt: skip
        return space

    def model(self, config: Config, table: Table, seed: int) -> Any:
        gamma = switched(config, "gamma", "number", "gamma_number", "scale")
        if table.task == "classification":
            return SVC(**given(config, "C"), gamma=gamma, kernel="rbf", random_state=seed)
        regressor = SVR(**given(config, "C", "epsilon"), gamma=gamma, kernel="rbf")
        return TransformedTargetRegressor(regressor, transformer=StandardScaler(), check_inverse=False)
