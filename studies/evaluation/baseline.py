"""What guessing reaches: the line below which a search has found nothing."""

from typing import Any

from sklearn.dummy import DummyClassifier, DummyRegressor

from .evaluation import Evaluation
from .fold_loop import cross_validate
from .metrics import get_metric
from .splits import Plan
from .table import Table


def baseline(table: Table, plan: Plan, metric: str) -> Evaluation:
    """Predict the training rows' most frequent class, their class shares as probabilities, or their mean."""
    chosen = get_metric(metric)
    if chosen.task != table.task:
        raise ValueError(f"{chosen.label} is a metric for {chosen.task}, and this target calls for {table.task}.")

    def build(seed: int) -> Any:
        return DummyClassifier(strategy="prior") if table.task == "classification" else DummyRegressor()

    return cross_validate(table, plan, chosen, build)
