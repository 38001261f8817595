import math

import pytest

from benchmarks.honesty.statistics import Pair, mean_over, root_mean_square, share_of
from studies.evaluation.honesty import Comparison


def said(better=0.0, worse=0.0, low=-1.0, high=1.0):
    return Comparison(better, 1.0 - better - worse, worse, (low + high) / 2, low, high, 0.005)


def test_each_source_counts_once_however_many_draws_it_has():
    found = mean_over({"a": [0.0, 2.0], "b": [5.0, 5.0, 5.0, 5.0]})
    assert found.mean == 3.0
    assert found.error == pytest.approx(math.sqrt(2.0 / 2 + 0.0) / 2)  # variance 2 of two draws, and none
    assert found.draws == 6
    assert root_mean_square({"a": [3.0, -3.0], "b": [1.0]}) == pytest.approx(math.sqrt(5.0))


def test_the_error_of_a_single_draw_is_not_known_and_the_mean_of_none_is_refused():
    assert math.isnan(mean_over({"a": [1.0]}).error)
    with pytest.raises(ValueError, match="no draws"):
        mean_over({"a": []})


def test_a_share_comes_with_what_so_few_draws_can_tell():
    found = share_of([True] * 9 + [False])
    assert found.share == 0.9
    assert found.words == "90.0 % [59.6, 98.2]"  # Wilson's interval, as published tables have it


def test_points_are_hundredths():
    assert mean_over({"a": [0.01, 0.03]}).points == "+2.00 ± 1.00"


def test_a_claim_against_the_truth_or_without_any_difference_is_wrong():
    first, second, neither = said(better=0.96), said(worse=0.99), said(better=0.9)
    assert [Pair(one, 0.0).claim for one in (first, second, neither)] == [1, -1, 0]
    assert [Pair(first, true).is_wrong(1) for true in (0.01, 0.0, -0.01)] == [False, True, True]
    assert [Pair(second, true).is_wrong(-1) for true in (0.01, 0.0, -0.01)] == [True, True, False]
    assert not Pair(neither, -1.0).is_wrong(0)


def test_the_interval_of_a_difference_claims_when_it_leaves_out_nothing_and_covers_its_ends():
    assert [Pair(said(low=low, high=high), 0.1).apart for low, high in ((0.1, 0.2), (-0.2, -0.1), (-0.1, 0.1))] == [
        1,
        -1,
        0,
    ]
    assert [Pair(said(low=0.1, high=0.2), true).is_covered for true in (0.1, 0.15, 0.25)] == [True, True, False]
