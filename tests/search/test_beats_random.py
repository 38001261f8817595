"""The methods that learn do better than independent random search, by a sign test on pairs of runs.

Each pair is one task and one seed; a run's result is its best value after the same number of trials. A method no
better than random wins a pair with probability 1/2 at most, so the test passes it wrongly with probability
P(Binomial(12, 1/2) >= 11) = 13 / 4096 = 0.3 %. Seeds are fixed: the outcome is the same at every run.
"""

import math
from collections.abc import Callable

import pytest

from studies.search import Boolean, Categorical, Config, Float, Int, Observation, Space, make_method

PAIRS, NEEDED = 12, 11

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
VALLEYS = Space([Float("x", -2, 2), Float("y", -1, 3), Float("u", -2, 2), Float("v", -1, 3)])


def mixed(config: Config) -> float:
    loss = (math.log10(config["C"]) - 1) ** 2 / 4 + (math.log10(config["gamma"]) + 2) ** 2 / 2
    loss += (math.log(config["leaves"]) - 2) ** 2 / 4 + (0 if config["shrinking"] else 0.5)
    return -loss - {"rbf": 0.0, "poly": 0.2 + 0.1 * abs(config.get("degree", 3) - 3), "linear": 1.0}[config["kernel"]]


def valleys(config: Config) -> float:
    pairs = [(config["x"], config["y"]), (config["u"], config["v"])]
    return -sum(math.log1p((1 - a) ** 2 + 5 * (b - a * a) ** 2) for a, b in pairs)


TASKS = [(MIXED, mixed), (VALLEYS, valleys)]


def best_of(name: str, space: Space, task: Callable[[Config], float], seed: int, trials: int, **options: str) -> float:
    method = make_method(name, space, seed=seed, **options)
    history: list[Observation] = []
    for start in range(trials):
        (config,) = method.ask(1, history, start)
        history.append(Observation(config, task(config)))
    return max(observation.score for observation in history)


@pytest.mark.parametrize(("name", "trials"), [("bayesian", 32), ("evolutionary", 80)])
def test_it_beats_random(name: str, trials: int) -> None:
    wins = 0
    for pair in range(PAIRS):
        space, task = TASKS[pair % len(TASKS)]
        chance = best_of("random", space, task, 100 + pair, trials, sampler="independent")
        wins += best_of(name, space, task, pair, trials) > chance
    assert wins >= NEEDED
