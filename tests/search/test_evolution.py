"""Evolution: a start that fills the space, children of the best, failures without offspring."""

import numpy as np

from studies.search import Categorical, Float, Observation, Space, make_method

LINE = Space([Float("x", 0, 1), Float("y", 0, 1), Categorical("c", ["a", "b"])])


def told(x: float, value: float | None, c: str = "a") -> Observation:
    return Observation({"x": x, "y": 0.5 + x / 50, "c": c}, value)


def test_it_starts_as_random_search_does() -> None:
    assert make_method("evolutionary", LINE, seed=6, population=9).ask(9) == make_method("random", LINE, seed=6).ask(9)


def test_children_lie_near_the_best_and_mutation_scales_with_their_spread() -> None:
    good = [told(0.30 + i / 500, 1.0) for i in range(12)]
    bad = [told(0.60 + i / 40, -1.0, "b") for i in range(12)]
    children = make_method("evolutionary", LINE, seed=1).ask(60, good + bad, start=24)
    x = np.array([config["x"] for config in children])
    assert np.abs(x - 0.31).mean() < 0.05
    assert 0.005 < x.std() < 0.1
    assert {config["c"] for config in children} == {"a", "b"}


def test_failures_have_no_children() -> None:
    failed = [told(0.9 + i / 200, value) for i, value in enumerate([None, float("nan"), float("inf")] * 5)]
    good = [told(0.1 + i / 200, -5.0) for i in range(6)]
    children = make_method("evolutionary", LINE, seed=1).ask(40, failed + good, start=21)
    assert max(config["x"] for config in children) < 0.5


def test_proposals_of_one_population_differ_by_seed_and_index() -> None:
    history = [told(i / 20, i / 20) for i in range(20)]
    answers = [make_method("evolutionary", LINE, seed=s).ask(1, history, start=20 + k) for s in (0, 1) for k in (0, 1)]
    assert len({str(answer) for answer in answers}) == 4
