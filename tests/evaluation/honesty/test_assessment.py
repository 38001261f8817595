"""All that is said of a study, through its door."""

import numpy as np
import pytest

from studies.evaluation import Predictions, metrics_for
from studies.evaluation.honesty import assess, at_rows, expected_score, hand_picked

Y = np.random.default_rng(7).integers(0, 2, 300)


def test_a_study_that_found_something(make_class_trials):
    skill = [0.2] * 10 + [1.0] * 5 + [0.2] * 30
    found = assess(Y, make_class_trials(Y, skill), "accuracy", defaults=0, seconds=[9.0] * 45)
    assert found.pattern
    assert found.defaults.gain > 0.0
    assert found.defaults.chance > 0.99
    assert set(found.tied) <= set(range(10, 15))
    assert found.tied[0] == found.position
    assert found.chosen.sum() == pytest.approx(1.0)
    assert 10 <= found.last_help <= 14
    assert found.recent == 0.0
    assert found.verdict == "converged"
    assert found.curve[0].trials == 1
    assert (found.curve[-1].trials, found.curve[-1].best, found.curve[-1].expected) == (45, found.best, found.expected)
    assert [point.best for point in found.curve] == sorted(point.best for point in found.curve)
    assert found.optimism == pytest.approx(found.best - found.expected)
    assert found.low < found.bound < found.expected < found.high


def test_guessers_found_nothing(make_class_trials):
    found = assess(Y, make_class_trials(Y, [0.0] * 40), "balanced_accuracy", defaults=0)
    assert not found.pattern
    assert found.verdict == "no_pattern"
    assert found.last_help is None
    assert found.optimism > 0.02


def test_the_same_trial_many_times_is_one_trial(make_class_trials, make_number_trials):
    numbers = Y + np.arange(300) / 300
    for metric in metrics_for("classification"):
        found = assess(Y, make_class_trials(Y, [0.5]) * 4, metric.key, defaults=0)
        assert found.tied == [0, 1, 2, 3]
        assert abs(found.optimism) < 0.005
        assert (found.defaults.gain, found.verdict) == (0.0, "too_early")
    for metric in metrics_for("regression"):
        found = assess(numbers, make_number_trials(numbers, [0.3]) * 4, metric.key)
        assert sorted(found.tied) == [0, 1, 2, 3]
        assert abs(found.optimism) < 0.01
        assert found.defaults is None


def test_errors_are_less_the_better(make_number_trials):
    y = np.linspace(0.0, 10.0, 200)
    found = assess(y, make_number_trials(y, [3.0, 1.0, 2.0]), "rmse", defaults=0)
    assert found.position == 1
    assert found.tied == [1]
    assert 0.8 < found.low < found.expected < found.high < 1.2
    assert found.bound > found.expected
    assert found.best == pytest.approx(found.expected, rel=0.02)
    assert found.defaults.gain == pytest.approx(2.0, rel=0.2)
    assert found.picks[0].costs == 0.0
    assert hand_picked(3.0, found.optimism, found.expected, maximize=False) >= 3.0


def test_what_is_kept_and_what_it_costs(make_class_trials):
    twin = make_class_trials(Y, [1.0])
    trials = [*twin, *twin, *make_class_trials(Y, [0.9, 0.0], seed=1)]
    found = assess(Y, trials, "accuracy", seconds=[8.0, 1.0, 7.0, 0.1], complexity=[3.0, 2.0, 1.0, 0.0])
    assert found.keep.trial == 1
    assert found.keep.why == "same score, 8 times faster"
    assert [(pick.rule, pick.trial) for pick in found.picks][-1] == ("fastest", 1)
    assert found.picks[-1].costs == 0.0
    assert 3 not in found.tied
    assert assess(Y, trials, "accuracy", seconds=[0.2, 0.1, 0.2, 0.1]).keep.trial == 0  # nobody would notice
    unknown = assess(Y, trials, "accuracy", seconds=[np.nan, 0.1, 0.2, 0.1])
    assert unknown.keep.trial == 0


def test_rows_without_a_prediction_are_left_out(make_class_trials):
    whole = make_class_trials(Y, [0.5, 1.0], repeats=2)
    missing = whole[1].labels.copy()
    missing[1, :50] = 255
    trials = [whole[0], Predictions(missing, None, whole[1].probabilities)]
    found = assess(Y, trials, "accuracy")
    rest = assess(Y[50:], [at_rows(trial, np.arange(50, 300)) for trial in trials], "accuracy")
    assert found.rows == 250
    assert (found.best, found.expected, found.z.tolist()) == (rest.best, rest.expected, rest.z.tolist())
    assert found.key != rest.key  # not known to be the same rows


def test_whole_groups_spread_more_than_rows(make_class_trials):
    groups = np.arange(300) // 20
    good = np.isin(groups, [0, 3, 4, 7, 9, 12, 13])
    labels = np.where(good, Y, 1 - Y)[None].astype(np.uint8)
    trials = [Predictions(labels), *make_class_trials(Y, [0.0, 0.0])]
    by_row, by_group = assess(Y, trials, "accuracy"), assess(Y, trials, "accuracy", kind="group", groups=groups)
    assert (by_row.groups, by_group.groups) == (0, 15)
    assert by_group.high - by_group.low > 1.5 * (by_row.high - by_row.low)


def test_what_cannot_be_had_says_why(make_class_trials):
    trials = make_class_trials(Y, [0.5, 1.0])
    with pytest.raises(ValueError, match="time"):
        assess(Y, trials, "accuracy", kind="time")
    with pytest.raises(ValueError, match="no complete trial"):
        assess(Y, [], "accuracy")
    nothing = Predictions(np.full((1, 300), 255, dtype=np.uint8))
    with pytest.raises(ValueError, match="No row"):
        assess(Y, [trials[0], nothing], "accuracy")
    with pytest.raises(ValueError, match="needs probabilities"):
        assess(Y, [Predictions(trials[0].labels)], "log_loss")
    with pytest.raises(ValueError, match="There is no metric"):
        expected_score(Y, [Y], "acuracy")
    with pytest.raises(ValueError, match="expected for"):
        expected_score(Y, [Y[:10]], "accuracy")
    with pytest.raises(ValueError, match="classes"):
        expected_score(Y, np.ones((2, 300, 3)), "log_loss")


@pytest.mark.parametrize("metric", [metric.key for metric in metrics_for("classification")])
def test_both_doors_say_the_same(metric, make_class_trials):
    trials = make_class_trials(Y, [0.3, 0.6, 0.9])
    stored = assess(Y, trials, metric)
    p = np.stack([trial.probabilities[0] / 65535 for trial in trials])
    plain = np.stack([trial.labels[0] for trial in trials]) if stored_needs_labels(metric) else p
    found = expected_score(np.array(["a", "b"])[Y], np.array(["a", "b"])[plain] if plain is not p else p, metric)
    assert found.expected == pytest.approx(stored.expected, abs=1e-6)
    assert found.key == stored.key
    p[0, 5] = np.nan
    if plain is p:
        assert expected_score(Y, p, metric).rows == 299


def stored_needs_labels(metric: str) -> bool:
    return metric in ("accuracy", "balanced_accuracy", "f1_macro")
