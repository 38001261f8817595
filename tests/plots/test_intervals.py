"""Scores with intervals on one axis."""

from hypothesis import given, settings
from hypothesis import strategies as st

from studies.plots.intervals import Scored, intervals

finite = st.floats(-1e9, 1e9)


def test_marks_lie_in_their_order_and_say_their_scores():
    found = intervals([Scored("A", 1, 0.77, 0.74, 0.81, 0.79, noise=0.01), Scored("B", 2, 0.75, noise=0.01)])
    assert found is not None
    first, second = found.rows
    assert 4 <= first.low < second.at < first.at < first.beside < first.high <= 96
    assert second.low is None
    assert first.label == "A: expected 0.770 [0.740, 0.810], best CV 0.790"
    assert [word for _, word in found.ticks if word] == ["0.76", "0.78", "0.80"]


def test_nothing_to_draw():
    assert intervals([]) is None
    assert intervals([Scored("A", 1, float("nan"))]) is None


@settings(max_examples=40)
@given(st.lists(st.tuples(finite, finite, finite), min_size=1, max_size=5))
def test_whatever_the_scores_every_mark_is_within_the_picture(rows):
    found = intervals([Scored("x", 1, sorted(row)[1], min(row), max(row)) for row in rows])
    assert found is not None
    for placed in found.rows:
        assert 0 <= placed.low <= placed.at <= placed.high <= 100
    assert all(0 <= x <= 100 for x, _ in found.ticks)
