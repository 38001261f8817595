"""Two searches on the same rows, and two methods over seeds."""

import numpy as np
import pytest

from studies.evaluation.honesty import assess, compare_methods, compare_searches, wilson, zone_of

Y = np.random.default_rng(3).integers(0, 2, 400)


def test_a_search_beside_itself_is_the_same(make_class_trials):
    z = assess(Y, make_class_trials(Y, [0.5, 0.6]), "accuracy").z
    found = compare_searches(z, z, "accuracy")
    assert (found.better, found.same, found.worse, found.gain) == (0.0, 1.0, 0.0, 0.0)
    assert (found.zone, found.runs) == (0.005, 1)


@pytest.mark.parametrize("metric", ["accuracy", "log_loss"])
def test_better_is_better_in_either_direction(metric, make_class_trials):
    good, poor = (
        assess(Y, make_class_trials(Y, [skill] * 3, seed=seed), metric) for seed, skill in ((1, 1.5), (2, 0.1))
    )
    assert good.key == poor.key
    found, turned = compare_searches(good.z, poor.z, metric), compare_searches(poor.z, good.z, metric)
    assert found.better > 0.99
    assert found.low > 0.0
    assert (turned.worse, turned.gain) == (pytest.approx(found.better), pytest.approx(-found.gain))
    assert found.better + found.same + found.worse == pytest.approx(1.0)
    wide = compare_searches(good.z, poor.z, metric, zone=10.0)
    assert wide.same > 0.99


def test_searches_with_other_resamples_are_refused():
    with pytest.raises(ValueError, match="not the same"):
        compare_searches(np.zeros(500), np.zeros(400), "accuracy")


def test_zones():
    assert zone_of("r2", 0.3) == zone_of("roc_auc") == 0.005
    assert zone_of("rmse", 20.0, 40.0) == pytest.approx(0.3)
    assert zone_of("log_loss", np.nan) == 0.0


def test_methods_are_compared_over_seeds():
    base = {seed: 0.8 + 0.02 * (seed % 3) for seed in range(6)}  # seeds differ more than methods do
    better = {seed: score + 0.02 + 0.001 * (seed % 2) for seed, score in base.items()}
    paired = compare_methods(better, base, "accuracy")
    assert (paired.paired, paired.runs) == (True, 6)
    assert paired.better > 0.99
    assert paired.low < 0.0205 < paired.high
    unpaired = compare_methods({seed + 100: score for seed, score in better.items()}, base, "accuracy")
    assert not unpaired.paired
    assert unpaired.gain == pytest.approx(paired.gain)
    assert unpaired.high - unpaired.low > 3 * (paired.high - paired.low)
    assert compare_methods(better, base, "rmse", zone=0.001).worse > 0.99
    assert compare_methods(base, base, "accuracy").same == 1.0


def test_two_seeds_compare_only_winners():
    with pytest.raises(ValueError, match="only the winners"):
        compare_methods({0: 0.5, 1: 0.6}, {0: 0.5, 1: 0.6, 2: 0.7}, "accuracy")


def test_wilson_by_hand():
    assert wilson(0.5, 100) == (pytest.approx(0.4038, abs=1e-4), pytest.approx(0.5962, abs=1e-4))
    assert wilson(0.3, 0) == (0.0, 1.0)
