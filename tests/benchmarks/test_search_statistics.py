import pytest

from benchmarks.search.statistics import differences, interval, regrets, wins


def test_ties_count_half():
    assert wins({("a", 0): -1.0, ("a", 1): 0.0, ("a", 2): 1.0, ("b", 0): -1e-15}) == 0.5
    assert wins({("a", 0): -1.0, ("a", 1): 0.0}) == 0.75


def test_an_interval_averages_tasks_not_pairs():
    found = interval({("a", 0): 0.0, ("b", 0): 1.0, ("b", 1): 1.0, ("b", 2): 1.0})
    assert found.mean == 0.5
    assert (found.low, found.high) == (0.0, 1.0)  # both tasks drawn may be the same one


def test_an_interval_draws_seeds_within_a_task():
    found = interval({("a", seed): float(seed) for seed in range(9)})
    assert found.mean == 4.0
    # the mean of nine draws has a standard error of 2.58 / 3
    assert found.low == pytest.approx(4 - 1.96 * 0.86, abs=0.15)
    assert found.high == pytest.approx(4 + 1.96 * 0.86, abs=0.15)


def test_an_interval_of_one_pair_is_its_value_and_of_none_is_refused():
    alone = interval({("a", 0): 0.25})
    assert (alone.mean, alone.low, alone.high) == (0.25, 0.25, 0.25)
    with pytest.raises(ValueError, match="no values"):
        interval({})


def test_differences_are_of_pairs_that_both_have():
    assert differences({("a", 0): 1.0, ("a", 1): 2.0}, {("a", 0): 0.5, ("b", 0): 9.0}) == {("a", 0): 0.5}


def test_regret_follows_what_was_told_and_counts_what_is_true():
    # the third is told better than the second and is not; an equal one later does not take over
    assert regrets([3.0, 2.0, 1.0, 1.0], [3.0, 1.0, 2.0, 1.5], best=1.0, median=3.0) == [1.0, 0.0, 0.5, 0.5]
