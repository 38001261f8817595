"""The nested audit of a study: its whole search run anew without each of some folds, then scored on their rows.

The searches are ordinary studies that no list shows, so all that protects a study protects them. What is to be done
next follows from the rows alone: `mind`, at every tick of the reconciler, may be interrupted and repeated anywhere.
"""

from functools import partial

import numpy as np
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from studies.engine import moves
from studies.engine.actions import Refused, begin
from studies.engine.advance import advance
from studies.engine.plans import PLAN_SEED
from studies.engine.preparing import Prepared, prepare_with
from studies.evaluation import Plan
from studies.evaluation.nested import inner_plan
from studies.models import (
    ASKING,
    TERMINAL,
    AuditScoring,
    ErrandState,
    Method,
    NestedAudit,
    Study,
    StudyState,
    TrialState,
    User,
)

USUAL_FOLDS, FEW_FOLDS = 5, 3
SEED = 0xA0D17  # keeps the searches' random numbers apart from the study's own
ENDED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED)
BEFORE_STOPPING = [*ASKING, StudyState.PAUSING, StudyState.PAUSED]


def why_not(study: Study) -> str:
    """Why the study's search cannot be audited, as a sentence; empty where it can."""
    if study.method == Method.MANUAL:
        return "A search by hand cannot be replayed: nobody knows what its person would have tried on other rows."
    if study.plan_spec.get("kind") == "time":
        return "Blocks of time have no outer folds: each is judged by what was learnt from all earlier ones."
    if study.state not in (StudyState.COMPLETE, StudyState.STOPPED):
        return "Only a complete or stopped study can be audited: the audit replays as many trials as it ran."
    if not study.trials.filter(state=TrialState.COMPLETE).exists():
        return "No trial is complete, so the search has chosen nothing that could be audited."
    return ""


def fold_choices(study: Study) -> list[int]:
    """How many outer folds may be replayed, fewest first; the last is the usual choice."""
    folds = study.plan_spec["folds"]
    return sorted({min(FEW_FOLDS, folds), min(USUAL_FOLDS, folds)})


def trials_to_replay(study: Study) -> int:
    """As many as the study has run: a search that was stopped early is audited as it was."""
    return study.trials.filter(state__in=ENDED).count()


# -- what people do ---------------------------------------------------------------------------------------------------


def start(study: Study, who: User, folds: int) -> NestedAudit:
    """Launch the searches of an audit, all of them or none, in place of an earlier audit that has ended."""
    if why := why_not(study):
        raise Refused(why)
    if folds not in fold_choices(study):
        raise ValueError(f"There is no audit with {folds} outer folds; choose {fold_choices(study)}.")
    trials = trials_to_replay(study)
    plan = Plan.from_bytes(study.plan.fold_of_row)
    ready = [_search(study, plan, fold, trials, who) for fold in range(folds)]
    with transaction.atomic():
        _lock(study)
        earlier = NestedAudit.objects.filter(study=study).select_related("scoring").first()
        if earlier is not None:
            _remove(earlier, "An audit of this study is under way; it answers the same question.")
        audit = NestedAudit.objects.create(
            study=study, folds=folds, trials=trials, asked_by=who, asked_at=timezone.now()
        )
        for search, prepared in ready:
            search.audit = audit
            search.save()
            begin(search, who, prepared)
        moves.record(study.pk, "began a nested audit", who, f"{folds} outer folds of {trials} trials")
    for search, _ in ready:
        advance(search.pk)
    return audit


def cancel(study: Study, who: User) -> None:
    """Stop its searches; nothing of the study changes."""
    with transaction.atomic():
        _lock(study)
        under_way = NestedAudit.objects.filter(study=study, cancelled_at=None)
        ended = AuditScoring.objects.filter(audit=OuterRef("pk"), state__in=[ErrandState.COMPLETE, ErrandState.FAILED])
        if not under_way.filter(~Exists(ended)).update(cancelled_at=timezone.now()):
            raise Refused("No audit of this study is under way.")
        moves.record(study.pk, "cancelled the nested audit", who)
    mind()


def delete(study: Study, who: User) -> None:
    """Remove an audit that has ended, with its searches."""
    with transaction.atomic():
        _lock(study)
        audit = NestedAudit.objects.filter(study=study).select_related("scoring").first()
        if audit is None:
            raise Refused("There is no audit of this study.")
        _remove(audit, "The audit is under way. Cancel it first.")
        moves.record(study.pk, "deleted the nested audit", who)


# -- what the engine does ---------------------------------------------------------------------------------------------


def mind() -> None:
    """Bring audits forward: score what has ended, end what was cancelled."""
    unfinished = Study.objects.filter(audit=OuterRef("pk")).exclude(state__in=TERMINAL)
    searching = NestedAudit.objects.filter(cancelled_at=None, scoring=None)
    for audit in searching.filter(~Exists(unfinished)):
        asked = {"asked_by": audit.asked_by, "asked_at": timezone.now()}
        AuditScoring.objects.get_or_create(audit=audit, defaults=asked)  # rung for like every errand that waits
    for search in _cancelled_searches():
        moves.begin_stopping(search.pk, BEFORE_STOPPING, StudyState.STOPPED, "The audit was cancelled.")
        advance(search.pk)


def _cancelled_searches() -> "QuerySet[Study]":
    return Study.objects.filter(audit__cancelled_at__isnull=False, state__in=BEFORE_STOPPING)


def _search(study: Study, plan: Plan, fold: int, trials: int, who: User) -> tuple[Study, Prepared]:
    """The study's own search without the rows of one outer fold, as a draft, and its folds."""
    search = Study(
        team=study.team,
        dataset_version=study.dataset_version,
        name=f"{study.name[:90].rstrip()}, audit without fold {fold + 1}",
        created_by=who,
        seed=int(np.random.SeedSequence([study.seed, SEED, fold]).generate_state(1)[0]),
        max_trials=trials,
        audit_fold=fold,
        **{name: getattr(study, name) for name in SAME},
    )
    prepared = prepare_with(search, partial(inner_plan, plan=plan, fold=fold, seed=PLAN_SEED))
    search.plan_spec = study.plan_spec | {"folds": prepared.plan.folds}
    return search, prepared


SAME = (
    *("task", "target", "estimator", "space", "method", "method_options", "metric", "direction", "plan_spec"),
    *("holdout", "defaults", "trial_seconds", "trial_memory_mb", "parallel"),
)


def _remove(audit: NestedAudit, under_way: str) -> None:
    if audit.is_under_way:
        raise Refused(under_way)
    if audit.is_still_ending():
        raise Refused("Its last trials are being ended. Try again in a few seconds.")
    audit.delete()


def _lock(study: Study) -> None:
    """Only one at a time begins, cancels or deletes an audit of the study; on SQLite the transaction sees to that."""
    Study.objects.select_for_update().filter(pk=study.pk).first()
