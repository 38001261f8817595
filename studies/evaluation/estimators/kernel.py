"""Support vector machines with a radial kernel."""

from typing import Any

from sklearn.compose import TransformedTargetRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from studies.evaluation.table import Table

from .domains import real
from .entry import Config, Entry, Parameter, given
from .preprocessing import Preprocessing


class RadialSVMEntry(Entry):
    """SVC, or SVR on a target standardised inside the fold, so that C and epsilon mean the same on any unit."""

    key = "svm_rbf"
    label = "SVM (radial kernel)"
    tasks = ("classification", "regression")
    summary = "Smooth, flexible boundaries; often the best on a few thousand rows, and tuning pays most here."
    speed = 3
    limit = 10_000
    probabilities = False  # SVC's own are deprecated: a second, costly cross-validation

    def parameters(self, table: Table) -> list[Parameter]:
        space = [
            real("C", 2**-5, 2**10, "Small values keep the surface smooth, large ones follow each row.", True),
            real(
                "gamma", 2**-15, 2**3, "How far a row's influence reaches: small is far. On standardised numbers.", True
            ),
        ]
        if table.task == "regression":
            why = "Errors below it cost nothing; in standard deviations of the target."
            space.append(real("epsilon", 1e-3, 1.0, why, True))
        return space

    def defaults(self, table: Table) -> Config:
        defaults: Config = {"C": 1.0, "gamma": "scale"}
        if table.task == "regression":
            defaults["epsilon"] = 0.1
        return defaults

    def preprocessing(self, table: Table, config: Config) -> Preprocessing:
        return Preprocessing(target=True)

    def model(self, config: Config, table: Table, seed: int) -> Any:
        if table.task == "classification":
            return SVC(**given(config, "C", "gamma"), kernel="rbf", random_state=seed)
        regressor = SVR(**given(config, "C", "gamma", "epsilon"), kernel="rbf")
        return TransformedTargetRegressor(regressor, transformer=StandardScaler(), check_inverse=False)
