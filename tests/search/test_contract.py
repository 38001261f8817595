"""What every method must do in every space."""

import json
import math
import os
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studies.search import METHODS, Observation, Space, make_method
from tests.search.spaces import SPACES, SVM, score

MODEL_BASED = ["bayesian", "evolutionary"]
PROPOSING = [name for name in METHODS if name != "manual"]

quick = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def play(name: str, space: Space, trials: int, lanes: int = 1, **options: object) -> list[Observation]:
    """Run a study by hand: `lanes` are asked at a time, told before the next."""
    method = make_method(name, space, seed=3, **options)
    history: list[Observation] = []
    while len(history) < trials:
        proposals = method.ask(lanes, history, start=len(history))
        if not proposals:
            break
        history += [Observation(config, score(config)) for config in proposals]
    return history


def told(configs: list[dict], values: list[object], states: list[str]) -> list[Observation]:
    return [Observation(c, v, s) for c, v, s in zip(configs, values, states, strict=False)]


@pytest.mark.parametrize("space", SPACES.values(), ids=SPACES)
@pytest.mark.parametrize("name", PROPOSING)
def test_proposals_are_legal_plain_and_survive_json(name: str, space: Space) -> None:
    history = play(name, space, 16, lanes=2)
    assert history
    for observation in history:
        config = observation.config
        assert space.validate(config) == config
        assert list(config) == [p.name for p in space if p.name in config]
        assert {type(value) for value in config.values()} <= {float, int, str, bool, type(None)}
        assert json.loads(json.dumps(config, allow_nan=False)) == config


@pytest.mark.parametrize("name", METHODS)
@quick
@given(
    key=st.sampled_from(sorted(SPACES)),
    seed=st.integers(0, 2**70),
    start=st.integers(0, 100_000),
    values=st.lists(st.one_of(st.none(), st.floats()), max_size=30),
    states=st.lists(st.sampled_from(["complete", "pruned", "failed", "running", "waiting"]), min_size=30, max_size=30),
    direction=st.sampled_from(["maximize", "minimize"]),
)
def test_any_history_gives_legal_proposals_and_the_same_again(
    name: str, key: str, seed: int, start: int, values: list, states: list, direction: str
) -> None:
    space = SPACES[key]
    history = told(make_method("random", space, seed=1).ask(len(values)), values, states)
    first = make_method(name, space, seed=seed, direction=direction).ask(3, history, start)
    again = make_method(name, space, seed=seed, direction=direction).ask(3, tuple(history), start)
    assert first == again
    assert len(first) <= 3
    assert all(space.contains(config) for config in first)


def test_another_process_gives_the_same_answers() -> None:
    history = play("random", SVM, 20)
    here = {name: make_method(name, SVM, seed=5).ask(3, history, start=20) for name in PROPOSING}
    program = (
        "import json, sys; from studies.search import *\n"
        "d = json.load(sys.stdin); space = Space.from_json(d['space'])\n"
        "history = [Observation(c, v) for c, v in d['history']]\n"
        "print(json.dumps({name: make_method(name, space, seed=5).ask(3, history, start=20) for name in d['names']}))"
    )
    given_data = {"names": PROPOSING, "space": SVM.to_json(), "history": [(dict(o.config), o.value) for o in history]}
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(given_data),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "12345"},
    )
    assert json.loads(done.stdout) == here


@pytest.mark.parametrize("name", PROPOSING)
def test_asking_for_several_begins_with_what_asking_for_one_gives(name: str) -> None:
    history = play("random", SVM, 15)
    method = make_method(name, SVM, seed=2)
    assert method.ask(4, history, start=15)[:1] == method.ask(1, history, start=15)
    assert method.ask(0, history, start=15) == []


@pytest.mark.parametrize("name", ["random", "grid"])
def test_without_history_proposal_i_depends_on_seed_and_i_alone(name: str) -> None:
    method = make_method(name, SVM, seed=9)
    whole = method.ask(20)
    assert whole[7:12] == make_method(name, SVM, seed=9).ask(5, play("random", SVM, 4), start=7)
    assert whole != make_method(name, SVM, seed=10).ask(20)


@pytest.mark.parametrize("name", MODEL_BASED)
@pytest.mark.parametrize("key", ["one float", "conditions", "steps", "wide"])
def test_neither_told_nor_pending_configurations_come_again(name: str, key: str) -> None:
    space = SPACES[key]
    method = make_method(name, space, seed=1)
    history: list[Observation] = []
    for start in range(24):
        (config,) = method.ask(1, history, start)
        assert config not in [dict(o.config) for o in history]
        history.append(Observation(config, score(config), "complete" if start % 3 else "running"))


@pytest.mark.parametrize("name", MODEL_BASED)
@pytest.mark.parametrize("key", ["constants", "one choice", "two values", "categorical"])
def test_a_finite_space_is_tried_whole_and_then_no_more(name: str, key: str) -> None:
    space = SPACES[key]
    history = play(name, space, 100, lanes=5)
    assert len(history) == space.size == len({space.identity(o.config) for o in history})
    assert make_method(name, space, seed=3).ask(2, history, start=len(history)) == []


@pytest.mark.parametrize("name", MODEL_BASED)
def test_a_large_finite_space_is_tried_whole_without_repeats(name: str) -> None:
    space = Space.from_json([{"name": "n", "type": "int", "low": 1, "high": 1200}])
    everything = [{"n": n} for n in range(1, 1201)]
    history = [Observation(config, score(config)) for config in everything if config["n"] not in (7, 444, 1200)]
    last = make_method(name, space).ask(5, history, start=1197)
    assert sorted(config["n"] for config in last) == [7, 444, 1200]


@pytest.mark.parametrize("name", MODEL_BASED)
@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
def test_when_all_trials_failed_it_goes_on_elsewhere(name: str, value: float | None) -> None:
    configs = make_method("random", SVM, seed=1).ask(30)
    history = [Observation(config, value, "failed" if i % 2 else "complete") for i, config in enumerate(configs)]
    proposals = make_method(name, SVM).ask(3, history, start=30)
    assert len(proposals) == 3
    assert all(SVM.contains(config) and config not in configs for config in proposals)


@pytest.mark.parametrize("name", METHODS)
def test_configurations_off_the_space_do_no_harm(name: str) -> None:
    strange = [
        {"kernel": "rbf", "gamma": "auto", "C": 1.0, "max_iter": -1},
        {"kernel": "rbf", "gamma": "scale", "C": 1e9, "degree": 3},
        {"C": "1.0"},
        {"C": math.nan, "kernel": "linear", "max_iter": 500},
        {"C": 10**400, "kernel": "poly", "gamma": "scale", "degree": 2.5, "max_iter": 500},
        {},
        {"unheard of": [1, 2]},
        {"C": [1], "kernel": {"rbf"}, "max_iter": 500},
    ]
    history = [Observation(config, 1.0, state) for config in strange for state in ("complete", "running", "failed")]
    history += play("random", SVM, 10)
    proposals = make_method(name, SVM).ask(3, history, start=30)
    assert all(SVM.contains(config) for config in proposals)
    assert len(proposals) == (0 if name == "manual" else 3)


@pytest.mark.parametrize("name", MODEL_BASED)
def test_direction_turns_the_search_round(name: str) -> None:
    space = Space.from_json([{"name": "x", "type": "float", "low": -1, "high": 1}])
    for direction, sign in (("maximize", 1), ("minimize", -1)):
        method = make_method(name, space, direction=direction)
        history: list[Observation] = []
        for start in range(30):
            (config,) = method.ask(1, history, start)
            history.append(Observation(config, config["x"]))
        good, bad = (sum(way * o.value > 0.8 for o in history) for way in (sign, -sign))
        assert good > 2 * bad


@pytest.mark.parametrize("name", METHODS)
def test_a_long_history_in_sixty_dimensions_is_no_burden(name: str) -> None:
    """Five times what it takes here (0.2 CPU seconds for the slowest), so that only another order of growth fails."""
    space, ends = SPACES["wide"], ["complete", "complete", "pruned", "failed"]
    configs = make_method("random", space, seed=1, sampler="independent").ask(700)
    history = [
        Observation(config, score(config), ends[i % 4], estimate=score(config), noise=0.1)
        for i, config in enumerate(configs[:600])
    ] + [Observation(config, state="running") for config in configs[600:]]
    begin = time.process_time()
    make_method(name, space).ask(4, history, start=700)
    assert time.process_time() - begin < 1.0


def test_manual_never_proposes() -> None:
    assert make_method("manual", SVM).ask(5, [], 0) == []
