"""Values under weights are those of the metric on rows that are there so many times."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.evaluation import get_metric, metrics, metrics_for
from studies.evaluation.honesty.answers import Answer, answer_of
from studies.evaluation.honesty.scoring import guessing, make_scorer
from studies.evaluation.responses import Response
from tests.evaluation.honesty.conftest import class_trials, number_trials

ALL = [metric.key for metric in metrics_for("classification") + metrics_for("regression")]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 4), st.integers(1, 3), st.sampled_from(ALL))
def test_weights_repeat_rows(seed, C, repeats, key):
    metric, rng = metrics[key], np.random.default_rng(seed)
    if metric.task == "classification":
        y = rng.permutation(np.arange(40) % C)
        trials = class_trials(y, [0.0, 0.5, 2.0], seed, repeats, C)
    else:
        y = rng.normal(size=40) * 3.0 + 5.0
        trials = number_trials(y, [0.1, 1.0, 4.0], seed, repeats)
    answers = [answer_of(trial, np.ones(40, dtype=bool), metric.needs) for trial in trials]
    weights = rng.integers(0, 4, (5, 40)).astype(np.uint8)
    weights[:, [np.flatnonzero(y == y[i])[0] for i in range(40)]] |= 1  # every class is there
    found = make_scorer(y, answers, metric).values(weights)
    sign = 1.0 if metric.maximize else -1.0
    for line, w in zip(found, weights, strict=True):
        for value, answer in zip(line, answers, strict=True):
            assert sign * value == pytest.approx(_by_hand(key, y, answer, w), abs=2e-6, rel=2e-6)


def _by_hand(key, y, answer, w):
    """The metric of the repeated rows. Counts of repeats are pooled; losses are averaged before R2 and RMSE are."""
    rows = np.repeat(np.arange(len(y)), w)
    repeats = range(len(next(part for part in vars(answer).values() if part is not None)))
    if key == "r2":
        mse = np.mean([np.mean((y[rows] - answer.values[r, rows].astype(float)) ** 2) for r in repeats])
        return 1.0 - mse / np.var(y)
    if key in ("rmse", "f1_macro"):  # not linear in the repeats: all rows of all repeats together
        part = answer.values.astype(float) if key == "rmse" else answer.labels
        together = np.concatenate([part[r, rows] for r in repeats])
        return get_metric(key).function(np.tile(y[rows], len(repeats)), together)
    scores = []
    for r in repeats:
        parts = {name: None if part is None else part[r, rows] for name, part in vars(answer).items()}
        scores.append(metrics[key].score(y[rows], Response(**parts)))
    return float(np.mean(scores))


@pytest.mark.parametrize("C", [2, 3])
def test_the_cheap_way_to_the_best_auc_finds_the_best(C):
    rng = np.random.default_rng(C)
    y = rng.integers(0, C, 150)
    rows = np.ones(150, dtype=bool)
    answers = [answer_of(trial, rows, "scores") for trial in class_trials(y, rng.uniform(0, 1, 60).tolist(), C=C)]
    scorer = make_scorer(y, answers, metrics["roc_auc"])
    weights = rng.multinomial(150, np.full(150, 1 / 150), 200).astype(np.uint8)
    exact, cheap = scorer.values(weights), scorer.in_bag(weights)
    assert (cheap.argmax(axis=1) == exact.argmax(axis=1)).all()
    assert np.abs(cheap - exact).max() < 0.03


@pytest.mark.parametrize("key", ["r2", "rmse", "mae"])
def test_neither_the_unit_of_the_target_nor_a_model_that_has_blown_up_spoils_a_score(key):
    rng = np.random.default_rng(0)
    y = rng.normal(size=60)
    trials = number_trials(y, [0.2, 1.0], 0, 1)
    weights = rng.integers(0, 3, (20, 60)).astype(np.uint8)

    def scored(scale, last):
        values = [trial.values.astype(float) * scale for trial in trials] + [np.full((1, 60), last)]
        answers = [Answer(values=value) for value in values]
        return make_scorer(y * scale, answers, metrics[key]).values(weights)

    usual = scored(1.0, 2.0)
    for scale in (1e-25, 1e25):
        np.testing.assert_allclose(scored(scale, 2.0 * scale), usual * (1.0 if key == "r2" else scale), rtol=1e-5)
    blown = scored(1.0, 1e25)
    np.testing.assert_array_equal(blown[:, :2], usual[:, :2])
    assert (blown[:, 2] < usual[:, :2].min() - 1e6).all()


def test_guessing_is_what_nobody_can_be_blamed_for():
    y = np.array([0] * 12 + [1] * 8)
    whole = np.ones((1, 20), dtype=np.uint8)
    values = {metric.key: guessing(y, whole, metric)[0] for metric in metrics_for("classification")}
    assert values["accuracy"] == 0.6
    assert (values["balanced_accuracy"], values["roc_auc"]) == (0.5, 0.5)
    assert values["f1_macro"] == pytest.approx(0.375)
    assert values["log_loss"] == pytest.approx(0.6 * np.log(0.6) + 0.4 * np.log(0.4))
    assert guessing(y.astype(float), whole, metrics["r2"])[0] == pytest.approx(0.0, abs=1e-6)
