"""The evaluation core: estimators, metrics, folds and the loop over them. It knows neither Django nor the search."""

from .baseline import baseline
from .drawing import copies_kept, largest_folds, make_plan
from .estimators import PRESETS, Catalogue, Config, Entry, catalogue
from .evaluation import Evaluation
from .fold_facts import FoldFacts, fold_facts, plan_problem
from .fold_loop import Evaluator, evaluate
from .folds import KEPT_MB
from .metrics import Metric, MetricUndefinedError, default_metric, get_metric, metrics, metrics_for
from .predictions import Predictions, decode_predictions, encode_predictions
from .sampling import used_rows, used_table
from .splits import LEFT_OUT, TRAINS_ONLY, Plan
from .table import Table

__all__ = [
    "KEPT_MB",
    "LEFT_OUT",
    "PRESETS",
    "TRAINS_ONLY",
    "Catalogue",
    "Config",
    "Entry",
    "Evaluation",
    "Evaluator",
    "FoldFacts",
    "Metric",
    "MetricUndefinedError",
    "Plan",
    "Predictions",
    "Table",
    "baseline",
    "catalogue",
    "copies_kept",
    "decode_predictions",
    "default_metric",
    "encode_predictions",
    "evaluate",
    "fold_facts",
    "get_metric",
    "largest_folds",
    "make_plan",
    "metrics",
    "metrics_for",
    "plan_problem",
    "used_rows",
    "used_table",
]
