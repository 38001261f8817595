"""How freely a configuration lets its model bend to the rows: for choosing the simplest of trials that score alike.

| estimator | measure, less is simpler | source |
|---|---|---|
| logistic regression | C | the weight of the data against the penalty |
| ridge, elastic net | 1 / alpha | the same |
| nearest neighbours | n / k, its effective parameters | Hastie et al., Elements of Statistical Learning, 2.3 |
| SVM | C gamma: all that counts where gamma is small | Keerthi, Lin (2003), Neural Computation 15 |
| trees and forests | most leaves of a tree | what it can tell apart |
| boosting | most leaves of all trees | the same |
| neural network | weights | |
| naive Bayes | 1 / smoothing | |

Only configurations of one estimator on the same rows may be compared.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

Config = Mapping[str, Any]


def complexity(key: str, config: Config, n_rows: int, n_features: int) -> float:
    """The measure of that estimator; NaN where there is none, or a parameter that it rests on is missing."""
    measure = _MEASURES.get(key)
    if measure is None:
        return math.nan
    try:
        return float(measure(config, n_rows, n_features))
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError):
        return math.nan


def _svm(config: Config, n_rows: int, n_features: int) -> float:
    gamma = config["gamma_number"] if config["gamma"] == "number" else 1.0 / n_features  # of scaled columns
    return float(config["C"] * gamma)


def _leaves(config: Config, n_rows: int, n_features: int) -> float:
    most = n_rows / max(config["min_samples_leaf"], config.get("min_samples_split", 2) / 2)
    if config["max_depth"] != "limited":
        return float(most)
    return float(min(most, 2.0 ** config["max_depth_limit"]))


def _boosted(config: Config, n_rows: int, n_features: int) -> float:
    return float(config["max_iter"] * min(config["max_leaf_nodes"], n_rows / config["min_samples_leaf"]))


def _weights(config: Config, n_rows: int, n_features: int) -> float:
    units, layers = config["units"], config["hidden_layers"]
    return float((n_features + 1) * units + (layers - 1) * (units + 1) * units + units + 1)


_MEASURES: dict[str, Callable[[Config, int, int], float]] = {
    "logistic_regression": lambda config, n, p: config["C"],
    "ridge": lambda config, n, p: 1.0 / config["alpha"],
    "elastic_net": lambda config, n, p: 1.0 / config["alpha"],
    "knn": lambda config, n, p: n / config["n_neighbors"],
    "svm_rbf": _svm,
    "decision_tree": _leaves,
    "random_forest": _leaves,
    "extra_trees": _leaves,
    "hist_gradient_boosting": _boosted,
    "mlp": _weights,
    "gaussian_nb": lambda config, n, p: 1.0 / config["var_smoothing"],
}
