"""Rows as plain data. Lists are gathered in a fixed number of queries, however long they are."""

from typing import Any

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, When

from studies.engine.recommended import recommended
from studies.models import (
    Attempt,
    ExpectedScore,
    NestedAudit,
    Proposal,
    Study,
    Trial,
    TrialState,
)
from studies.models.json_field import finite

ATTEMPT = ("number", "worker", "lane", "outcome", "detail", "started_at", "ended_at")
TRIAL = (
    "number", "source", "state", "reason", "error", "origin", "config", "off_space", "value", "stderr",
    "fold_scores", "fit_seconds", "started_at", "finished_at",
)  # fmt: skip
EXPECTED = ("expected", "low", "high", "optimism", "best", "trials", "rows", "tied", "verdict")


def trial_json(trial: Trial) -> dict[str, Any]:
    """Needs the attempts prefetched when there are many trials."""
    attempts = [_attempt_json(attempt) for attempt in trial.attempts.all()]
    return {name: finite(getattr(trial, name)) for name in TRIAL} | {"attempts": attempts}


def _attempt_json(attempt: Attempt) -> dict[str, Any]:
    return {name: getattr(attempt, name) for name in ATTEMPT}


def study_json(study: Study) -> dict[str, Any]:
    return studies_json(Study.objects.filter(pk=study.pk))[0]


def whole_study_json(study: Study) -> dict[str, Any]:
    """With the trial that is believed best, which a list has no time for."""
    shown = study_json(study)
    return shown | {
        "recommended": _recommended_json(study, shown["counts"]["complete"]),
        "audit": _audit_json(NestedAudit.objects.filter(study=study).select_related("scoring").first()),
    }


def _audit_json(audit: NestedAudit | None) -> dict[str, Any] | None:
    if audit is None:
        return None
    found = audit.result or {}
    figures = {name: finite(found.get(name)) for name in ("score", "low", "high", "optimism")}
    error = audit.scored.error if audit.scored is not None else ""
    asked = {"folds": audit.folds, "trials": audit.trials, "asked_at": audit.asked_at}
    return {"stage": audit.stage, **asked, **figures, "error": error}


def _recommended_json(study: Study, complete: int) -> dict[str, Any] | None:
    believed = recommended(study, complete) if complete else None
    trial = believed and study.trials.filter(number=believed.number).prefetch_related("attempts").first()
    if not believed or not trial:
        return None
    names = ("kind", "value", "low", "high", "best_value", "reason")
    return {"trial": trial_json(trial)} | {name: finite(getattr(believed.found, name)) for name in names}


def studies_json(studies: QuerySet[Study]) -> list[dict[str, Any]]:
    """Studies with counts and their best trials: five queries in all."""
    rows = list(studies.with_counts().annotate(best_id=_best_id()))  # type: ignore[attr-defined]
    best_ids = [row.best_id for row in rows if row.best_id is not None]
    trials = Trial.objects.filter(pk__in=best_ids).defer("traceback").prefetch_related("attempts")
    best = {trial.pk: trial_json(trial) for trial in trials}
    standing = Proposal.objects.standing([row.pk for row in rows])
    scores = ExpectedScore.objects.filter(study__in=[row.pk for row in rows]).defer("draws")
    expected = {score.study_id: score for score in scores}
    return [_study_json(row, best.get(row.best_id), expected.get(row.pk), standing[row.pk].approved) for row in rows]


def _study_json(study: Any, best: dict[str, Any] | None, expected: Any, approved: Any) -> dict[str, Any]:
    return {
        "id": study.pk,
        "name": study.name,
        "state": study.state,
        "reason": study.reason,
        "spec": study.spec,
        "counts": {state: getattr(study, f"n_{state}") for state in TrialState.values},
        "baseline": finite(study.baseline),
        "best": best,
        "expected": expected_json(expected, study.n_complete),
        "approved": approved_json(approved),
        "created_at": study.created_at,
        "launched_at": study.launched_at,
        "finished_at": study.finished_at,
    }


def expected_json(score: ExpectedScore | None, complete: int) -> dict[str, Any] | None:
    """What to expect on new data; None before it was worked out, and where it cannot be had."""
    if score is None or not score.figures or not score.figures["available"]:
        return None
    told = {name: score.figures[name] for name in EXPECTED}
    return told | {"computed_at": score.computed_at, "stale": score.seen != complete}


def approved_json(proposal: Any) -> dict[str, Any] | None:
    """The trial that the team stands behind: its number, who approved it and when."""
    if proposal is None:
        return None
    return {"number": proposal.number, "by": proposal.decided_by_name, "at": proposal.decided_at}


def _best_id() -> Case:
    """The incumbent's id: highest or lowest value by the study's direction, the earlier one of two equals."""
    complete = Trial.objects.filter(study=OuterRef("pk"), state=TrialState.COMPLETE, value__isnull=False)
    highest = complete.order_by(F("value").desc(), "number").values("pk")[:1]
    lowest = complete.order_by(F("value").asc(), "number").values("pk")[:1]
    return Case(When(direction="maximize", then=Subquery(highest)), default=Subquery(lowest))
