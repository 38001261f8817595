"""What every method must do in spaces and after histories that nobody thought of: hypothesis draws them."""

import json
import math
import warnings
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studies.search import METHODS, Observation, Proposal, Space, make_method
from tests.search.spaces import histories, score, spaces

LEARNING = ["bayesian", "evolutionary"]
KINDS = {"start", "explore", "exploit", "child", "sampled", "random"}

few = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
starts = st.integers(0, 30) | st.integers(0, 100_000)
directions = st.sampled_from(["maximize", "minimize"])


@pytest.fixture(autouse=True)
def nothing_is_hushed_up() -> Iterator[None]:
    """Overflow, division by zero and invalid operations stop the test; underflow to zero is what it should be."""
    with warnings.catch_warnings(), np.errstate(over="raise", divide="raise", invalid="raise"):
        warnings.simplefilter("error")
        yield


def identities(space: Space, history: list[Observation]) -> list[tuple]:
    return [space.identity(space.validate(o.config)) for o in history if space.contains(o.config)]


def check_origin(proposal: Proposal, history: list[Observation]) -> None:
    """Kinds that exist, parents that can have children, figures that are numbers in their order, plain in JSON."""
    origin = proposal.origin
    assert origin.kind in KINDS
    assert all(0 <= place < len(history) and not math.isnan(history[place].score) for place in origin.parents)
    assert len(set(origin.parents)) == len(origin.parents)
    figures = [origin.predicted, origin.low, origin.high, origin.best, origin.succeeds]
    assert all(figure is None or math.isfinite(figure) for figure in figures)
    if origin.low is not None and origin.high is not None:
        assert origin.low <= (origin.low if origin.predicted is None else origin.predicted) <= origin.high
    assert origin.succeeds is None or 0 <= origin.succeeds <= 1
    assert json.loads(json.dumps(origin.to_json(), allow_nan=False))["kind"] == origin.kind


@pytest.mark.parametrize("name", METHODS)
@few
@given(st.data())
def test_any_space_and_any_history(name: str, data: st.DataObject) -> None:
    space = data.draw(spaces())
    history, start = data.draw(histories(space)), data.draw(starts)
    seed, direction = data.draw(st.integers(0, 2**70)), data.draw(directions)
    method = make_method(name, space, seed=seed, direction=direction)
    proposals = method.propose(4, history, start)
    configs = [proposal.config for proposal in proposals]

    for config in configs:
        assert space.validate(config) == config
        assert list(config) == [p.name for p in space if p.name in config]
        assert {type(value) for value in config.values()} <= {float, int, str, bool, type(None)}
        assert json.loads(json.dumps(config, allow_nan=False)) == config
    assert method.ask(4, tuple(history), start) == configs
    assert method.ask(1, history, start) == configs[:1]
    reread = Space.from_json(json.loads(json.dumps(space.to_json())))
    assert make_method(name, reread, seed=seed, direction=direction).propose(2, history, start) == proposals[:2]
    for proposal in proposals:
        if name in LEARNING:
            check_origin(proposal, history)
        else:
            assert proposal.origin is None


@pytest.mark.parametrize("name", LEARNING)
@few
@given(st.data())
def test_nothing_comes_twice_and_a_finite_space_comes_whole(name: str, data: st.DataObject) -> None:
    """Asked and told in any order, by any number of lanes; failures among them, and trials by hand before."""
    space = data.draw(spaces())
    history = data.draw(histories(space, most=6))
    method = make_method(name, space, seed=data.draw(st.integers(0, 9)))
    for start in range(0, 24, 3):
        known = set(identities(space, history))
        proposals = method.ask(3, history, start)
        fresh = {space.identity(config) for config in proposals}
        assert len(proposals) == (3 if space.size is None else min(3, space.size - len(known)))
        assert len(fresh) == len(proposals)
        assert not fresh & known
        history += [Observation(config, state="running") for config in proposals]
        for place in data.draw(st.lists(st.integers(0, len(history) - 1), max_size=4)) if history else []:
            config = history[place].config
            told = score(space.validate(config)) if space.contains(config) else None
            history[place] = replace(history[place], value=told, state="complete" if place % 5 else "failed")


@pytest.mark.parametrize("name", LEARNING)
@few
@given(st.data())
def test_units_and_sign_of_the_metric_make_no_difference(name: str, data: st.DataObject) -> None:
    """Powers of two and whole numbers, which change binary fractions without rounding."""
    space = data.draw(spaces())
    told = data.draw(st.lists(st.none() | st.integers(-2000, 2000), min_size=5, max_size=25))
    doubt = data.draw(st.lists(st.none() | st.integers(0, 64), min_size=len(told), max_size=len(told)))
    configs = make_method("random", space, seed=1).ask(len(told))

    def asked(factor: float, shift: float, direction: str) -> list:
        history = []
        for config, steps, noise in zip(configs, told, doubt, strict=True):
            value = None if steps is None else factor * (steps / 1024 + shift)
            spread = None if noise is None else abs(factor) * noise / 1024
            pruned = {"state": "pruned", "estimate": value, "noise": spread}
            history.append(Observation(config, value) if noise is None else Observation(config, **pruned))
        return make_method(name, space, seed=4, direction=direction).ask(3, history, start=len(told))

    as_it_is = asked(1.0, 0.0, "maximize")
    assert asked(2.0**20, 0.0, "maximize") == as_it_is
    assert asked(2.0**-30, 64.0, "maximize") == as_it_is
    assert asked(-1.0, 0.0, "minimize") == as_it_is


@few
@given(st.data())
def test_what_is_recommended_was_told(data: st.DataObject) -> None:
    """One of the complete trials, whatever the method; what is believed of it are numbers in their order."""
    space, direction = data.draw(spaces()), data.draw(directions)
    history = data.draw(histories(space))
    usable = [place for place, told in enumerate(history) if told.state == "complete" and not math.isnan(told.score)]
    answers = [make_method(name, space, direction=direction).recommend(tuple(history)) for name in METHODS]
    found = answers[0]
    assert all(answer == found for answer in answers)
    assert (found is None) == (not usable)
    if found is None:
        return
    assert found.position in usable
    assert found.config == history[found.position].config
    assert found.told == history[found.position].score
    best = (max if direction == "maximize" else min)(history[place].score for place in usable)
    assert found.best_told == history[found.best].score == best
    assert all(math.isfinite(value) for value in (found.value, found.best_value))
    assert 0 <= found.noise < math.inf
    assert (found.low is None) == (found.high is None)
    assert found.low is None or -math.inf < found.low <= found.value <= found.high < math.inf
