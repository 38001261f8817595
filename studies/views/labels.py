"""The words that pages use for the spec's keys."""

from studies.evaluation import catalogue, metrics
from studies.models import Method, Study
from studies.plots.fold_preview import fold_spans

FOLDS = {"stratified": "stratified folds", "group": "folds of whole groups", "time": "blocks of time"}


def estimator_label(key: str) -> str:
    """The catalogue's label; the key itself for an estimator that this version no longer offers."""
    return catalogue[key].label if key in catalogue else key


def metric_label(key: str) -> str:
    return metrics[key].label if key in metrics else key


def metric_in_text(key: str) -> str:
    """The label within a sentence: "balanced accuracy", but "ROC AUC"."""
    label = metric_label(key)
    return label if label[:2].isupper() or label[1:2] in "0123456789²" else label[0].lower() + label[1:]


def metric_unit(key: str) -> str:
    return metrics[key].unit if key in metrics else ""


def method_in_text(study: Study) -> str:
    """The method within a sentence; Bayes was a person."""
    return method_words(Method(study.method))


def method_words(method: Method) -> str:
    return str(method.label) if method == Method.BAYESIAN else str(method.label).lower()


def plan_label(study: Study) -> str:
    """Such as "5 stratified folds, 2 repeats"."""
    plan = study.plan_spec
    kind = FOLDS.get(plan.get("kind", ""), "folds")
    repeats, rows = plan.get("repeats", 1), plan.get("rows")
    words = f"{plan.get('folds', '?')} {kind}" + (f", {repeats} repeats" if repeats > 1 else "")
    return f"{words}, on {rows:,} rows" if rows else words


def fold_names(study: Study, count: int, brief: bool = False) -> list[str]:
    """The names of the first `count` folds: "Fold 2", "Repeat 1, fold 2", "Fold 2, 2024-03-31 to 2024-06-26".

    brief: for axes, with the first month or moment alone.
    """
    folds, repeats = study.plan_spec.get("folds", 0), study.plan_spec.get("repeats", 1)
    if study.plan_spec.get("kind") == "time" and study.plan:
        spans = dict(enumerate(fold_spans(study.plan.facts, brief)))
        return [f"Fold {i + 1}, {spans[i]}" if i in spans else f"Fold {i + 1}" for i in range(count)]
    if repeats <= 1 or not folds:
        return [f"Fold {i + 1}" for i in range(count)]
    return [f"Repeat {i // folds + 1}, fold {i % folds + 1}" for i in range(count)]
