"""A study as one JSON document: its spec, what it ran on, and every trial with its attempts."""

from typing import Any

from studies.evaluation.recipe import versions
from studies.models import Study, Trial
from studies.models.json_field import finite

from .expected_scores import expected_scores

FORMAT = 1
TRIAL = (
    "number", "source", "proposal_index", "state", "reason", "error", "origin", "config", "off_space", "value",
    "stderr", "fold_scores", "fit_times", "score_times", "fit_seconds", "score_seconds", "started_at", "finished_at",
)  # fmt: skip
EXPECTED = ("rows", "groups", "resamples", "trials", "best", "best_number", "expected", "low", "high", "optimism")
ATTEMPT = ("number", "worker", "lane", "outcome", "detail", "started_at", "ended_at")


def study_document(study: Study) -> dict[str, Any]:
    """Five queries, however many trials there are."""
    expected = expected_scores([study])[study.pk]
    version = study.dataset_version
    trials = study.trials.order_by("number").defer("traceback", "warnings").prefetch_related("attempts")
    return {
        "format": FORMAT,
        "id": study.pk,
        "state": study.state,
        "reason": study.reason,
        "created_by": str(study.created_by or ""),
        "created_at": study.created_at,
        "launched_at": study.launched_at,
        "finished_at": study.finished_at,
        "spec": study.spec,
        "follows_why": study.follows_why,
        "direction": study.direction,
        "defaults": study.defaults,
        "baseline": finite(study.baseline),
        "dataset": {
            "name": version.dataset.name,
            "version": version.number,
            "rows": version.rows,
            "sha256": version.content_hash,
            "columns": [column.as_dict() for column in version.columns.all()],
        },
        "plan": {"kind": study.plan.kind, "sha256": study.plan.sha256} if study.plan else None,
        "expected": {"why": expected.why} | {name: expected.figures.get(name) for name in EXPECTED},
        "written_with": versions(),
        "trials": [_trial(trial) | expected.trial_facts(trial) for trial in trials],
    }


def _trial(trial: Trial) -> dict[str, Any]:
    attempts = [{name: getattr(attempt, name) for name in ATTEMPT} for attempt in trial.attempts.all()]
    return {name: finite(getattr(trial, name)) for name in TRIAL} | {"attempts": attempts}
