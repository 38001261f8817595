"""The model of a spec: estimator, metric and search space."""

from collections.abc import Mapping
from typing import Any

from studies.evaluation import Entry, Table, catalogue, default_metric, get_metric, metrics
from studies.search import Space, SpaceError

from .spec_errors import nearest, quote
from .spec_examination import Examination
from .spec_fields import Fields

FEW_ROWS = 500


def examine_model(spec: Fields, found: Examination) -> None:
    """Sets estimator, metric and space; needs the table."""
    found.estimator = _estimator(spec, found)
    _metric(spec, found)
    _space(spec, found)


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


def _space(spec: Fields, found: Examination) -> None:
    entry, table = found.estimator, found.table
    given = spec.raw("space")
    if entry is None or table is None or entry.problem(table):
        return
    if given is None:
        found.space = Space.from_json(entry.space(table))
        found.decide(f"Search space: the recommended one of {entry.label}, {_counted(found.space)} searched.")
        return
    known = {parameter["name"]: parameter for parameter in entry.parameters(table)}
    defaults = entry.defaults(table)
    for parameter in _entries(given):
        name = parameter.get("name")
        if isinstance(name, str) and name not in known:
            spec.wrong(f"space.{name[:100]}", f"{entry.label} has no parameter {quote(name)}. {nearest(name, known)}")
        elif isinstance(name, str) and parameter.get("type") == "constant":
            wanted = _not_its_kind(parameter.get("value"), known[name], defaults.get(name))
            if wanted:
                spec.wrong(f"space.{name}", f"{name} is fixed at {quote(parameter.get('value'))}; it must be {wanted}.")
    try:
        space = Space.from_json(given)
    except SpaceError as error:
        for path, sentence in _all_errors(given, error).items():
            spec.wrong(path, sentence)
        return
    if space.dimensions == 0:
        spec.wrong("space", "No parameter is searched; at least one must have more than one value.")
        return
    found.space = space


def _counted(space: Space) -> str:
    return "1 parameter" if space.dimensions == 1 else f"{space.dimensions} parameters"


def _entries(given: Any) -> list[Mapping[str, Any]]:
    """The parameters of a space's JSON, those that are objects."""
    listed = given.get("parameters") if isinstance(given, Mapping) else given
    return [entry for entry in listed[:1000] if isinstance(entry, Mapping)] if isinstance(listed, list) else []


def _not_its_kind(value: object, known: Mapping[str, Any], default: object) -> str:
    """What a fixed value must be, when it is not; the library's default is always possible."""
    if type(value) is type(default) and value == default:
        return ""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    own = f", or {quote(default)} as in the library" if not isinstance(default, int | float) else ""
    if known["type"] == "float":
        return "" if number else f"a number{own}"
    if known["type"] == "int":
        return "" if number and isinstance(value, int) else f"a whole number{own}"
    if known["type"] == "boolean":
        return "" if isinstance(value, bool) else "true or false"
    choices = known.get("choices", [])
    return "" if value in choices else f"one of {', '.join(quote(choice) for choice in choices)}{own}"


def _all_errors(given: Any, first: SpaceError) -> dict[str, str]:
    """Each parameter's own error, not the first one alone; conditions are only judged on the whole."""
    errors = {"space" if first.parameter is None else f"space.{first.parameter[:100]}": str(first)}
    for entry in _entries(given):
        try:
            Space.from_json([{key: value for key, value in entry.items() if key != "when"}])
        except SpaceError as error:
            if error.parameter is not None:
                errors.setdefault(f"space.{error.parameter[:100]}", str(error))
    return errors
