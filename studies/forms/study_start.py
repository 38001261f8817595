"""What the form shows before anything is typed: usual choices, or those of another study."""

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
        "method": USUAL,
        "seed": "0",
        "trials": str(USUAL_TRIALS),
        "parallel": str(min(workers, MOST_PARALLEL) or USUAL_PARALLEL),
    } | options_as_typed(USUAL, {})


def from_study(study: Study) -> dict[str, str]:
    """All that the study was made of, under a name of its own."""
    values: dict[str, Any] = {
        "name": _name_of_copy(study),
        "dataset_version": study.dataset_version_id,
        "target": study.target,
        "task": study.task,
        "metric": study.metric,
        "estimator": study.estimator,
        "method": study.method,
        "seed": study.seed,
        **study.plan_spec,
        "trials": study.max_trials,
        "minutes": None if study.max_seconds is None else study.max_seconds / 60,
        "parallel": study.parallel,
        "trial_seconds": study.trial_seconds,
        "trial_memory_mb": study.trial_memory_mb,
    }
    return {key: as_typed(value) for key, value in values.items()} | options_as_typed(
        study.method, study.method_options
    )


def _name_of_copy(study: Study) -> str:
    """A name that nobody chose is made anew, as the method may be changed; one that somebody chose is kept, marked."""
    usual_one = usual_name(study.dataset_version.dataset.name, catalogue[study.estimator].label, study.method)
    return "" if study.name == usual_one else f"{study.name[: MAX_NAME - len(COPY)]}{COPY}"
