"""Scores on arrays, in scikit-learn's definitions but without its validation, which costs more than small folds do.

y   (m,)    true class codes 0..C-1, or numbers
p   (m,)    predicted codes or numbers
P   (m, C)  probabilities, a row sums to 1
s   (m,)    scores of class 1 when C = 2, else (m, C); only their order counts
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from .naming import suggestion
from .responses import Response
from .table import Table

Array = NDArray[Any]


class MetricUndefinedError(ValueError):
    """The metric has no value on these rows, whatever the model says."""


@dataclass(frozen=True)
class Metric:
    """One way to score predictions.

    needs: what a model must give: "labels", "scores", "probabilities" or "values".
    additive: the pooled value follows from a weighted sum of one gain per row, so trials can be compared row by row.
    sentence: what the number says; unit: what stands after it, "" for a plain number.
    """

    key: str
    label: str
    task: str
    direction: str
    needs: str
    additive: bool
    unit: str
    sentence: str
    function: Callable[[Array, Array], float]

    def score(self, y: Array, response: Response) -> float:
        """The score of a response for the rows with truth y; MetricUndefinedError where there is none."""
        answer = getattr(response, self.needs)
        if answer is None:
            raise ValueError(f"{self.label} needs {self.needs}, which this response has not.")
        return self.function(y, answer)

    @property
    def maximize(self) -> bool:
        return self.direction == "maximize"


def accuracy(y: Array, p: Array) -> float:
    """Share of the rows with the right class."""
    return float(np.count_nonzero(y == p) / len(y))


def balanced_accuracy(y: Array, p: Array) -> float:
    """Mean over the classes in y of the share found of each."""
    size = int(y.max()) + 1
    counts = np.bincount(y, minlength=size)
    found = np.bincount(y[y == p], minlength=size)
    present = counts > 0
    return float(np.mean(found[present] / counts[present]))


def f1_macro(y: Array, p: Array) -> float:
    """Mean over the classes in y or p of 2 TP / (2 TP + FP + FN)."""
    size = int(max(y.max(), p.max())) + 1
    total = np.bincount(y, minlength=size) + np.bincount(p, minlength=size)
    found = np.bincount(y[y == p], minlength=size)
    present = total > 0
    return float(np.mean(2.0 * found[present] / total[present]))


def roc_auc(y: Array, s: Array) -> float:
    """Chance that a row of the class outranks a row of another; several classes: mean of one against the rest."""
    if s.ndim == 1:
        return _auc(y == 1, s)
    return float(np.mean([_auc(y == c, s[:, c]) for c in range(s.shape[1])]))


def _auc(positive: Array, s: Array) -> float:
    """Mann-Whitney form: (rank sum of the positives - its minimum) / (positives * negatives); ties count half."""
    count = int(np.count_nonzero(positive))
    rest = len(positive) - count
    if count == 0 or rest == 0:
        raise MetricUndefinedError(
            "ROC AUC needs rows of every class in each fold, and rows of others beside them; "
            "a class is missing here. Stratified or fewer folds help."
        )
    ranks = rankdata(s)
    return float((ranks[positive].sum() - count * (count + 1) / 2) / (count * rest))


def log_loss(y: Array, P: Array) -> float:
    """Mean of -ln(probability of the true class); probabilities are kept off 0 and 1 by float64's epsilon."""
    epsilon = np.finfo(np.float64).eps
    return float(-np.mean(np.log(np.clip(P[np.arange(len(y)), y], epsilon, 1.0 - epsilon))))


def r2(y: Array, p: Array) -> float:
    """1 - squared error / squared deviation from the mean of y; a constant y gives 1 if met exactly, else 0."""
    if len(y) < 2:
        raise MetricUndefinedError("R² needs at least 2 rows in each fold; take fewer folds.")
    residual = float(np.sum((y - p) ** 2))
    spread = float(np.sum((y - y.mean()) ** 2))
    if spread == 0.0:
        return 1.0 if residual == 0.0 else 0.0
    return 1.0 - residual / spread


def rmse(y: Array, p: Array) -> float:
    """Root of the mean squared error, in the target's unit."""
    return float(np.sqrt(np.mean((y - p) ** 2)))


def mae(y: Array, p: Array) -> float:
    """Mean absolute error, in the target's unit."""
    return float(np.mean(np.abs(y - p)))


_CLASSES, _NUMBERS = "classification", "regression"
_ALL = (
    Metric("accuracy", "Accuracy", _CLASSES, "maximize", "labels", True, "",
           "Share of the rows whose class is right.", accuracy),
    Metric("balanced_accuracy", "Balanced accuracy", _CLASSES, "maximize", "labels", True, "",
           "Share found of each class, averaged over the classes: rare classes count as much as common ones.",
           balanced_accuracy),
    Metric("f1_macro", "F1 (macro)", _CLASSES, "maximize", "labels", False, "",
           "Balance of precision and recall of each class, averaged over the classes.", f1_macro),
    Metric("roc_auc", "ROC AUC", _CLASSES, "maximize", "scores", False, "",
           "Chance that a row of a class is ranked above a row of another; 0.5 is guessing.", roc_auc),
    Metric("log_loss", "Log loss", _CLASSES, "minimize", "probabilities", True, "nats",
           "How surprised the predicted probabilities are by the true classes; punishes false certainty.", log_loss),
    Metric("r2", "R²", _NUMBERS, "maximize", "values", True, "",
           "Share of the target's variance that is explained; 0 is predicting the mean.", r2),
    Metric("rmse", "RMSE", _NUMBERS, "minimize", "values", True, "target unit",
           "Typical error in the target's unit; large errors weigh more.", rmse),
    Metric("mae", "MAE", _NUMBERS, "minimize", "values", True, "target unit",
           "Mean size of the error in the target's unit.", mae),
)  # fmt: skip
metrics: Mapping[str, Metric] = {metric.key: metric for metric in _ALL}


def get_metric(key: str) -> Metric:
    """The metric of that key; ValueError with the nearest one."""
    if key not in metrics:
        raise ValueError(f"There is no metric {key!r}. {suggestion(key, metrics)}")
    return metrics[key]


def metrics_for(task: str) -> list[Metric]:
    """The metrics of a task, in the order to offer them."""
    return [metric for metric in _ALL if metric.task == task]


def default_metric(table: Table) -> str:
    """The key of the metric to begin with: uneven classes (largest over smallest above 1.5) call for balance."""
    if table.task == "regression":
        return "r2"
    counts = table.class_counts[table.class_counts > 0]
    return "balanced_accuracy" if counts.max() > 1.5 * counts.min() else "accuracy"
