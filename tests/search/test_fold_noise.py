"""Which trials' scores are noisier than others, as their folds tell it."""

import time

import numpy as np
import pytest

from studies.search import Float, Observation, Space
from studies.search.fold_noise import fold_noise
from studies.search.history import Record


def scores(trials: int, folds: int, deviation: np.ndarray | float, seed: int = 0) -> np.ndarray:
    """Fold scores with effects of trials and of folds far larger than the rest, which has this deviation."""
    rng = np.random.default_rng(seed)
    effects = rng.normal(0, 5, (trials, 1)) + rng.normal(0, 3, folds)
    return effects + np.reshape(deviation, (-1, 1)) * rng.normal(size=(trials, folds))


def test_what_all_trials_share_is_no_noise() -> None:
    found = fold_noise(scores(60, 5, 0.1).tolist())
    assert found.level == pytest.approx(0.1 / 5**0.5, rel=0.15)
    assert 0.7 < found.weights.min() <= 1 <= found.weights.max() < 1.4


def test_noisier_trials_weigh_more_but_few_folds_are_not_taken_at_their_word() -> None:
    deviation = np.where(np.arange(80) < 40, 0.05, 0.4)
    weights = fold_noise(scores(80, 10, deviation).tolist()).weights
    assert weights.mean() == pytest.approx(1)
    ratio = np.median(weights[40:]) / np.median(weights[:40])
    assert 8 < ratio < 64
    few = fold_noise(scores(80, 3, deviation).tolist()).weights
    assert 1 < np.median(few[40:]) / np.median(few[:40]) < ratio


def test_one_wild_trial_does_not_spoil_the_others() -> None:
    folds = scores(40, 5, 0.1)
    folds[7] = [1e9, -1e9, 3e8, 0, 5]
    found = fold_noise(folds.tolist())
    assert found.level == pytest.approx(0.1 / 5**0.5, rel=0.3)
    assert found.weights.argmax() == 7
    assert found.weights.max() <= 20


def test_trials_without_all_their_folds_count_as_typical() -> None:
    rows: list[list[float | None] | None] = scores(30, 5, 0.1).tolist()
    rows += [
        None,
        [],
        [0.5],
        [1.0, None, 2.0, 3.0, 4.0],
        [1.0, float("nan"), 2.0, 3.0, 4.0],
        [1.0, 2.0, 3.0],
        [1e300] * 5,
    ]
    found = fold_noise(rows)
    assert (found.weights[30:] == 1).all()
    np.testing.assert_allclose(found.weights[:30], fold_noise(rows[:30]).weights)


@pytest.mark.parametrize("rows", [[], [None], [[0.5, 0.6]] * 3, [[0.5]] * 9])
def test_too_little_says_nothing(rows: list[list[float] | None]) -> None:
    found = fold_noise(rows)
    assert (found.weights == 1).all()
    assert np.isnan(found.level)


def test_scores_that_differ_by_trial_and_fold_alone_have_no_noise() -> None:
    found = fold_noise(scores(20, 4, 0.0).round(6).tolist())
    assert found.level < 1e-6
    assert np.isfinite(found.weights).all()
    assert fold_noise([[0.5, 0.7]] * 9).level == 0


def test_a_record_takes_them_from_complete_trials_only() -> None:
    folds = scores(20, 5, 0.1).tolist()
    history = [Observation({"x": i / 20}, 1.0, fold_scores=row) for i, row in enumerate(folds)]
    odd = [
        Observation({"x": 0.5}, None, "failed", fold_scores=[9.0, -9.0, 9.0, -9.0, 9.0]),
        Observation({"x": 0.6}, None, "pruned", estimate=1.0, noise=0.1, fold_scores=[1.0, 2.0, None, None, None]),
        Observation({"x": 0.7}, 1.0),
        Observation({"x": 0.8}, None, "running"),
    ]
    record = Record.of(Space([Float("x", 0, 1)]), history + odd, "minimize")
    assert record.level == fold_noise(folds).level
    np.testing.assert_array_equal(record.weights, [*fold_noise(folds).weights, 1, 1, 1])


def test_a_thousand_trials_cost_next_to_nothing() -> None:
    folds = scores(1000, 10, 0.1).tolist()
    costs = []
    for _ in range(20):
        begun = time.thread_time()
        fold_noise(folds)
        costs.append(time.thread_time() - begun)
    assert min(costs) < 0.005  # 0.8 ms where it was measured; an ask has 10
