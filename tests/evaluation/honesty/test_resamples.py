"""What every resample holds, and when two studies have the same ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.evaluation.honesty.resamples import draw_resamples


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(2, 30), min_size=1, max_size=5), st.integers(0, 99), st.sampled_from([0, 2]))
def test_every_class_is_in_the_bag_and_out_of_it(sizes, seed, grouped):
    y = np.repeat(np.arange(len(sizes)), sizes)
    y = np.concatenate([y, np.zeros(10, dtype=int)])
    groups = np.arange(len(y)) // 2 if grouped else None
    drawn = draw_resamples(y, groups, classes=len(sizes), seed=seed, resamples=20)
    if groups is not None:
        for group in range(groups.max() + 1):
            assert np.ptp(drawn.weights[:, groups == group], axis=1).max() == 0  # drawn whole
    for code in range(len(sizes)):
        if groups is None or np.ptp(groups[y == code]):  # more than one group
            of_class = drawn.weights[:, y == code]
            assert (of_class > 0).any(axis=1).all()
            assert (of_class == 0).any(axis=1).all()
    if groups is None:
        assert (drawn.weights.sum(axis=1) == len(y)).all()


def test_the_key_tells_whether_resamples_are_the_same():
    y = np.arange(60) % 3
    groups = np.arange(60) // 4
    first = draw_resamples(y, classes=3)
    again = draw_resamples(y, classes=3)
    assert first.key == again.key
    assert (first.weights == again.weights).all()
    others = [
        draw_resamples(y, classes=3, seed=1),
        draw_resamples(y[::-1], classes=3),
        draw_resamples(y, groups, classes=3),
        draw_resamples(y, classes=3, resamples=499),
        draw_resamples(y, classes=3, places=np.arange(70) >= 10),
    ]
    assert len({first.key, *(other.key for other in others)}) == 6
    # other names for the same groups are the same groups
    renamed = draw_resamples(y, np.array([f"g{group:03d}" for group in groups]), classes=3)
    assert renamed.key == others[2].key


@pytest.mark.parametrize("groups", [None, np.arange(40) // 10])
def test_too_little_to_be_resampled(groups):
    with pytest.raises(ValueError, match="too few"):
        draw_resamples(np.zeros(9 if groups is None else 40), groups)
