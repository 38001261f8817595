"""Whether a difference between methods is more than the luck of their seeds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.evaluation.seed_noise import SURE, adjusted, paired_difference, turned_chance


def test_five_wins_of_five_have_a_chance_of_one_in_sixteen():
    found = paired_difference(np.array([0.8, 0.81, 0.79, 0.82, 0.8]), np.full(5, 0.7))
    assert (found.wins, found.losses, found.seeds) == (5, 0, 5)
    assert found.chance == pytest.approx(1 / 16)
    assert (found.median, found.low, found.high) == pytest.approx((0.1, 0.09, 0.12))


def test_for_errors_lower_is_better():
    found = paired_difference(np.array([1.0, 2.0]), np.array([2.0, 1.5]), direction="minimize")
    assert (found.wins, found.losses) == (1, 1)
    assert (found.low, found.high) == (-0.5, 1.0)


def test_pairs_without_both_are_left_out():
    found = paired_difference(np.array([1.0, np.nan, 3.0]), np.array([0.0, 1.0, np.nan]))
    assert found.seeds == 1
    assert paired_difference(np.array([np.nan]), np.array([1.0])).chance == 1.0


def test_level_runs_have_every_chance():
    assert turned_chance(np.zeros(6)) == 1.0
    assert turned_chance(np.array([1.0, -1.0])) == 1.0


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-10, 10), min_size=1, max_size=8))
def test_it_counts_what_a_plain_loop_counts(differences):
    d = np.array(differences)
    if not d.any():
        return
    ways = [np.array([1 if way >> i & 1 else -1 for i in range(len(d))]) for way in range(2 ** len(d))]
    reached = sum(abs((way * d).sum()) >= abs(d.sum()) * (1 - 1e-9) for way in ways)
    assert turned_chance(d) == pytest.approx(reached / len(ways))


def test_equal_methods_are_rarely_told_apart():
    # 400 comparisons of 8 seeds: at a level of 5 %, more than 35 alarms have a chance below 1 in 1,000.
    rng = np.random.default_rng(0)
    alarms = sum(turned_chance(rng.normal(size=8)) <= SURE for _ in range(400))
    assert alarms <= 35


def test_many_pairs_are_sampled_and_never_impossible():
    assert 0 < turned_chance(np.ones(20)) < 0.001


def test_chances_are_corrected_for_their_number():
    assert adjusted([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert adjusted([0.9, 0.8]) == [1.0, 1.0]
    assert adjusted([]) == []
