"""The policy round the model: start, pending trials, partial evaluations, long histories, time."""

import time

import numpy as np
import pytest

from studies.search import Float, Observation, Space, make_method
from studies.search.bayesian.bayesian_search import refit_at, subset
from tests.search.spaces import SVM, score

PLANE = Space([Float("x", 0, 1), Float("y", 1e-4, 1.0, log=True)])


def test_the_first_proposal_is_the_centre_with_the_geometric_middle_on_logs() -> None:
    (config,) = make_method("bayesian", PLANE, seed=11).ask()
    assert config == pytest.approx({"x": 0.5, "y": 0.01})


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
    """Everything right of 0.5 fails; most proposals come from the left once that is known."""
    method = make_method("bayesian", PLANE, seed=2)
    history: list[Observation] = []
    for start in range(30):
        (config,) = method.ask(1, history, start)
        fails = config["x"] > 0.5
        history.append(Observation(config, None if fails else score(config), "failed" if fails else "complete"))
    assert sum(o.state == "failed" for o in history[10:]) <= 8


def test_refits_grow_rarer() -> None:
    assert [refit_at(t) for t in (1, 40, 41, 42, 43, 120)] == [1, 40, 40, 40, 43, 118]
    assert [refit_at(t) for t in (121, 129, 130, 999)] == [120, 120, 130, 990]
    assert all(refit_at(t) <= refit_at(t + 1) <= t + 1 for t in range(400))


def test_a_long_history_is_thinned_to_the_best_and_a_sample() -> None:
    scores = np.random.default_rng(0).permutation(1000).astype(float)
    scores[scores < 100] = np.nan
    rows = subset(scores, 300, seed=0)
    assert len(rows) == len(set(rows)) == 300
    assert set(np.argsort(-np.nan_to_num(scores, nan=-1))[:150]) <= set(rows)
    assert np.all(np.diff(rows) > 0)
    assert subset(scores[:300], 300, seed=0).tolist() == list(range(300))


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
