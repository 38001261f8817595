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
