"""Timed fits: the folds that are drawn for them, how seconds grow with rows, and the range that comes of it."""

import numpy as np
import pytest

from studies.evaluation.timing import Fit, growth, rows_within, spread, timing_plan


def test_one_fold_learns_from_many_rows_and_the_other_from_few() -> None:
    plan = timing_plan(1000, 80, 20)
    (train, valid), (few, many) = plan.split(0), plan.split(1)
    assert (len(train), len(valid)) == (80, 20)
    assert set(few) == set(valid)
    assert set(many) == set(train)
    assert plan.sha256 == timing_plan(1000, 80, 20).sha256


@pytest.mark.parametrize(("train", "valid"), [(0, 5), (5, 0), (900, 200)])
def test_rows_that_are_not_there_cannot_be_drawn(train: int, valid: int) -> None:
    with pytest.raises(ValueError, match="cannot be drawn from 1000"):
        timing_plan(1000, train, valid)


@pytest.mark.parametrize("b", [1.2, 2.0, 3.0])
def test_a_power_of_the_rows_is_found_again(b: float) -> None:
    many, few = Fit(1000, 250, 0.01 * 4**b, 0.0), Fit(250, 1000, 0.01, 0.0)
    assert growth(many, few, 5000) == pytest.approx(5**b)
    rows = rows_within(many.seconds * 50, many, few, 10**9)
    assert (rows / 1000) ** b == pytest.approx(50.0, rel=0.02)


def test_a_fixed_part_is_not_taken_for_slow_growth() -> None:
    many, few = Fit(1000, 250, 0.5 + 0.1, 0.0), Fit(250, 1000, 0.5 + 0.025, 0.0)
    assert many.seconds * growth(many, few, 100_000) == pytest.approx(0.5 + 10.0)


def test_neighbours_cost_at_scoring_and_with_the_square_of_the_rows() -> None:
    many, few = Fit(1000, 250, 0.0001, 0.25), Fit(250, 1000, 0.0001, 0.25)
    assert growth(many, few, 10_000) == pytest.approx(100, rel=0.01)


def test_timings_that_say_nothing_are_taken_for_linear() -> None:
    assert growth(Fit(1000, 250, 0.0002, 0.0), Fit(250, 1000, 0.0001, 0.0), 3000) == pytest.approx(3)
    assert growth(Fit(1000, 900, 2.0, 0.0), Fit(900, 1000, 1.0, 0.0), 3000) == pytest.approx(3)
    assert growth(Fit(1000, 250, 1.0, 0.0), Fit(250, 1000, 2.0, 0.0), 3000) == pytest.approx(1)
    alone = Fit(1000, 250, 1.0, 0.5)
    assert growth(alone, alone, 2000) == pytest.approx(2)
    assert rows_within(0.1, alone, alone, 9000) == 1000
    assert rows_within(1e9, alone, alone, 9000) == 9000
    assert rows_within(1e9, alone, alone, 500) == 1000


def test_the_range_is_from_the_cheaper_to_the_dearer_half() -> None:
    seconds = spread([1.0, 1.0, 4.0, 10.0])
    assert (seconds.low, seconds.typical, seconds.high) == (1.0, 4.0, 7.0)
    steady = spread([2.0] * 5)
    assert steady.low < 2.0 < steady.high
    scaled = spread([1.0, 3.0], ratio=10, longer=10)
    assert scaled.typical == pytest.approx(20)
    assert scaled.low == pytest.approx(10**0.8)
    assert scaled.high == pytest.approx(3 * 10**1.2)


def test_a_single_timing_still_has_a_range() -> None:
    seconds = spread(np.array([0.5]))
    assert seconds.low < 0.5 < seconds.high
