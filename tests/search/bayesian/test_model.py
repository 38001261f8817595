"""Which trials the model is made of."""

import numpy as np

from studies.search.bayesian.model import refit_at, subset


def test_refits_grow_rarer() -> None:
    assert [refit_at(t) for t in (1, 40, 41, 42, 43, 120)] == [1, 40, 40, 40, 43, 118]
    assert [refit_at(t) for t in (121, 129, 130, 999)] == [120, 120, 130, 990]
    assert all(refit_at(t) <= refit_at(t + 1) <= t + 1 for t in range(400))


def test_a_long_history_is_thinned_to_the_best_and_a_sample() -> None:
    scores = np.random.default_rng(0).permutation(1000).astype(float)
    scores[scores < 100] = np.nan
    rows = subset(scores, 300, seed=0)
    assert len(rows) == len(set(rows)) == 300
    assert set(np.argsort(-np.nan_to_num(scores, nan=-1))[:150]) <= set(rows)
    assert np.all(np.diff(rows) > 0)
    assert subset(scores[:300], 300, seed=0).tolist() == list(range(300))
