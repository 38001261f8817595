"""Spaces: conditions, configurations, the unit cube."""

import numpy as np
import pytest
from hypothesis import given, settings

from studies.search import Boolean, Categorical, Constant, Float, Int, Space, SpaceError
from tests.search.spaces import ENTANGLED, LINEAR_SVC, SPACES, SVM, anything

LEGAL = {"C": 1.0, "kernel": "rbf", "gamma": "value", "gamma_value": 0.5, "max_iter": 500}


@pytest.mark.parametrize(
    ("change", "culprit", "words"),
    [
        ({"C": 1e9}, "C", r"C: 1000000000.0 is outside its range; it must be from 0.001 to 1000.0"),
        ({"C": "1"}, "C", "C: the value is '1'; it must be a finite number"),
        ({"C": ...}, "C", "C: the value is missing"),
        ({"kernel": "rbff"}, "kernel", "kernel: 'rbff' is not among its choices; they are 'rbf', 'poly', 'linear'"),
        ({"degree": 3}, "degree", "degree: 3 is given, but it only counts while kernel is 'poly'; leave it out"),
        ({"gamma": "scale"}, "gamma_value", "gamma_value: 0.5 is given, but it only counts while gamma is 'value'"),
        ({"gamma_value": ...}, "gamma_value", "gamma_value: the value is missing"),
        ({"max_iter": 100}, "max_iter", "max_iter: 100 is not its value; it is always 500"),
        ({"tol": 1}, "tol", "'tol' is not a parameter of this space"),
    ],
)
def test_what_is_wrong_with_a_configuration(change: dict, culprit: str, words: str) -> None:
    config = {name: value for name, value in {**LEGAL, **change}.items() if value is not ...}
    with pytest.raises(SpaceError, match=words) as refused:
        SVM.validate(config)
    assert refused.value.parameter == culprit
    assert not SVM.contains(config)


@pytest.mark.parametrize("thing", [None, [], "C=1", 3, {3: 1}])
def test_what_is_not_a_configuration_at_all(thing: object) -> None:
    with pytest.raises(SpaceError):
        SVM.validate(thing)


def test_validation_orders_and_types_the_values() -> None:
    valid = SVM.validate({**dict(reversed(LEGAL.items())), "C": 1})
    assert list(valid) == ["C", "kernel", "gamma_value", "gamma", "max_iter"]
    assert type(valid["C"]) is float


def test_a_child_of_an_inactive_parent_is_inactive() -> None:
    assert SVM.contains({"C": 1.0, "kernel": "linear", "max_iter": 500})
    assert not SVM.contains({"C": 1.0, "kernel": "linear", "gamma_value": 0.5, "max_iter": 500})


def test_several_conditions_must_all_hold() -> None:
    space = Space([Boolean("a"), Int("n", 1, 3), Constant("k", 0, when={"a": [True], "n": [1, 3]})])
    assert space.contains({"a": True, "n": 3, "k": 0})
    assert space.contains({"a": True, "n": 2})
    assert not space.contains({"a": False, "n": 1, "k": 0})
    assert space.size == 6


@pytest.mark.parametrize(
    ("parameters", "culprit", "words"),
    [
        ([Boolean("a"), Boolean("a")], "a", "the name is there twice"),
        ([Boolean("a", when={"a": [True]})], "a", "goes in a circle through a"),
        (
            [Boolean("c"), Boolean("a", when={"b": [True]}), Boolean("b", when={"a": [True], "c": [True]})],
            "a",
            "in a circle through b",
        ),
        ([Boolean("a", when={"b": [True]})], "a", "when names 'b'; there is no such parameter"),
        ([Float("x", 0, 1), Boolean("a", when={"x": [0.5]})], "a", "a condition may be on a category"),
        ([Int("x", 0, 10**6), Boolean("a", when={"x": [5]})], "a", "with at most 1000 values"),
        ([Int("x", 0, 9), Boolean("a", when={"x": [10]})], "a", "when 'x' is 10; x: 10 is outside its range"),
        ([Boolean("b"), Boolean("a", when={"b": [1]})], "a", "when 'b' is 1; b: 1 is not a truth value"),
        ([Boolean(f"b{i}") for i in range(201)], None, "There are 201 parameters"),
        (["x"], None, "'x' is not a parameter"),
    ],
)
def test_a_space_that_makes_no_sense_is_refused(parameters: list, culprit: str | None, words: str) -> None:
    with pytest.raises(SpaceError, match=words) as refused:
        Space(parameters)
    assert refused.value.parameter == culprit


CLASSIC = {"penalty": ["l1"], "loss": ["hinge"]}


@pytest.mark.parametrize(
    ("forbidden", "culprit", "words"),
    [
        ("l1", None, r"forbidden is 'l1'; it must look like \[{"),
        (None, None, "forbidden is None"),
        ([["penalty"]], None, r"Forbidden combination 1 is \['penalty'\]; it must look like {"),
        ([CLASSIC, {}], None, "Forbidden combination 2 is {}"),
        ([{"penalty": ["l3"], "loss": ["log"]}], "penalty", "combination 1: penalty: 'l3' is not among its choices"),
        ([{"penalty": "l1", "loss": ["log"]}], "penalty", "'penalty' is 'l1'; it must be a list of its values"),
        ([{"penalty": [], "loss": ["log"]}], "penalty", r"'penalty' is \[\]; it must be a list"),
        ([{"penality": ["l1"], "loss": ["log"]}], "penality", "names 'penality'; there is no such parameter"),
        ([{3: [1], "loss": ["log"]}], None, "names 3; there is no such parameter"),
        ([{"C": [0.5], "loss": ["log"]}], "C", "names 'C'; it may be on a category, a boolean"),
        ([{"n": [5], "loss": ["log"]}], "n", "with at most 1000 values"),
        ([{"penalty": ["l1"]}], None, "names one parameter alone; take the value out of its domain"),
        ([{"penalty": ["l1"], "dual": [True]}], None, "can never come up: the conditions leave no value of penalty"),
        ([CLASSIC, CLASSIC], None, "Forbidden combination 2, .*says the same as another or part of it"),
        ([CLASSIC, {**CLASSIC, "loss": ["hinge", "log"]}], None, "leave the narrower one out"),
        ([{"penalty": ["l1", "l2"], "loss": ["hinge", "log"]}], None, "Nothing is left: every configuration"),
        ([CLASSIC] * 101, None, "There are 101 forbidden combinations; there may be at most 100"),
    ],
)
def test_a_combination_that_makes_no_sense_is_refused(forbidden: object, culprit: str | None, words: str) -> None:
    with pytest.raises(SpaceError, match=words) as refused:
        Space(ENTANGLED, forbidden)
    assert refused.value.parameter == culprit


def test_a_forbidden_combination_is_refused_in_words_and_the_nearest_is_found() -> None:
    config = {"C": 1e9, "penalty": "l1", "loss": "hinge", "dual": False}
    with pytest.raises(
        SpaceError, match="loss: 'hinge' is forbidden while penalty is 'l1'; change one of them"
    ) as refused:
        LINEAR_SVC.validate({**config, "C": 1.0})
    assert refused.value.parameter == "loss"
    assert LINEAR_SVC.nearest(config) == {"C": 1000.0, "penalty": "l1", "loss": "squared_hinge", "dual": False}
    legal = {"C": 1 / 3, "penalty": "l2", "loss": "hinge", "dual": True}
    assert LINEAR_SVC.nearest(legal) == LINEAR_SVC.validate(legal) == legal


def test_a_combination_counts_only_while_all_of_it_is_active() -> None:
    space = Space(ENTANGLED[:3], [{"dual": [True], "loss": ["hinge"]}])
    assert space.contains({"penalty": "l1", "loss": "hinge"})
    assert not space.contains({"penalty": "l2", "loss": "hinge", "dual": True})
    assert space.size == 2 + 3


def test_spaces_without_forbidden_combinations_or_shapes_are_written_as_ever() -> None:
    assert list(SVM.to_json()) == ["parameters"]
    assert list(Space([Boolean("b"), Float("x", 0, 1)]).to_json()["parameters"][0]) == ["name", "type"]
    assert list(SVM.to_json()["parameters"][1]) == ["name", "type", "low", "high", "log", "step"]
    assert SPACES["shaped"].to_json()["parameters"][0]["prior"] == {"centre": 1.0, "spread": 0.5}
    assert LINEAR_SVC.to_json()["forbidden"][0] == CLASSIC
    assert Space(list(LINEAR_SVC)) != LINEAR_SVC


def test_conditions_nobody_can_count_are_refused_quickly() -> None:
    parents = [Boolean(f"p{i}") for i in range(99)]
    children = [Boolean(f"c{i}", when={f"p{i}": [True], f"p{(37 * i + 11) % 99}": [False]}) for i in range(99)]
    with pytest.raises(SpaceError, match="too entangled"):
        Space(parents + children)


@pytest.mark.parametrize("space", SPACES.values(), ids=SPACES)
def test_the_unit_cube_and_back(space: Space) -> None:
    rng = np.random.default_rng(0)
    for point in rng.random((50, space.dimensions)):
        config = space.from_unit(point)
        assert space.validate(config) == config
        there = space.to_unit(config)
        assert there.shape == (space.dimensions,)
        assert np.all((there >= 0) & (there <= 1))
        assert np.allclose(space.snap(point[None])[0], there, atol=1e-9)
        again = space.from_unit(there)
        assert {k: v if isinstance(v, str | None) else pytest.approx(v) for k, v in config.items()} == again


def test_only_active_parameters_are_told_from_the_middle() -> None:
    point = SVM.to_unit({"C": 1.0, "kernel": "linear", "max_iter": 500})
    assert point == pytest.approx([0.5, 0.5, 5 / 6, 0.5, 0.5])
    assert SVM.active(point[None])[0].tolist() == [False, True, True, False, False]


@pytest.mark.parametrize("point", [[0.5], [np.nan] * 5, [[0.5] * 5], [np.inf] * 5])
def test_what_is_not_a_point(point: list) -> None:
    with pytest.raises(ValueError, match="it must be 5 finite numbers"):
        SVM.from_unit(point)


def test_the_nearest_configuration() -> None:
    assert SVM.nearest({"C": 1e9, "kernel": "linear", "degree": 3, "probability": True}) == {
        "C": 1000.0,
        "kernel": "linear",
        "max_iter": 500,
    }
    assert SVM.nearest({"C": 1.0, "kernel": "rbf", "gamma": "auto"}) is None
    assert SVM.nearest({"kernel": "linear"}) is None
    assert SVM.nearest(None) is None


@given(anything)
@settings(max_examples=100, deadline=None)
def test_any_configuration_is_accepted_or_refused_but_never_breaks(config: object) -> None:
    assert not SVM.contains(config)
    assert not SVM.contains({**LEGAL, "C": config}) or isinstance(config, int | float)
    SVM.nearest({**LEGAL, "C": config, "kernel": config})
    SVM.nearest({**LEGAL, "C": config})


def test_categories_are_equal_where_python_says_so_but_not_to_booleans() -> None:
    space = Space([Categorical("a", [1, True, None])])
    assert space.identity({"a": 1}) == space.identity({"a": 1.0}) != space.identity({"a": True})
