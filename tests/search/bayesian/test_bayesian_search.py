"""The policy round the model: start, pending trials, partial evaluations, long histories, time."""

import time

import numpy as np
import pytest

from studies.search import Float, Observation, Space, make_method
from tests.search.spaces import SVM, score

PLANE = Space([Float("x", 0, 1), Float("y", 1e-4, 1.0, log=True)])


def test_the_first_proposal_is_the_centre_with_the_geometric_middle_on_logs() -> None:
    (config,) = make_method("bayesian", PLANE, seed=11).ask()
    assert config == pytest.approx({"x": 0.5, "y": 0.01})


def test_the_centre_is_left_out_where_something_was_told_near_it() -> None:
    told = [Observation({"x": 0.45, "y": 0.012}, 1.0)]
    (config,) = make_method("bayesian", PLANE, seed=11).ask(1, told)
    assert np.abs(PLANE.to_unit(config) - 0.5).max() > 0.1
    assert config not in make_method("bayesian", PLANE, seed=11).ask(8)


def test_the_start_fills_the_space_whatever_was_told() -> None:
    first = make_method("bayesian", PLANE, seed=1, initial=9).ask(9)
    assert first == [make_method("bayesian", PLANE, seed=1, initial=9).ask(1, (), start=i)[0] for i in range(9)]
    cells = {(int(2 * PLANE.to_unit(c)[0]), int(2 * PLANE.to_unit(c)[1])) for c in first[1:5]}
    assert len(cells) == 4


def test_with_enough_told_it_skips_the_start() -> None:
    known = [Observation({"x": i / 19, "y": 0.01}, -((i / 19 - 0.7) ** 2)) for i in range(20)]
    proposals = make_method("bayesian", PLANE, seed=1).ask(4, known, start=0)
    assert min(abs(config["x"] - 0.7) for config in proposals) < 0.1


def test_pending_trials_push_the_next_ones_away() -> None:
    history = [Observation(c, score(c)) for c in make_method("random", PLANE, seed=1).ask(20)]
    method = make_method("bayesian", PLANE, seed=1)
    batch = [PLANE.to_unit(config) for config in method.ask(8, history, start=20)]
    alone = [PLANE.to_unit(method.ask(1, history, start=20 + i)[0]) for i in range(8)]

    def least(points: list) -> float:
        return min(float(np.abs(a - b).max()) for i, a in enumerate(points) for b in points[:i])

    assert least(batch) >= 0.001
    assert least(batch) > least(alone)


def test_a_noisy_estimate_weighs_less_than_an_evaluation() -> None:
    """A pruned trial far above the rest draws the search to it only where its estimate can be trusted."""
    line = Space([Float("x", 0, 1)])
    base = [Observation({"x": i / 20}, -abs(i / 20 - 0.2)) for i in range(11)]
    near = {}
    for noise in (0.0, 50.0):
        history = [*base, Observation({"x": 0.85}, state="pruned", estimate=0.5, noise=noise)]
        proposals = make_method("bayesian", line, seed=0).ask(6, history, start=12)
        near[noise] = np.mean([config["x"] > 0.7 for config in proposals])
    assert near[0.0] > near[50.0]


def test_failures_are_kept_away_from() -> None:
    """Everything right of 0.5 fails, where it would be best: once that is known, the search goes to the edge of it."""
    method = make_method("bayesian", PLANE, seed=2)
    history: list[Observation] = []
    for start in range(30):
        (config,) = method.ask(1, history, start)
        fails = config["x"] > 0.5
        history.append(Observation(config, None if fails else config["x"], "failed" if fails else "complete"))
    assert sum(o.config["x"] > 0.6 for o in history[10:]) <= 3
    assert sum(0.4 < o.config["x"] <= 0.6 for o in history[10:]) >= 12


def test_a_failure_by_chance_does_not_keep_it_away() -> None:
    """Of twenty trials the one at the optimum failed: the search comes back to its neighbourhood."""
    line = Space([Float("x", 0, 1)])
    known = [Observation({"x": i / 19}, -((i / 19 - 7 / 19) ** 2)) for i in range(20) if i != 7]
    proposals = make_method("bayesian", line, seed=1).propose(
        4, [*known, Observation({"x": 7 / 19}, state="failed")], start=20
    )
    assert min(abs(proposal.config["x"] - 7 / 19) for proposal in proposals) < 0.05
    assert all(proposal.origin.succeeds > 0.6 for proposal in proposals)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_it_says_what_it_expected(sign: float) -> None:
    """The interval of the metric holds the prediction, and a smooth function comes out as predicted."""
    direction = "maximize" if sign > 0 else "minimize"
    method = make_method("bayesian", PLANE, seed=3, direction=direction)
    history: list[Observation] = []
    kinds, inside = [], []
    for start in range(30):
        (proposal,) = method.propose(1, history, start)
        value, origin = sign * score(proposal.config), proposal.origin
        kinds.append(origin.kind)
        if start >= 15 and origin.kind in ("explore", "exploit"):
            assert origin.low <= origin.predicted <= origin.high
            assert sign * origin.best <= max(sign * o.value for o in history) + 0.01
            inside.append(origin.low - 0.02 <= value <= origin.high + 0.02)
        history.append(Observation(proposal.config, value))
    assert kinds[:6] == ["start"] * 6
    assert {"explore", "exploit"} >= set(kinds[6:])
    assert np.mean(inside) > 0.6


@pytest.mark.parametrize(("told", "most"), [(10, 0.1), (100, 0.2), (1000, 0.4)])
def test_an_ask_takes_a_moment_whatever_the_history(told: int, most: float) -> None:
    """The quickest of three asks is within about ten times what it should take, as the machine may be busy."""
    history = [Observation(c, score(c)) for c in make_method("random", SVM, seed=1).ask(told)]
    method = make_method("bayesian", SVM, seed=1)
    seconds = []
    for again in range(3):
        begin = time.perf_counter()
        method.ask(1, history, start=told + again)
        seconds.append(time.perf_counter() - begin)
    assert min(seconds) < most
