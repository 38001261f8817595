"""The evaluation core: estimators, metrics, folds and the loop over them. It knows neither Django nor the search."""

from .baseline import baseline
from .estimators import Catalogue, Config, Entry, catalogue
from .evaluation import Evaluation
from .fold_loop import evaluate
from .metrics import Metric, MetricUndefinedError, default_metric, get_metric, metrics, metrics_for
from .predictions import Predictions, decode_predictions, encode_predictions
from .splits import LEFT_OUT, Plan, make_plan
from .table import Table

__all__ = [
    "LEFT_OUT",
    "Catalogue",
    "Config",
    "Entry",
    "Evaluation",
    "Metric",
    "MetricUndefinedError",
    "Plan",
    "Predictions",
    "Table",
    "baseline",
    "catalogue",
    "decode_predictions",
    "default_metric",
    "encode_predictions",
    "evaluate",
    "get_metric",
    "make_plan",
    "metrics",
    "metrics_for",
]
