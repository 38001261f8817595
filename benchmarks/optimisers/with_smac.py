"""SMAC3's facade for hyperparameters (random forest, expected improvement) with its defaults, through ask and tell."""

import atexit
import logging
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from typing import Any

from ConfigSpace import (
    Categorical,
    Configuration,
    ConfigurationSpace,
    EqualsCondition,
    Float,
    InCondition,
    Integer,
)
from smac import HyperparameterOptimizationFacade, Scenario
from smac.runhistory import TrialInfo, TrialValue

from .conditions import Config, Parameter, choices, same

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
FOLDER = tempfile.mkdtemp(prefix="benchmark-smac-")
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


class SMAC:
    """Conditions are SMAC's own. Categories go by their position, as it takes texts and numbers only."""

    def __init__(self, space: Sequence[Parameter], seed: int, trials: int) -> None:
        self.space = {parameter["name"]: parameter for parameter in space}
        configurations = ConfigurationSpace(seed=seed)
        there = {name: hyperparameter(parameter) for name, parameter in self.space.items()}
        configurations.add(*there.values())
        for name, parameter in self.space.items():
            for parent, allowed in (parameter.get("when") or {}).items():
                places = [self.encoded(parent, value) for value in allowed]
                condition = EqualsCondition if len(places) == 1 else InCondition
                configurations.add(condition(there[name], there[parent], places[0] if len(places) == 1 else places))
        self.configurations = configurations
        scenario = Scenario(
            configurations,
            deterministic=True,
            n_trials=trials,
            seed=seed,
            output_directory=tempfile.mkdtemp(dir=FOLDER),
            n_workers=1,
        )
        self.facade = HyperparameterOptimizationFacade(scenario, never, overwrite=True, logging_level=False)

    def ask(self) -> tuple[TrialInfo, Config]:
        info = self.facade.ask()
        values = dict(info.config)
        return info, {name: self.decoded(name, values[name]) for name in self.space if name in values}

    def tell(self, token: TrialInfo, value: float, fold_scores: Any, stderr: Any) -> None:
        self.facade.tell(token, TrialValue(cost=float(value), time=0.1))

    def add(self, config: Config, value: float) -> None:
        values = {name: self.encoded(name, value) for name, value in config.items()}
        self.tell(TrialInfo(Configuration(self.configurations, values=values), seed=0), value, None, None)

    def recommend(self) -> None:
        """SMAC's incumbent is the best told, which the benchmark knows."""

    def encoded(self, name: str, value: Any) -> Any:
        parameter = self.space[name]
        if parameter["type"] in ("int", "float"):
            return value
        return str(next(place for place, choice in enumerate(choices(parameter)) if same(choice, value)))

    def decoded(self, name: str, value: Any) -> Any:
        parameter = self.space[name]
        if parameter["type"] in ("int", "float"):
            return int(value) if parameter["type"] == "int" else float(value)
        return choices(parameter)[int(value)]


def hyperparameter(parameter: Parameter) -> Any:
    name = parameter["name"]
    if parameter["type"] in ("int", "float"):
        kind = Integer if parameter["type"] == "int" else Float
        return kind(name, (parameter["low"], parameter["high"]), log=bool(parameter.get("log")))
    return Categorical(name, [str(place) for place in range(len(choices(parameter)))])


def never(config: Configuration, seed: int = 0) -> float:
    """SMAC wants a function; only ask and tell are used."""
    raise NotImplementedError
