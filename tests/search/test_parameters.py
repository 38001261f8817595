"""Domains: what is refused, what is legal, positions, levels."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.search import Boolean, Categorical, Constant, Float, Int, Parameter, Prior, SpaceError

HUGE = 10**5000


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Float("x", 1, 1), "low is 1 and high is 1; low must be below high; a fixed value is a constant"),
        (lambda: Float("x", 2, 1), "low is 2 and high is 1"),
        (lambda: Float("x", math.nan, 1), "low is nan; it must be a finite number"),
        (lambda: Float("x", 0, math.inf), "high is inf"),
        (lambda: Float("x", 0, 10**400), "high is 1000"),
        (lambda: Float("x", 0, HUGE), "high is a int too large to print"),
        (lambda: Float("x", False, 1), "low is False"),
        (lambda: Float("x", "0", 1), "low is '0'"),
        (lambda: Float("x", 0, 1, log=True), "low is 0; on a log axis it must be above 0"),
        (lambda: Float("x", 0, 1, log="yes"), "log is 'yes'; it must be true or false"),
        (lambda: Float("x", 0, 1, step=0), "step is 0.0"),
        (lambda: Float("x", 0, 1, step=-1), "step is -1.0"),
        (lambda: Float("x", 0, 1, step=2), "step is 2.0"),
        (lambda: Float("x", 0, 1, step=1e-300), "step is 1e-300"),
        (lambda: Float("x", 1, 9, log=True, step=1), "step 1.0 cannot be kept on a log axis"),
        (lambda: Int("x", 1, 1), "a fixed value is a constant"),
        (lambda: Int("x", 1.0, 5), "low is 1.0; it must be a whole number"),
        (lambda: Int("x", 0, HUGE), "high is a int too large"),
        (lambda: Int("x", 0, 5, log=True), "low is 0"),
        (lambda: Int("x", 0, 5, step=6), "step is 6; it must be from 1 to high − low, 5"),
        (lambda: Int("x", 0, 5, step=0), "step is 0"),
        (lambda: Int("x", 0, 5, step=True), "step is True"),
        (lambda: Int("x", 1, 9, step=2, log=True), "step 2 cannot be kept"),
        (lambda: Categorical("x", []), "there are 0 choices"),
        (lambda: Categorical("x", "abc"), "choices is 'abc'; it must be a list"),
        (lambda: Categorical("x", list(range(1001))), "there are 1001 choices"),
        (lambda: Categorical("x", [1, "a", 1.0]), "choice 1.0 is there twice"),
        (lambda: Categorical("x", [[1]]), r"choice \[1\] cannot be used"),
        (lambda: Categorical("x", [math.nan]), "choice nan cannot be used"),
        (lambda: Categorical("x", [HUGE]), "choice a int too large to print cannot be used"),
        (lambda: Categorical("x", ["a" * 1001]), "cannot be used"),
        (lambda: Constant("x", {}), "value {} cannot be used"),
        (lambda: Float("x", 0, 1, prior=3), "prior is 3; it must look like {"),
        (lambda: Float("x", 0, 1, prior={"centre": 1}), "prior is {'centre': 1}; it must look like"),
        (
            lambda: Float("x", 0, 1, prior={"centre": "1", "spread": 1}),
            "prior centre is '1'; it must be a finite number",
        ),
        (lambda: Float("x", 0, 1, prior=Prior(0.5, HUGE)), "prior spread is a int too large"),
        (lambda: Float("x", 0, 1, prior=Prior(2, 1)), "prior centre is 2.0; it must be in the range, from 0.0 to 1.0"),
        (lambda: Float("x", 0, 1, prior=Prior(0.5, -1)), "prior spread is -1.0; it must be above 0"),
        (lambda: Float("x", 0, 1, prior=Prior(0.5, 0.001)), "below a hundredth of the range: narrow the range instead"),
        (lambda: Float("x", 1, 9, log=True, prior=Prior(2, 1)), "on a log axis it is a factor and must be above 1"),
        (lambda: Int("x", 0, 10**10, prior=Prior(5, 10**9)), "prior cannot be kept over 10000000001 values"),
        (lambda: Categorical("x", [1, 2], weights=[1]), r"weights is \[1\]; it must be a list of 2 numbers"),
        (lambda: Categorical("x", [1, 2], weights=[1, "2"]), "a weight is '2'; it must be a finite number"),
        (lambda: Categorical("x", [1, 2], weights=[1, 0]), "a weight is 0.0; it must be above 0.*leave out a choice"),
        (lambda: Boolean("x", weights=[1e300, 1]), "a weight is 1.0; it must be above 0 and at least a millionth"),
        (lambda: Boolean("x", why=3), "why is 3"),
        (lambda: Boolean("x", when=["kernel"]), "when is"),
        (lambda: Boolean("x", when={"kernel": "rbf"}), "when 'kernel' is 'rbf'; it must be a list"),
        (lambda: Boolean("x", when={"kernel": []}), "must be a list of its values"),
        (lambda: Boolean("x", when={3: ["rbf"]}), "when names 3"),
    ],
)
def test_a_domain_that_makes_no_sense_is_refused(make, words: str) -> None:
    with pytest.raises(SpaceError, match=words) as refused:
        make()
    assert refused.value.parameter == "x"


@pytest.mark.parametrize("name", ["", "  ", "__class__", "a" * 101, None, 3])
def test_a_bad_name_is_refused(name: object) -> None:
    with pytest.raises(SpaceError, match="A parameter is named"):
        Boolean(name)


@pytest.mark.parametrize(
    ("parameter", "legal", "illegal"),
    [
        (Float("x", 0, 1), [0.0, 1, 0.5, 1.0], [-1e-9, 1.1, math.nan, math.inf, True, "0.5", None, [0.5], HUGE]),
        (Float("x", 0.1, 0.7, step=0.2), [0.1, 0.3, 0.1 + 0.2, 0.5, 0.7], [0.2, 0.69]),
        (Int("x", -2, 7, step=3), [-2, 1, 4, 7], [0, 10, 1.0, True, None, "1", HUGE]),
        (Categorical("x", [None, 1, "a", 2.5]), [None, 1, 1.0, "a", 2.5], [True, "1", 2, [1], {}, math.nan]),
        (Categorical("x", [True, 1]), [True, 1], [False, 0]),
        (Boolean("x"), [True, False], [0, 1, "true", None]),
        (Constant("x", 0), [0, 0.0], [False, None, 1]),
    ],
)
def test_legal_values(parameter: Parameter, legal: list, illegal: list) -> None:
    for value in legal:
        assert parameter.check(value) == value
    for value in illegal:
        with pytest.raises(SpaceError) as refused:
            parameter.check(value)
        assert refused.value.parameter == "x"


def test_checked_values_are_of_the_domains_own_type() -> None:
    assert type(Float("x", 0, 2).check(1)) is float
    assert type(Float("x", 0, 2).check(np.float64(1.5))) is float
    assert type(Categorical("x", [1, 2]).check(2.0)) is int


@pytest.mark.parametrize(
    ("parameter", "count", "levels"),
    [
        (Float("x", 0, 1), 5, [0, 0.25, 0.5, 0.75, 1]),
        (Float("x", 1e-3, 1e3, log=True), 3, [1e-3, 1, 1e3]),
        (Float("x", 1e-2, 1e4, log=True), 1, [10]),
        (Float("x", 0, 1, step=0.1), 3, [0, 0.5, 1]),
        (Float("x", 0, 1, step=0.3), 9, [0, 0.3, 0.6, 0.9]),
        (Float("x", 0.1, 0.3, step=0.2), 9, [0.1, 0.3]),
        (Int("n", 1, 3), 5, [1, 2, 3]),
        (Int("n", 0, 100), 5, [0, 25, 50, 75, 100]),
        (Int("n", 0, 10, step=4), 2, [0, 8]),
        (Int("n", 1, 1000, log=True), 4, [1, 10, 100, 1000]),
        (Int("n", 1, 6, log=True), 5, [1, 2, 4, 6]),
        (Int("n", 1, 1000), 1, [500]),
        (Categorical("c", ["a", "b", "c"]), 1, ["a", "b", "c"]),
        (Boolean("b"), 5, [False, True]),
        (Constant("k", "v"), 5, ["v"]),
    ],
)
def test_grid_levels(parameter: Parameter, count: int, levels: list) -> None:
    found = list(parameter.levels(count))
    assert found == pytest.approx(levels) if isinstance(levels[0], float | int) else found == levels
    assert all(parameter.check(value) == value for value in found)


bounded = st.floats(-1e300, 1e300)


@given(a=bounded, b=bounded, u=st.floats(0, 1))
def test_float_positions_go_there_and_back(a: float, b: float, u: float) -> None:
    if a == b:
        return
    parameter = Float("x", min(a, b), max(a, b))
    value = parameter.check(parameter.from_unit(u))
    back = parameter.to_unit(value)
    assert 0 <= back <= 1
    assert parameter.from_unit(back) == pytest.approx(value, rel=1e-9, abs=1e-12 * max(abs(a), abs(b)))


@given(low=st.integers(1, 10**6), span=st.integers(1, 10**6), u=st.floats(0, 1), log=st.booleans())
def test_int_positions_go_there_and_back_and_snapping_agrees(low: int, span: int, u: float, log: bool) -> None:
    parameter = Int("n", low, low + span, log=log)
    value = parameter.check(parameter.from_unit(u))
    assert parameter.from_unit(parameter.to_unit(value)) == value
    assert parameter.snap(np.array([u]))[0] == pytest.approx(parameter.to_unit(value), abs=1e-9)


@pytest.mark.parametrize("parameter", [Int("n", 1, 4), Categorical("c", list("abcd")), Float("x", 0, 3, step=1)])
def test_discrete_values_share_the_unit_interval_evenly(parameter: Parameter) -> None:
    counts: dict[object, int] = {}
    for u in np.linspace(0, 1, 400, endpoint=False):
        counts[parameter.from_unit(u)] = counts.get(parameter.from_unit(u), 0) + 1
    assert list(counts.values()) == [100] * 4


@pytest.mark.parametrize(
    ("parameter", "value", "nearest"),
    [
        (Float("x", 0, 1), 7, 1.0),
        (Float("x", 0, 1, step=0.25), 0.3, 0.25),
        (Int("n", 1, 10, step=4), 6.6, 5),
        (Int("n", 1, 10, step=4), math.inf, 9),
        (Int("n", 1, 10), -(10**400), 1),
    ],
)
def test_numbers_off_the_range_have_a_nearest_legal_value(parameter: Parameter, value: float, nearest: float) -> None:
    assert parameter.nearest(value) == pytest.approx(nearest)
    assert parameter.check(parameter.nearest(value)) == parameter.nearest(value)


edges = st.floats(-1e3, 1e3)  # farther out, narrow ranges have too few floats to come back to the same position


@given(low=edges, span=st.floats(1e-3, 1e9), at=st.floats(0, 1), wide=st.floats(0.0101, 300), u=st.floats(0, 1))
def test_a_prior_bends_a_float_there_and_back(low: float, span: float, at: float, wide: float, u: float) -> None:
    high = low + span
    shaped = Float("x", low, high, prior=Prior(min(max(low + at * span, low), high), wide * span))
    value = shaped.check(shaped.from_unit(u))
    rounding = 4 * math.ulp(max(abs(low), abs(high))) / span  # of a value, in lengths of the axis
    steepest = 40  # a prior as narrow as may be draws that much more at its centre than an even one
    assert shaped.to_unit(value) == pytest.approx(u, abs=1e-9 + steepest * rounding)
    assert shaped.from_unit(shaped.to_unit(value)) == pytest.approx(value, abs=(1e-9 + rounding) * span)
    assert shaped.snap(np.array([u]))[0] == pytest.approx(shaped.to_unit(value), abs=1e-9 + steepest * rounding)
    assert [shaped.from_unit(end) for end in (0, 1)] == [low, high]


@given(
    low=st.integers(1, 1000),
    span=st.integers(1, 10**6),
    at=st.floats(0, 1),
    wide=st.floats(0.02, 10),
    log=st.booleans(),
    u=st.floats(0, 1),
)
def test_a_prior_bends_an_int_there_and_back(low: int, span: int, at: float, wide: float, log: bool, u: float) -> None:
    centre = low + at * span
    spread = (1 + span / low) ** (2 * wide) if log else 2 * wide * span
    shaped = Int("n", low, low + span, log=log, prior=Prior(centre, spread))
    value = shaped.check(shaped.from_unit(u))
    assert shaped.from_unit(shaped.to_unit(value)) == value
    assert shaped.from_unit(shaped.snap(np.array([u]))[0]) == value


def test_a_prior_puts_two_thirds_within_its_spread_and_leaves_a_tenth_even() -> None:
    drawn = np.array([Float("x", 0, 100, prior=Prior(60, 5)).from_unit(u) for u in np.linspace(0, 1, 10_001)])
    assert np.mean(abs(drawn - 60) < 5) == pytest.approx(0.9 * 0.6827 + 0.1 * 0.1, abs=0.005)
    assert np.mean(drawn < 30) == pytest.approx(0.1 * 0.3, abs=0.002)
    rates = np.array(
        [Float("r", 1e-6, 1, log=True, prior=Prior(1e-3, 10)).from_unit(u) for u in np.linspace(0, 1, 10_001)]
    )
    assert np.mean((rates > 1e-4) & (rates < 1e-2)) == pytest.approx(0.9 * 0.6827 / 0.9973 + 0.1 / 3, abs=0.005)
    assert np.median(rates) == pytest.approx(1e-3, rel=0.01)


@given(weights=st.lists(st.floats(1e-3, 1e3), min_size=2, max_size=20), u=st.floats(0, 1))
def test_weights_bend_choices_there_and_back(weights: list[float], u: float) -> None:
    shaped = Categorical("c", list(range(len(weights))), weights=weights)
    value = shaped.check(shaped.from_unit(u))
    assert shaped.from_unit(shaped.to_unit(value)) == value
    assert shaped.snap(np.array([u]))[0] == shaped.to_unit(value)


def test_weights_are_shares() -> None:
    drawn = [Categorical("c", ["a", "b", "c"], weights=[1, 2, 5]).from_unit(u) for u in np.linspace(0, 1, 800, False)]
    assert [drawn.count(choice) for choice in "abc"] == [100, 200, 500]
    assert sum(Boolean("b", weights=[3, 1]).from_unit(u) for u in np.linspace(0, 1, 800, False)) == 200


def test_a_grid_surveys_the_range_whatever_its_shape() -> None:
    for shaped, plain in [
        (Float("x", 0, 1, prior=Prior(1, 0.1)), Float("x", 0, 1)),
        (Int("n", 1, 1000, log=True, prior=Prior(900, 2)), Int("n", 1, 1000, log=True)),
        (Categorical("c", [1, 2], weights=[1, 9]), Categorical("c", [1, 2])),
    ]:
        assert all(list(shaped.levels(count)) == list(plain.levels(count)) for count in (1, 2, 5))
        assert shaped.every() == plain.every()
