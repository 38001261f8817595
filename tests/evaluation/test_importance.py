"""Importance of parameters and its doubt."""

import numpy as np
import pytest

from studies.evaluation.importance import ENOUGH, importance


def trials(n, d=4, noise=0.2, seed=0):
    rng = np.random.default_rng(seed)
    points = rng.random((n, d))
    return points, 3 * points[:, 0] + np.sin(6 * points[:, 1]) + noise * rng.normal(size=n)


def test_what_decides_is_found_and_what_does_not_is_not():
    found = importance(*trials(80))
    assert found.seen.tolist() == [True, True, False, False]
    assert found.shares[0] > found.shares[1] > 0.1
    assert found.predicts > 0.6
    assert (found.low <= found.high).all()


def test_more_trials_leave_less_doubt():
    few, many = importance(*trials(25)), importance(*trials(200))
    assert np.ptp([many.low[0], many.high[0]]) < np.ptp([few.low[0], few.high[0]])


def test_noise_explains_nothing():
    # 8 x 4 parameters; of 160 such, one was an alarm: three of 32 have a chance below 1 in 1,000.
    alarms = 0
    for seed in range(8):
        rng = np.random.default_rng(seed)
        alarms += importance(rng.random((30, 4)), rng.normal(size=30)).seen.sum()
    assert alarms <= 2


def test_the_same_trials_give_the_same_answer_whichever_way_the_metric_goes():
    points, values = trials(60)
    one, again = importance(points, values, seed=3), importance(points, values, seed=3)
    assert one.shares.tolist() == again.shares.tolist()
    turned = importance(points, -values, direction="minimize", seed=3)
    assert turned.shares == pytest.approx(one.shares)


def test_a_few_terrible_trials_do_not_decide():
    points, values = trials(80)
    values[[3, 17]] = -1e9
    assert importance(points, values).seen[:2].all()


def test_too_few_and_flat():
    points, values = trials(60)
    assert importance(points[: ENOUGH - 1], values[: ENOUGH - 1]) is None
    assert importance(points[:, :0], values) is None
    values[ENOUGH - 1 :] = np.nan
    assert importance(points, values) is None
    flat = importance(points, np.ones(60))
    assert not flat.seen.any()
    assert flat.shares.sum() == 0
