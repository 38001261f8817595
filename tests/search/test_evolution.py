"""Evolution: a start that fills the space, children of the best, failures without offspring."""

import numpy as np

from studies.search import Categorical, Config, Float, Method, Observation, Origin, Space, make_method
from studies.search.neighbours import distances, expected

LINE = Space([Float("x", 0, 1), Float("y", 0, 1), Categorical("c", ["a", "b"])])


def told(x: float, value: float | None, c: str = "a") -> Observation:
    return Observation({"x": x, "y": 0.5 + x / 50, "c": c}, value)


def children_of(method: Method, n: int, history: list[Observation], start: int) -> list[Config]:
    proposals = method.propose(n, history, start=start)
    return [proposal.config for proposal in proposals if proposal.origin and proposal.origin.kind == "child"]


def test_it_starts_with_the_centre_and_then_as_random_search_does() -> None:
    first, *rest = make_method("evolutionary", LINE, seed=6).ask(5)
    assert first == {"x": 0.5, "y": 0.5, "c": "a"}
    assert rest == make_method("random", LINE, seed=6).ask(4)
    origins = [proposal.origin for proposal in make_method("evolutionary", LINE, population=4).propose(4)]
    assert {origin.kind for origin in origins if origin} == {"start"}
    without_scores = [Observation(config, None, "running") for config in [first, *rest]]
    assert make_method("evolutionary", LINE, seed=6).propose(9, without_scores, start=5)[-1].origin == Origin("start")


def test_it_explores_where_few_parameters_make_that_worth_while() -> None:
    for dimensions, least, most in ((2, 0.10, 0.30), (8, 0.0, 0.05)):
        space = Space([Float(name, 0, 1) for name in "abcdefgh"[:dimensions]])
        history = [Observation({p.name: 0.2 + i / 100 for p in space.parameters}, i / 20) for i in range(20)]
        found = make_method("evolutionary", space).propose(100, history, start=20)
        explored = [space.to_unit(p.config) for p in found if p.origin and p.origin.kind == "explore"]
        assert least < len(explored) / 100 + 1e-9 <= most
        assert dimensions > 2 or max(np.abs(point - 0.3).max() for point in explored) > 0.5  # far from all told


def test_children_lie_near_the_best_and_mutation_scales_with_their_spread() -> None:
    good = [told(0.30 + i / 500, 1.0) for i in range(12)]
    bad = [told(0.60 + i / 40, -1.0, "b") for i in range(12)]
    children = children_of(make_method("evolutionary", LINE, seed=1), 60, good + bad, start=24)
    x = np.array([config["x"] for config in children])
    assert np.abs(x - 0.31).mean() < 0.05
    assert 0.005 < x.std() < 0.1
    assert {config["c"] for config in children} == {"a", "b"}


def test_failures_have_no_children() -> None:
    failed = [told(0.9 + i / 200, value) for i, value in enumerate([None, float("nan"), float("inf")] * 5)]
    good = [told(0.1 + i / 200, -5.0) for i in range(6)]
    children = children_of(make_method("evolutionary", LINE, seed=1), 40, failed + good, start=21)
    assert max(config["x"] for config in children) < 0.5


def test_proposals_of_one_population_differ_by_seed_and_index() -> None:
    history = [told(i / 20, i / 20) for i in range(20)]
    answers = [make_method("evolutionary", LINE, seed=s).ask(1, history, start=20 + k) for s in (0, 1) for k in (0, 1)]
    assert len({str(answer) for answer in answers}) == 4


def test_a_child_names_its_parents_and_has_something_of_each() -> None:
    history = [told(i / 20, i / 20, "ab"[i % 2]) for i in range(20)]
    history.insert(3, Observation({"x": 0.99, "y": 0.99, "c": "a"}, None, "failed"))
    history.insert(7, Observation({"x": 0.98, "y": 0.98, "c": "b"}, None, "running"))
    origins = [p.origin for p in make_method("evolutionary", LINE, seed=2).propose(60, history, start=22)]
    parents = [origin.parents for origin in origins if origin and origin.kind == "child"]
    assert 45 <= len(parents) < 60  # the others explore
    assert {len(of) for of in parents} == {1, 2}
    assert {place for of in parents for place in of} <= set(range(10, 22))  # the twelve best that have a score


def test_children_keep_apart_while_the_scores_of_others_are_out() -> None:
    history = [told(i / 20, -abs(i / 20 - 0.4)) for i in range(20)]
    method = make_method("evolutionary", LINE, seed=3)
    outstanding = [Observation(config, None, "running") for config in method.ask(1, history, start=20)]
    near = LINE.to_unit(outstanding[0].config)
    apart = [
        np.mean([np.abs(LINE.to_unit(method.ask(1, known, start=20 + k)[0]) - near).max() for k in range(1, 40)])
        for known in (history, history + outstanding)
    ]
    assert apart[1] > apart[0]


def test_neighbours_speak_for_a_point_by_their_nearness() -> None:
    points = LINE.snap(np.array([[0.5, 0.5, 0.0], [0.1, 0.5, 0.9]]))
    apart = distances(LINE, points, points)
    assert np.allclose(apart, np.array([[0, 1], [1, 0]]) * np.sqrt((0.4**2 + 1) / 3))
    assert np.allclose(expected(np.array([[0.0, 0.5], [0.3, 0.3]]), np.array([1.0, -1.0])), [0.926, 0.0], atol=1e-3)
