"""Every entry of the catalogue can say which of two configurations is the simpler one."""

import math

import numpy as np
import pytest

from studies.evaluation import Table, catalogue
from studies.evaluation.complexity import complexity

SIMPLER = {
    "logistic_regression": {"C": 1e-3},
    "ridge": {"alpha": 100.0},
    "elastic_net": {"alpha": 3.0},
    "knn": {"n_neighbors": 30},
    "svm_rbf": {"gamma": "number", "gamma_number": 1e-4},
    "decision_tree": {"max_depth": "limited", "max_depth_limit": 3},
    "random_forest": {"min_samples_leaf": 10},
    "extra_trees": {"max_depth": "limited", "max_depth_limit": 3},
    "hist_gradient_boosting": {"max_iter": 20},
    "mlp": {"units": 20},
    "gaussian_nb": {"var_smoothing": 0.1},
}


@pytest.mark.parametrize("key", list(catalogue))
def test_each_estimator_has_a_measure(key: str) -> None:
    X = np.random.default_rng(0).normal(size=(60, 3))
    tasks = catalogue[key].tasks
    y = X[:, 0] > 0 if "classification" in tasks else X[:, 0]
    table = Table.from_arrays(X, y, "classification" if "classification" in tasks else "regression")
    usual = catalogue[key].defaults(table)
    changed = complexity(key, {**usual, **SIMPLER[key]}, 60, 3)
    assert changed < complexity(key, usual, 60, 3)
    assert math.isnan(complexity(key, {}, 60, 3))


def test_an_unknown_estimator_has_none() -> None:
    assert math.isnan(complexity("oracle", {"C": 1.0}, 60, 3))
