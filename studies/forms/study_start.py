"""What the form shows before anything is typed: usual choices, or those of another study."""

from collections.abc import Mapping
from typing import Any

from studies.engine.spec import MAX_NAME, usual_name
from studies.engine.spec_method import USUAL_PARALLEL, USUAL_TRIALS
from studies.evaluation import catalogue
from studies.models import Study, WorkerProcess

from .plain import as_typed
from .study_options import USUAL, options_as_typed

COPY = " (copy)"
MOST_PARALLEL = 4


def usual(version_id: int, estimator: str = "") -> dict[str, str]:
    """A search that just works on that version; what is empty is decided by the engine."""
    workers = WorkerProcess.objects.alive().count()
    return {
        "dataset_version": str(version_id),
        "estimator": estimator,
        "preset": "recommended",
        "method": USUAL,
        "seed": "0",
        "trials": str(USUAL_TRIALS),
        "parallel": str(min(workers, MOST_PARALLEL) or USUAL_PARALLEL),
    } | options_as_typed(USUAL, {})


def from_spec(spec: Mapping[str, Any]) -> dict[str, str]:
    """What a spec says, as one would type it; what it leaves open is empty and decided by the engine."""
    budget = spec.get("budget") or {}
    texts = (
        "name",
        "dataset_version",
        "target",
        "task",
        "metric",
        "holdout",
        "estimator",
        "method",
        "seed",
        "parallel",
    )
    seconds = budget.get("seconds")
    values: dict[str, Any] = {
        **{name: spec.get(name) for name in texts},
        **(spec.get("plan") or {}),
        **{name: budget.get(name) for name in ("trials", "trial_seconds", "trial_memory_mb")},
        "follows": spec.get("follows"),
        "minutes": seconds / 60 if isinstance(seconds, int | float) else seconds,
        "stop_when_converged": "on" if spec.get("stop_when_converged") is True else "",
    }
    typed = {key: "" if value == "auto" else as_typed(value) for key, value in values.items()}
    return typed | options_as_typed(typed["method"], spec.get("method_options") or {})


def from_study(study: Study) -> dict[str, str]:
    """All that the study was made of, under a name of its own."""
    name = "" if _is_usual(study) else f"{study.name[: MAX_NAME - len(COPY)]}{COPY}"
    return from_spec(study.spec) | {"name": name, "holdout": ""}  # as the dataset has it today


def from_draft(study: Study) -> dict[str, str]:
    """The draft itself, to be changed; `draft_change` tells whether somebody else changed it meanwhile."""
    name = "" if _is_usual(study) else study.name
    return from_spec(study.spec) | {"name": name, "draft": str(study.pk), "draft_change": str(study.change)}


def _is_usual(study: Study) -> bool:
    """A name that nobody chose is made anew, as the method may be changed."""
    return study.name == usual_name(study.dataset_version.dataset.name, catalogue[study.estimator].label, study.method)
