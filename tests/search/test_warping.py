"""Warped scores keep their order, tame outliers and put failures last."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.search.warping import unwarp, warp


def test_the_better_half_keeps_its_distances_and_the_worse_only_its_ranks() -> None:
    warped, scale = warp(np.array([1.0, 2.0, 4.0, 0.0, -1e6, np.nan]))
    one, two, four, zero, far, failed = warped
    assert failed < far < zero < one < two < four
    assert (four - two) / (two - one) == pytest.approx(2)
    assert scale == pytest.approx(two - one)
    assert abs(far) < 3


def test_a_worse_outlier_changes_nothing() -> None:
    mild, wild = (warp(np.array([3.0, 2.0, 1.0, 0.5, low]))[0] for low in (-1.0, -1e300))
    assert mild == pytest.approx(wild)


@pytest.mark.parametrize("scores", [[], [np.nan], [np.nan] * 5, [2.0], [2.0] * 5, [0.0, 0.0]])
def test_nothing_to_tell_apart_is_all_zero(scores: list) -> None:
    warped, scale = warp(np.array(scores, dtype=float))
    assert warped.tolist() == [0.0] * len(scores)
    assert scale == 0.0


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=40))
def test_any_scores_give_finite_ones_in_the_same_order(values: list) -> None:
    scores = np.array(values)
    warped, scale = warp(scores)
    assert np.isfinite(warped).all()
    assert np.isfinite(scale)
    known = np.flatnonzero(np.isfinite(scores))
    order = known[np.argsort(scores[known])]
    assert np.all(np.diff(warped[order]) >= -1e-9)
    failed = ~np.isfinite(scores)
    if failed.any() and known.size:
        assert warped[failed].max() <= warped[known].min()


def test_unwarping_leads_back_and_on_above_the_best() -> None:
    scores = np.array([1.0, 2.0, 4.0, 0.0, -1e6, np.nan])
    warped, scale = warp(scores)
    assert unwarp(warped[:5], scores) == pytest.approx(scores[:5])
    assert unwarp(np.array([warped[2] + scale, -9.0]), scores) == pytest.approx([5.0, -1e6])
    assert unwarp(np.array([-1.0, 0.0, 1.0]), np.array([2.0, 2.0])).tolist() == [2.0, 2.0, 2.0]


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=40))
def test_unwarped_scores_keep_their_order(values: list) -> None:
    raw = unwarp(np.linspace(-4, 4, 50), np.array(values))
    assert np.isnan(raw).all() or np.all(raw[1:] >= raw[:-1])
