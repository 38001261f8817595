"""A space narrowed around good trials, or widened where they touch an end."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.search import Boolean, Categorical, Constant, Float, Int, Prior, Space, make_method
from studies.search.refocus import changes, held, narrowed, widened
from tests.search.spaces import SVM, spaces

C = Float("C", 1e-3, 1e3, log=True)


def only(parameter, *values):
    """What a space of one parameter narrows to around these values."""
    return narrowed(Space([parameter]), [{parameter.name: value} for value in values])[parameter.name]


@pytest.mark.parametrize(
    ("parameter", "values", "low", "high"),
    [
        (C, [0.5, 2.0, 10.0], 0.12, 40),  # a tenth of six decades beyond each
        (C, [1e-3, 1.0], 1e-3, 4),
        (Float("share", 0, 1), [0.4, 0.5], 0.3, 0.6),
        (Float("step", 0, 1, step=0.05), [0.5], 0.4, 0.6),
        (Int("depth", 1, 30), [10, 12], 7, 15),
        (Int("leaf", 1, 64, log=True), [8, 8], 5, 13),
        (Int("degree", 2, 5), [3, 3], 2, 4),
        (Float("wide", 0, 1), [0.0, 0.85], 0, 1),  # hardly narrower: left as it is
    ],
)
def test_a_number_keeps_the_range_of_the_good_ones_and_a_margin(parameter, values, low, high):
    found = only(parameter, *values)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert type(found) is type(parameter)
    assert found.log == parameter.log
    assert found.step == parameter.step


def test_choices_go_once_enough_good_ones_agree():
    kernel = Categorical("kernel", ["rbf", "poly", "linear"], weights=[5, 3, 2])
    assert only(kernel, "rbf", "poly", "rbf", "rbf") == kernel
    found = only(kernel, "rbf", "poly", "rbf", "rbf", "rbf")
    assert list(found.choices) == ["rbf", "poly"]
    assert found.weights[0] / found.weights[1] == pytest.approx(5 / 3)
    both = Space([Boolean("balanced"), C])
    assert narrowed(both, [{"balanced": True, "C": 1.0}] * 5)["balanced"] == Constant("balanced", True)
    assert narrowed(Space([kernel]), [{"kernel": "rbf"}] * 5) == Space([kernel])  # nothing would be left to search


def test_conditions_and_forbidden_combinations_go_where_nothing_is_left_of_them():
    space = Space(
        [
            C,
            Categorical("penalty", ["l1", "l2"]),
            Categorical("loss", ["hinge", "squared"]),
            Int("degree", 2, 5, when={"penalty": ["l1"]}),
        ],
        [{"penalty": ["l1"], "loss": ["hinge"]}],
    )
    found = narrowed(space, [{"C": 1.0, "penalty": "l2", "loss": loss} for loss in ["hinge", "squared"] * 3])
    assert "degree" not in found
    assert found.forbidden == ()
    assert found.contains({"C": 1.0, "penalty": "l2", "loss": "hinge"})
    assert changes(space, found) == [
        "C 0.001 to 1000 → 0.25 to 4",
        "penalty l1 or l2 → always l2",
        "degree 2 to 5 → not searched",
    ]


def test_a_parameter_held_takes_its_children_along():
    found = held(SVM, "kernel", "linear")
    assert found["kernel"] == Constant("kernel", "linear")
    assert "degree" not in found
    assert held(SVM, "C", None)["C"].value is None  # a library's default may lie off the range


@pytest.mark.parametrize(
    ("parameter", "end", "bounds", "low", "high"),
    [
        (C, "high", (0, None), 1e-3, 1e5),
        (C, "low", (0, None), 1e-5, 1e3),
        (Float("share", 0.3, 0.9), "high", (0, 1), 0.3, 1),
        (Float("share", 0.3, 0.9), "low", (None, None), 0.1, 0.9),
        (Float("alpha", 0, 3), "low", (None, None), 0, 3),
        (Float("step", 0, 0.9, step=0.1), "high", (None, None), 0, 1.2),
        (Int("depth", 1, 10), "high", (1, None), 1, 13),
        (Int("leaf", 4, 64, log=True), "low", (1, None), 1, 64),
        (Int("leaf", 1, 64, log=True), "low", (1, None), 1, 64),
    ],
)
def test_a_range_reaches_further_at_the_end_that_is_touched(parameter, end, bounds, low, high):
    found = widened(Space([parameter]), {parameter.name: {end}}, {parameter.name: bounds})[parameter.name]
    assert (found.low, found.high) == pytest.approx((low, high))


def test_a_shape_stays_while_it_fits():
    shaped = Float("C", 1e-3, 1e3, log=True, prior=Prior(1.0, 10.0))
    assert widened(Space([shaped]), {"C": {"high"}})["C"].prior == shaped.prior
    assert only(shaped, 1.0, 2.0).prior == shaped.prior
    assert only(shaped, 500.0, 900.0).prior is None


@settings(max_examples=60)
@given(st.data())
def test_any_space_narrowed_holds_its_good_ones_and_widened_holds_all(data):
    space = data.draw(spaces())
    drawn = make_method("random", space, seed=data.draw(st.integers(0, 3)), sampler="independent").ask(12)
    good = drawn[: data.draw(st.integers(0, 12))]
    narrow = narrowed(space, [*good, {"nothing": 1}])
    assert narrow == Space.from_json(narrow.to_json())
    for config in good:
        assert narrow.contains(config)
    for parameter in narrow:
        if isinstance(parameter, Float | Int):
            assert space[parameter.name].low <= parameter.low < parameter.high <= space[parameter.name].high
    ends = {parameter.name: data.draw(st.sets(st.sampled_from(["low", "high"]))) for parameter in space}
    wide = widened(space, ends)
    assert wide == Space.from_json(wide.to_json())
    for name in ends:
        if isinstance(space[name], Float | Int):
            assert wide[name].low <= space[name].low
            assert wide[name].high >= space[name].high - (space[name].step or 0)
    for config in drawn:
        assert wide.contains(config)
