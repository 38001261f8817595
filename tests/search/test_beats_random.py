"""The methods that learn do better than independent random search, by a sign test on pairs of runs.

Each pair is one task and one seed; a run's result is the true value of the configuration that was told to be best,
after the same number of trials. A method no better than random wins a pair with probability 1/2 at most, so the test
passes it wrongly with probability P(Binomial(16, 1/2) >= 12) = 3.8 %. One that wins nine pairs of ten passes in 98 of
100 cases; on 40 other pairs both methods won every one.
"""

import math
from collections.abc import Callable

import numpy as np
import pytest

from studies.search import Boolean, Categorical, Config, Float, Int, Observation, Space, make_method

PAIRS, NEEDED = 16, 12
NOISE = 0.1  # of the last task, in standard deviations of its scores over the space

MIXED = Space(
    [
        Float("C", 1e-3, 1e3, log=True),
        Float("gamma", 1e-4, 1, log=True),
        Int("leaves", 1, 100, log=True),
        Categorical("kernel", ["rbf", "poly", "linear"]),
        Int("degree", 2, 5, when={"kernel": ["poly"]}),
        Boolean("shrinking"),
    ]
)
WAVES = Space([Float(f"x{i}", 0, 1) for i in range(5)])


def mixed(config: Config) -> float:
    loss = (math.log10(config["C"]) - 1) ** 2 / 4 + (math.log10(config["gamma"]) + 2) ** 2 / 2
    loss += (math.log(config["leaves"]) - 2) ** 2 / 4 + (0 if config["shrinking"] else 0.5)
    return -loss - {"rbf": 0.0, "poly": 0.2 + 0.1 * abs(config.get("degree", 3) - 3), "linear": 1.0}[config["kernel"]]


def waves(config: Config) -> float:
    x = [config[f"x{i}"] for i in range(5)]
    slope = sum((value - 0.2 - 0.15 * i) ** 2 for i, value in enumerate(x)) + (x[0] - x[1]) * (x[2] - x[3])
    return 0.05 * math.cos(9 * x[0]) - slope


NESTED = Space(
    [
        Categorical("model", ["linear", "trees", "nearest"]),
        Float("C", 1e-4, 1e4, log=True, when={"model": ["linear"]}),
        Int("depth", 1, 20, when={"model": ["trees"]}),
        Float("share", 0.05, 1, when={"model": ["trees"]}),
        Int("neighbours", 1, 200, log=True, when={"model": ["nearest"]}),
        Boolean("scaled"),
    ]
)


def nested(config: Config) -> float:
    loss = 0.0 if config["scaled"] else 0.3
    if config["model"] == "linear":
        return -loss - 0.5 - abs(math.log10(config["C"])) / 4
    if config["model"] == "nearest":
        return -loss - 0.4 - abs(math.log(config["neighbours"] / 9)) / 4
    return -loss - ((config["depth"] - 7) / 10) ** 2 - 2 * (config["share"] - 0.4) ** 2


Task = tuple[Space, Callable[[Config], float], float]  # the last: noise of what is told

TASKS: list[Task] = [(MIXED, mixed, 0.0), (WAVES, waves, 0.0), (NESTED, nested, 0.0), (MIXED, mixed, NOISE)]


def best_of(name: str, task: Task, seed: int, trials: int, **options: str) -> float:
    space, truth, share = task
    method, rng = make_method(name, space, seed=seed, **options), np.random.default_rng(seed)
    noise = share * np.std([truth(config) for config in make_method("random", space).ask(200)]) if share else 0.0
    history: list[Observation] = []
    for start in range(trials):
        (config,) = method.ask(1, history, start)
        history.append(Observation(config, truth(config) + noise * rng.standard_normal()))
    return truth(max(history, key=lambda observation: observation.score).config)


@pytest.mark.parametrize(("name", "trials"), [("bayesian", 30), ("evolutionary", 60)])
def test_it_beats_random(name: str, trials: int) -> None:
    wins = 0
    for pair in range(PAIRS):
        task = TASKS[pair % len(TASKS)]
        chance = best_of("random", task, 2000 + pair, trials, sampler="independent")
        wins += best_of(name, task, 1000 + pair, trials) > chance
    assert wins >= NEEDED
