"""A study's frozen spec as its page shows it."""

from typing import Any

from studies.models import Study

from .labels import estimator_label, metric_label, plan_label


def parameters_of(study: Study) -> list[dict[str, Any]]:
    """The space's entries; a space may be stored as the bare list."""
    return study.space.get("parameters", []) if isinstance(study.space, dict) else study.space


def space_rows(study: Study) -> list[dict[str, Any]]:
    """Each parameter with its default and its conditions spelled out."""
    return [
        entry
        | {
            "default": study.defaults.get(entry["name"]),
            "has_default": entry["name"] in study.defaults,
            "conditions": [(parent, list(allowed)) for parent, allowed in (entry.get("when") or {}).items()],
        }
        for entry in parameters_of(study)
    ]


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
