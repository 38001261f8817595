"""The methods that learn do better than independent random search, by a sign test on pairs of runs.

Each pair is one task and one seed; a run's result is its best value after the same number of trials. A method no
better than random wins a pair with probability 1/2 at most, so the test passes it wrongly with probability
P(Binomial(12, 1/2) >= 10) = 79 / 4096 = 1.9 %. Seeds are fixed; the methods win 11 or 12 of the 12 here, so that
another processor's rounding does not decide.
"""

import math
from collections.abc import Callable

import pytest

from studies.search import Boolean, Categorical, Config, Float, Int, Observation, Space, make_method

PAIRS, NEEDED = 12, 10

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


TASKS = [(MIXED, mixed), (WAVES, waves)]


def best_of(name: str, space: Space, task: Callable[[Config], float], seed: int, trials: int, **options: str) -> float:
    method = make_method(name, space, seed=seed, **options)
    history: list[Observation] = []
    for start in range(trials):
        (config,) = method.ask(1, history, start)
        history.append(Observation(config, task(config)))
    return max(observation.score for observation in history)


@pytest.mark.parametrize(("name", "trials"), [("bayesian", 28), ("evolutionary", 120)])
def test_it_beats_random(name: str, trials: int) -> None:
    wins = 0
    for pair in range(PAIRS):
        space, task = TASKS[pair % len(TASKS)]
        chance = best_of("random", space, task, 100 + pair, trials, sampler="independent")
        wins += best_of(name, space, task, pair, trials) > chance
    assert wins >= NEEDED
