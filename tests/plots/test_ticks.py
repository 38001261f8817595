"""Round numbers along axes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.plots.ticks import fill_between, linear_ticks, log_ticks, spread


def test_linear_ticks_are_round():
    assert linear_ticks(0.7, 0.8) == pytest.approx([0.7, 0.72, 0.74, 0.76, 0.78, 0.8])
    assert linear_ticks(2, 5, whole=True) == [2, 3, 4, 5]
    assert linear_ticks(5e-324, 1e-323) == [5e-324]
    assert linear_ticks(-1.7e308, 1.7e308) == [-1.7e308]


def test_log_ticks_are_decades_and_more_where_decades_are_few():
    assert log_ticks(1e-3, 1e3) == pytest.approx([1e-3, 1e-2, 0.1, 1, 10, 100, 1000])
    assert log_ticks(0.01, 0.5) == pytest.approx([0.01, 0.03, 0.1, 0.3])
    assert len(log_ticks(1e-12, 1e12)) <= 8
    assert max(log_ticks(1e-300, 1.7e308)) <= 1.7e308


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 8))
@settings(max_examples=100, deadline=None)
def test_linear_ticks_stay_inside_and_ascend(low, width, wanted):
    high = low + width
    ticks = linear_ticks(low, high, wanted)
    assert ticks == sorted(set(ticks))
    assert all(low - width * 1e-6 <= tick <= high + width * 1e-6 for tick in ticks)


@given(st.floats(1e-9, 1e6), st.floats(1.1, 1e9))
@settings(max_examples=100, deadline=None)
def test_log_ticks_are_at_least_two(low, factor):
    ticks = log_ticks(low, low * factor)
    assert len(ticks) >= 2
    assert ticks == sorted(ticks)


def test_places_between_marks_keep_the_marks():
    places = fill_between([1.0, 2.0], 0.0, 4.0, 8)
    assert places == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4])


def test_labels_that_collide_are_moved_apart_and_keep_their_order():
    moved = spread([0.5, 0.51, 0.1], 0.1, 1.0)
    assert moved[2] == pytest.approx(0.1)
    assert moved[1] - moved[0] == pytest.approx(0.1)
    assert sum(moved[:2]) == pytest.approx(1.01)
    assert spread([0.98, 0.99], 0.1, 1.0) == pytest.approx([0.9, 1.0])
