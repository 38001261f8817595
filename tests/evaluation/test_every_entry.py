"""Every entry on tables with gaps and categories, tiny and large: it fits and ranks, or says why not."""

import dataclasses
import time

import numpy as np
import pytest

from studies.evaluation import baseline, catalogue, evaluate, make_plan

from .conftest import mixed_table

WHY_NOT = {
    ("elastic_net", "classification"): "regression only",
    ("logistic_regression", "regression"): "classification only",
    ("gaussian_nb", "regression"): "classification only",
    ("svm_rbf", 12_000): "at most 10,000 rows",
}
WORSE = {
    "logistic_regression": {"C": 1e-6},
    "ridge": {"alpha": 1e8},
    "elastic_net": {"alpha": 10.0},
    "knn": {"n_neighbors": 1},
    "svm_rbf": {"C": 0.003, "gamma": "number", "gamma_number": 1e-6},
    "decision_tree": {"max_depth": "limited", "max_depth_limit": 1},
    "random_forest": {"max_depth": "limited", "max_depth_limit": 1, "n_estimators": 10},
    "extra_trees": {"max_depth": "limited", "max_depth_limit": 1, "n_estimators": 10},
    "hist_gradient_boosting": {"max_iter": 1, "max_leaf_nodes": 2},
    "mlp": {"alpha": 10.0, "learning_rate_init": 1e-5, "max_iter": 5},
}
FEWER = {"random_forest": {"n_estimators": 25}, "extra_trees": {"n_estimators": 25}}  # of 100 trees: to keep this short


@pytest.fixture(scope="module", params=[30, 12_000])
def size(request):
    return request.param


@pytest.fixture(scope="module", params=["classification", "regression"])
def served(request, size):
    """A table, 2 folds of it, its metric and what guessing reaches."""
    table = mixed_table(size, request.param)
    metric = "accuracy" if request.param == "classification" else "r2"
    plan = make_plan(table, "stratified" if request.param == "classification" else "kfold", folds=2)
    return table, plan, metric, baseline(table, plan, metric).value


@pytest.mark.parametrize("key", list(catalogue))
def test_an_entry_fits_and_ranks_or_says_why_not(key, served, record_property):
    table, plan, metric, guessed = served
    why = WHY_NOT.get((key, table.task)) or WHY_NOT.get((key, table.n_rows))
    if why:
        assert why in (catalogue[key].problem(table) or "")
        result = evaluate(table, plan, key, {}, metric)
        assert (result.state, result.reason) == ("failed", "invalid")
        assert why in result.error
        return
    began = time.perf_counter()
    result = evaluate(table, plan, key, catalogue[key].defaults(table) | FEWER.get(key, {}), metric)
    record_property("seconds", round(time.perf_counter() - began, 2))
    assert result.state == "complete", result.error
    assert np.isfinite(result.value)
    if table.n_rows > 1000:
        assert result.value > guessed + 0.05
        if key in WORSE:
            worse = evaluate(table, plan, key, WORSE[key], metric)
            assert result.value > worse.value


@pytest.mark.parametrize("key", list(catalogue))
def test_an_svm_or_any_other_serves_as_many_rows_as_it_says(key):
    entry = catalogue[key]
    if entry.limit is None:
        return
    small = mixed_table(60, entry.tasks[0])
    rows = np.arange(entry.limit + 1) % 60
    large = dataclasses.replace(small, X=small.X[rows], y=small.y[rows])
    assert f"at most {entry.limit:,} rows" in (entry.problem(large) or "")
    assert entry.problem(dataclasses.replace(large, X=large.X[1:], y=large.y[1:])) is None
