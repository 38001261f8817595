"""The metrics by scikit-learn's own functions, for `write_recipe` to write out under the name `score`.

Two ways to ask a classifier about all classes: as it answers, or widened where some fold has not seen every class.
"""

# mypy: disable-error-code="no-any-return"
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    f1_score,
    log_loss,
    mean_absolute_error,
    mean_squared_error,
    r2_score,
    roc_auc_score,
)

CLASSES: list[Any] = []  # a recipe has the study's own


def by_accuracy(model: Any, X: np.ndarray, y: np.ndarray) -> float:
    return accuracy_score(y, model.predict(X))


def by_balanced_accuracy(model: Any, X: np.ndarray, y: np.ndarray) -> float:
    return balanced_accuracy_score(y, model.predict(X))


def by_f1_macro(model: Any, X: np.ndarray, y: np.ndarray) -> float:
    return f1_score(y, model.predict(X), average="macro")


def by_r2(model: Any, X: np.ndarray, y: np.ndarray) -> float:
    return r2_score(y, model.predict(X))


def by_rmse(model: Any, X: np.ndarray, y: np.ndarray) -> float:
    return np.sqrt(mean_squared_error(y, model.predict(X)))


def by_mae(model: Any, X: np.ndarray, y: np.ndarray) -> float:
    return mean_absolute_error(y, model.predict(X))


def by_roc_auc_of_two(model: Any, X: np.ndarray, y: np.ndarray) -> float:
    if hasattr(model, "predict_proba"):
        return roc_auc_score(y, model.predict_proba(X)[:, 1])
    return roc_auc_score(y, model.decision_function(X))


def by_roc_auc(model: Any, X: np.ndarray, y: np.ndarray) -> float:
    """The mean over the classes of each against the rest."""
    ask = getattr(model, "predict_proba", None) or model.decision_function
    answer = ask(X)
    return np.mean([roc_auc_score(y == c, answer[:, c]) for c in range(len(CLASSES))])


def by_log_loss(model: Any, X: np.ndarray, y: np.ndarray) -> float:
    return log_loss(y, model.predict_proba(X), labels=range(len(CLASSES)))


def by_roc_auc_of_seen(model: Any, X: np.ndarray, y: np.ndarray) -> float:
    """The mean over the classes of each against the rest."""
    if hasattr(model, "predict_proba"):
        answer = all_classes(model, model.predict_proba(X), 0.0)
    else:
        answer = all_classes(model, model.decision_function(X), np.finfo(float).min)
    return np.mean([roc_auc_score(y == c, answer[:, c]) for c in range(len(CLASSES))])


def by_log_loss_of_seen(model: Any, X: np.ndarray, y: np.ndarray) -> float:
    answer = all_classes(model, model.predict_proba(X), 0.0)
    rest = np.finfo(float).eps
    return -np.mean(np.log(np.clip(answer[np.arange(len(y)), y], rest, 1 - rest)))


def all_classes(model: Any, answer: np.ndarray, filler: float) -> np.ndarray:
    """One column for each class; the filler for one that was not in the training rows."""
    if answer.ndim == 1:
        answer = np.column_stack([-answer, answer])
    wide = np.full((len(answer), len(CLASSES)), filler)
    wide[:, model.classes_] = answer
    return wide


PLAIN: dict[str, Callable[..., Any]] = {
    "accuracy": by_accuracy,
    "balanced_accuracy": by_balanced_accuracy,
    "f1_macro": by_f1_macro,
    "r2": by_r2,
    "rmse": by_rmse,
    "mae": by_mae,
    "log_loss": by_log_loss,
}


def scorer(metric: str, n_classes: int, all_seen: bool) -> Callable[..., Any]:
    """The function to write out; `all_seen`: every fold's training rows hold every class."""
    if metric == "roc_auc":
        if not all_seen:
            return by_roc_auc_of_seen
        return by_roc_auc_of_two if n_classes == 2 else by_roc_auc
    return by_log_loss_of_seen if metric == "log_loss" and not all_seen else PLAIN[metric]
