"""What an expected score must say where the truth is known."""

import numpy as np
import pytest

from studies.evaluation.honesty import expected_score


def coins(seed: int, trials: int = 100, n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Labels, and classifiers that guess: each is right for half of all new rows."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 2, n), rng.integers(0, 2, (trials, n))


def test_the_best_of_many_guessers_is_expected_to_guess() -> None:
    found = [expected_score(*coins(seed), "accuracy", resamples=200) for seed in range(20)]
    assert np.mean([score.best for score in found]) > 0.57
    assert np.mean([score.expected for score in found]) == pytest.approx(0.5, abs=0.03)
    assert np.mean([score.low <= 0.5 <= score.high for score in found]) >= 0.9


@pytest.mark.parametrize("seed", range(5))
def test_a_single_trial_was_not_chosen(seed: int) -> None:
    y, predictions = coins(seed, trials=1)
    found = expected_score(y, predictions, "accuracy")
    assert abs(found.expected - found.best) < 0.01
    assert found.chosen.tolist() == [1.0]


def test_the_same_seed_gives_the_same_numbers() -> None:
    y, predictions = coins(0, trials=10)
    first, again = (expected_score(y, predictions, "f1_macro", seed=3) for _ in range(2))
    assert (first.expected, first.low, first.high, first.key) == (again.expected, again.low, again.high, again.key)
    assert first.z.tolist() == again.z.tolist()
    assert expected_score(y, predictions, "f1_macro", seed=4).key != first.key


def test_rows_that_are_all_right_do_not_promise_perfection() -> None:
    y = np.array(["no", "yes"] * 50)
    found = expected_score(y, np.tile(y, (3, 1)), "accuracy")
    assert found.expected == 1.0
    assert (found.low, found.high) == (pytest.approx(100 / (100 + 1.959964**2), abs=1e-6), 1.0)


@pytest.mark.parametrize("names", [[False, True], [-3, 10**12], [0.5, 2.0], ["no", "yes"]])
def test_labels_of_any_kind_are_the_same_classes(names: list) -> None:
    y, predictions = coins(0, trials=10)
    plain = expected_score(y, predictions, "f1_macro")
    named = expected_score(np.array(names)[y], np.array(names)[predictions], "f1_macro")
    assert named.z.tolist() == plain.z.tolist()
    assert named.key == plain.key


def test_labels_that_the_truth_has_not_are_wrong() -> None:
    y, predictions = coins(0, trials=10)
    strange = np.where(predictions == y, predictions, -7)
    assert expected_score(y, strange, "accuracy").z.tolist() == expected_score(y, predictions, "accuracy").z.tolist()


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.float32, np.float64])
def test_of_scores_only_the_order_counts(dtype: type) -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 150)
    scores = np.rint(40.0 * (y + rng.normal(size=(12, 150))) + 300.0)
    plain = expected_score(y, scores, "roc_auc")
    assert expected_score(y, np.square(scores / 4.0), "roc_auc").z.tolist() == plain.z.tolist()
    assert expected_score(y, scores.astype(dtype), "roc_auc").z.tolist() == plain.z.tolist()


@pytest.mark.parametrize("groups", [None, np.arange(60) // 6])
def test_no_auc_is_made_up_where_a_class_cannot_be_in_the_bag_and_out_of_it(groups: np.ndarray | None) -> None:
    y = (np.arange(60) < (1 if groups is None else 6)).astype(int)
    with pytest.raises(ValueError, match="cannot be resampled"):
        expected_score(y, np.random.default_rng(0).normal(size=(5, 60)), "roc_auc", groups=groups)
