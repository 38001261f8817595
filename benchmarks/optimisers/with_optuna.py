"""Optuna's samplers with their defaults, through its own ask and tell."""

import warnings
from collections.abc import Sequence
from typing import Any, ClassVar

import optuna

from .conditions import Config, Parameter, choices, counts, without_inactive

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)


class Optuna:
    """Spaces are Optuna's own define-by-run: a parameter whose condition does not hold is never suggested.

    `flat`: samplers that see only parameters which every trial has get all of them always, and what does not count is
    left out of the configuration.
    """

    flat: ClassVar[bool] = False

    def __init__(self, space: Sequence[Parameter], seed: int, trials: int) -> None:
        self.space = space
        self.study = optuna.create_study(direction="minimize", sampler=self.sampler(seed))

    def sampler(self, seed: int) -> optuna.samplers.BaseSampler:
        raise NotImplementedError

    def ask(self) -> tuple[Any, Config]:
        trial = self.study.ask()
        config: Config = {}
        for parameter in self.space:
            if self.flat or counts(parameter, config):
                config[parameter["name"]] = self.suggest(trial, parameter)
        return trial, without_inactive(self.space, config) if self.flat else config

    def suggest(self, trial: optuna.Trial, parameter: Parameter) -> Any:
        name, kind = parameter["name"], parameter["type"]
        if kind == "constant":
            return parameter["value"]
        if kind not in ("int", "float"):
            return trial.suggest_categorical(name, choices(parameter))
        suggest = trial.suggest_int if kind == "int" else trial.suggest_float
        return suggest(name, parameter["low"], parameter["high"], **scale(parameter))

    def tell(self, token: Any, value: float, fold_scores: Any, stderr: Any) -> None:
        self.study.tell(token, value)

    def add(self, config: Config, value: float) -> None:
        there = {p["name"]: distribution(p) for p in self.space if p["name"] in config and p["type"] != "constant"}
        params = {name: config[name] for name in there}
        self.study.add_trial(optuna.create_trial(params=params, distributions=there, value=value))

    def recommend(self) -> None:
        """Optuna's best trial is the best told, which the benchmark knows."""


def scale(parameter: Parameter) -> dict[str, Any]:
    """A step only where the space has one: Optuna's own is 1 of an integer, none of a float."""
    step = {"step": parameter["step"]} if parameter.get("step") else {}
    return {"log": bool(parameter.get("log"))} | step


def distribution(parameter: Parameter) -> optuna.distributions.BaseDistribution:
    kinds = {"int": optuna.distributions.IntDistribution, "float": optuna.distributions.FloatDistribution}
    if parameter["type"] in kinds:
        return kinds[parameter["type"]](parameter["low"], parameter["high"], **scale(parameter))
    return optuna.distributions.CategoricalDistribution(choices(parameter))


class TPE(Optuna):
    def sampler(self, seed: int) -> optuna.samplers.BaseSampler:
        return optuna.samplers.TPESampler(seed=seed)


class GP(Optuna):
    flat = True

    def sampler(self, seed: int) -> optuna.samplers.BaseSampler:
        return optuna.samplers.GPSampler(seed=seed)


class CMAES(Optuna):
    flat = True

    def sampler(self, seed: int) -> optuna.samplers.BaseSampler:
        return optuna.samplers.CmaEsSampler(seed=seed)
