import dataclasses
import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from studies.evaluation import MetricUndefinedError, Table, default_metric, get_metric, metrics, metrics_for
from studies.evaluation.responses import Response

fast = settings(max_examples=80, deadline=None)
coded = st.integers(2, 5).flatmap(
    lambda C: st.tuples(
        st.just(C), st.lists(st.tuples(st.integers(0, C - 1), st.integers(0, C - 1)), min_size=1, max_size=40)
    )
)
reals = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 3))


@fast
@given(coded)
def test_label_metrics_agree_with_scikit_learn(case):
    _, pairs = case
    y, p = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
    response = Response(labels=p)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = {
            "accuracy": reference.accuracy_score(y, p),
            "balanced_accuracy": reference.balanced_accuracy_score(y, p),
            "f1_macro": reference.f1_score(y, p, average="macro"),
        }
    for key, value in expected.items():
        assert metrics[key].score(y, response) == pytest.approx(value, abs=1e-12)


@fast
@given(st.lists(st.tuples(reals, reals), min_size=2, max_size=40))
def test_number_metrics_agree_with_scikit_learn(pairs):
    y, p = (np.array(column) for column in zip(*pairs, strict=True))
    response = Response(values=p)
    assert metrics["r2"].score(y, response) == pytest.approx(reference.r2_score(y, p), rel=1e-9, abs=1e-9)
    assert metrics["rmse"].score(y, response) == pytest.approx(reference.root_mean_squared_error(y, p), rel=1e-12)
    assert metrics["mae"].score(y, response) == pytest.approx(reference.mean_absolute_error(y, p), rel=1e-12)


@fast
@given(classes=st.integers(2, 4), m=st.integers(6, 40), seed=st.integers(0, 10**6), decimals=st.integers(1, 8))
def test_probability_metrics_agree_with_scikit_learn(classes, m, seed, decimals):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, m)
    assume(len(np.unique(y)) == classes)
    P = np.round(rng.dirichlet(np.ones(classes), m), decimals)  # few decimals make ties, zeros and ones
    P[:, -1] = 1.0 - P[:, :-1].sum(axis=1)
    P = np.clip(P, 0.0, 1.0)
    assume(np.allclose(P.sum(axis=1), 1.0))
    scores = P[:, 1] if classes == 2 else P
    auc = reference.roc_auc_score(y, scores, multi_class="ovr", average="macro")
    assert metrics["roc_auc"].score(y, Response(scores=scores)) == pytest.approx(auc, abs=1e-12)
    loss = reference.log_loss(y, P, labels=range(classes))
    assert metrics["log_loss"].score(y, Response(probabilities=P)) == pytest.approx(loss, rel=1e-9, abs=1e-12)


def test_roc_auc_takes_decision_values_of_any_size():
    y = np.array([0, 0, 1, 1])
    assert metrics["roc_auc"].score(y, Response(scores=np.array([-1e9, 3.0, 2.0, 1e12]))) == 0.75


def test_undefined_metrics_say_why():
    with pytest.raises(MetricUndefinedError, match="a class is missing"):
        metrics["roc_auc"].score(np.array([1, 1]), Response(scores=np.array([0.1, 0.2])))
    with pytest.raises(MetricUndefinedError, match="at least 2 rows"):
        metrics["r2"].score(np.array([1.0]), Response(values=np.array([1.0])))


def test_a_metric_refuses_a_response_without_its_part():
    with pytest.raises(ValueError, match="Log loss needs probabilities"):
        metrics["log_loss"].score(np.array([0, 1]), Response(labels=np.array([0, 1])))


def test_directions_needs_and_order():
    assert [m.key for m in metrics_for("classification")] == [
        "accuracy", "balanced_accuracy", "f1_macro", "roc_auc", "log_loss",
    ]  # fmt: skip
    assert [m.key for m in metrics_for("regression")] == ["r2", "rmse", "mae"]
    assert {m.key for m in metrics.values() if not m.maximize} == {"log_loss", "rmse", "mae"}
    assert {m.key for m in metrics.values() if not m.additive} == {"f1_macro", "roc_auc"}
    assert {m.needs for m in metrics.values()} == {"labels", "scores", "probabilities", "values"}


def test_unknown_metric_suggests_the_nearest():
    with pytest.raises(ValueError, match=r"no metric 'acuracy'\. Did you mean 'accuracy'\?"):
        get_metric("acuracy")


@pytest.mark.parametrize(
    ("counts", "expected"), [([10, 10], "accuracy"), ([15, 10], "accuracy"), ([16, 10], "balanced_accuracy")]
)
def test_default_metric_follows_the_balance(counts, expected, prices):
    y = np.repeat(np.arange(len(counts)), counts)
    table = Table.from_arrays(np.zeros((len(y), 1)), y, "classification")
    assert default_metric(table) == expected
    assert default_metric(dataclasses.replace(table, classes=("a", "b", "without rows"))) == expected
    assert default_metric(prices) == "r2"
