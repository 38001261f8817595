"""A study's frozen spec as its page shows it."""

from typing import Any

from studies.forms.space_forbidden import Combination
from studies.models import Study
from studies.plots.numbers import format_parameter

from .labels import estimator_label, metric_label, plan_label


def parameters_of(study: Study) -> list[dict[str, Any]]:
    """The space's entries; a space may be stored as the bare list."""
    entries: list[dict[str, Any]] = _whole(study).get("parameters", [])
    return entries


def space_rows(study: Study) -> list[dict[str, Any]]:
    """Each parameter with its default, its conditions and its shape spelled out."""
    return [
        entry
        | {
            "default": study.defaults.get(entry["name"]),
            "has_default": entry["name"] in study.defaults,
            "shape": _shape(entry),
            "conditions": [(parent, list(allowed)) for parent, allowed in (entry.get("when") or {}).items()],
        }
        for entry in parameters_of(study)
    ]


def forbidden_words(study: Study) -> list[str]:
    """Each forbidden combination: penalty is l1 and loss is hinge."""
    return [Combination(values).words for values in _whole(study).get("forbidden", [])]


def _whole(study: Study) -> dict[str, Any]:
    return study.space if isinstance(study.space, dict) else {"parameters": study.space}


def _shape(entry: dict[str, Any]) -> str:
    """around 0.1, × or ÷ 3; or weights 9, 1."""
    prior, weights = entry.get("prior"), entry.get("weights")
    if prior:
        away = "× or ÷" if entry.get("log") else "±"
        return f"around {format_parameter(prior['centre'])} {away} {format_parameter(prior['spread'])}"
    return f"weights {', '.join(map(format_parameter, weights))}" if weights else ""


def spec_lines(study: Study) -> list[tuple[str, Any]]:
    options = ", ".join(f"{name} {value}" for name, value in study.method_options.items())
    return [
        ("Dataset", f"{study.dataset_version}, {study.dataset_version.rows:,} rows"),
        ("Task and target", f"{study.task} of {study.target}"),
        ("Metric", f"{metric_label(study.metric)}, {study.direction}d"),
        ("Estimator", estimator_label(study.estimator)),
        ("Method", study.get_method_display() + (f" ({options})" if options else "")),
        ("Seed", study.seed),
        ("Evaluation plan", plan_label(study)),
        ("Folds", f"stored, fingerprint {study.plan.sha256[:12]}" if study.plan else "drawn and stored at launch"),
    ]
