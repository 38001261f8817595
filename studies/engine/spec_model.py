"""The model of a spec, and the metric that scores it."""

from studies.evaluation import Entry, Table, catalogue, default_metric, get_metric, metrics

from .spec_errors import nearest, quote
from .spec_examination import Examination
from .spec_fields import Fields

FEW_ROWS = 500


def examine_model(spec: Fields, found: Examination) -> None:
    """Sets estimator and metric; needs the table."""
    found.estimator = _estimator(spec, found)
    _metric(spec, found)


def recommended_estimator(table: Table) -> tuple[str, str]:
    """The key of the model to begin with, and why."""
    if table.n_rows < FEW_ROWS and table.task == "classification":
        return "logistic_regression", "few rows are best served by a steady model"
    if table.n_rows < FEW_ROWS:
        return "random_forest", "it sees bends and interactions and is steady on few rows"
    return "hist_gradient_boosting", "it is strong on tables of this size and takes missing values as they are"


def _estimator(spec: Fields, found: Examination) -> Entry | None:
    key = spec.raw("estimator")
    if key is None and found.table is not None:
        key, why = recommended_estimator(found.table)
        found.decide(f"Estimator: {catalogue[key].label}, because {why}.")
    elif key is None:
        return None
    elif not isinstance(key, str) or key not in catalogue:
        spec.wrong("estimator", f"There is no estimator {quote(key)}. {nearest(key, catalogue)}")
        return None
    entry = catalogue[key]
    problem = entry.problem(found.table) if found.table is not None else None
    if problem:
        spec.wrong("estimator", problem)
    return entry


def _metric(spec: Fields, found: Examination) -> None:
    key = spec.raw("metric")
    if key not in (None, "auto"):
        if not isinstance(key, str) or key not in metrics:
            spec.wrong("metric", f"There is no metric {quote(key)}. {nearest(key, metrics)}")
            return
        found.metric = get_metric(key)
    elif found.table is not None:
        found.metric = get_metric(default_metric(found.table))
        found.decide(f"Metric: {found.metric.label}, because {_why(found.metric.key)}.")
    if found.metric is None or found.table is None:
        return
    entry = found.estimator if found.estimator and found.table.task in found.estimator.tasks else None
    problem = entry.metric_problem(found.metric.key, found.table) if entry else _other_task(found)
    if problem:
        spec.wrong("metric", problem)


def _why(metric: str) -> str:
    reasons = {
        "balanced_accuracy": "the classes are uneven",
        "accuracy": "the classes are about even",
        "r2": "it says how much of the target is explained, whatever its unit",
    }
    return reasons[metric]


def _other_task(found: Examination) -> str | None:
    if found.metric is None or found.table is None or found.metric.task == found.table.task:
        return None
    return f"{found.metric.label} is a metric for {found.metric.task}; this target calls for {found.table.task}."
