"""The RQ job that scores what the searches of a nested audit chose, each on the rows that its search did not see.

Each fit has a child process of its own: where one takes too much time or memory, the others remain valid.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings

from studies.engine import errands, memory, moves
from studies.engine.child import trial_seed
from studies.engine.errand_child import in_child
from studies.engine.tables import table_from_file, table_source
from studies.evaluation import Plan, decode_predictions, encode_predictions
from studies.evaluation.failures import explain
from studies.evaluation.fresh_rows import score_on_fresh_rows
from studies.evaluation.nested import OuterScore, nested_score, outer_rows
from studies.models import AuditScoring, AuditStage, NestedAudit, Study, StudyState, Trial

Fold = dict[str, Any]
Source = tuple[Any, ...]
SHOWN_OF_ERROR = 200


def run_audit(pk: int) -> None:
    """Score one audit. May be delivered never, once or five times: the claim decides."""
    if not errands.perform(AuditScoring, pk, _scored):
        return
    scoring = AuditScoring.objects.select_related("audit").filter(pk=pk).first()
    if scoring is not None and scoring.audit.stage in {AuditStage.COMPLETE, AuditStage.FAILED}:
        moves.record(scoring.audit.study_id, f"nested audit {scoring.state}", detail=_in_words(scoring))


def _scored(scoring: AuditScoring, beat: errands.Beat) -> errands.Values | None:
    """The result as `AuditScoring.result` keeps it; None when the worker is being stopped.

    {"score", "low", "high", "by": "rows" or "folds", "optimism", "rows", "folds": [{"fold", "trials": complete ones,
    "number", "best", "score", "rows", "seconds", "error"}]}; a fold with an error has no score.
    """
    study = Study.objects.select_related("plan", "dataset_version").get(pk=scoring.audit.study_id)
    source = table_source(study.dataset_version, study.target, study.task)
    folds: list[Fold] = []
    for search in scoring.audit.searches.select_related("plan").order_by("audit_fold"):
        if _is_cancelled(scoring):
            return errands.failed("The audit was cancelled.")
        fold = _of_search(study, search, source, beat)
        if fold is None:
            return None
        folds.append(fold)
    if all(fold["error"] for fold in folds):
        return errands.failed(f"No search could be scored. {folds[0]['error']}")
    limit = memory.limit_mb(study.trial_memory_mb)
    told = in_child(_summary(study, folds, source), limit, settings.MODEL_SECONDS, beat)
    if told is None:
        return None
    if told.error:
        return errands.failed(told.error)
    return errands.done(result=json.loads(told.answer) | {"folds": [_without_predictions(fold) for fold in folds]})


def _is_cancelled(scoring: AuditScoring) -> bool:
    return NestedAudit.objects.filter(pk=scoring.audit_id, cancelled_at__isnull=False).exists()


def _of_search(study: Study, search: Study, source: Source, beat: errands.Beat) -> Fold | None:
    """What became of one search; None when the worker is being stopped."""
    fold: Fold = {"fold": search.audit_fold, "trials": 0, "number": None, "best": None, "score": None}
    fold |= {"rows": 0, "seconds": None, "error": ""}
    chosen = search.best_trial() if search.state == StudyState.COMPLETE else None
    if chosen is None:
        return fold | {"error": search.reason or "No trial of this search is complete."}
    fold |= {"trials": search.trials.filter(state="complete").count(), "number": chosen.number, "best": chosen.value}
    work = partial(_fit, _task(study, search, chosen), source)
    ended = in_child(work, memory.limit_mb(study.trial_memory_mb), settings.MODEL_SECONDS, beat)
    if ended is None:
        return None
    return fold | ({"error": ended.error[:SHOWN_OF_ERROR]} if ended.error else json.loads(ended.answer))


def _task(study: Study, search: Study, chosen: Trial) -> dict[str, Any]:
    return {
        "outer": bytes(study.plan.fold_of_row),
        "inner": bytes(search.plan.fold_of_row),
        "fold": search.audit_fold,
        "estimator": study.estimator,
        "config": chosen.config,
        "metric": study.metric,
        "seed": trial_seed(search.seed, chosen.number),
    }


def _fit(task: dict[str, Any], source: Source) -> bytes:
    """In the child: fit on all rows of the search, score on those of the outer fold."""
    table = table_from_file(*source)
    train = Plan.from_bytes(task["inner"]).used
    fresh = outer_rows(Plan.from_bytes(task["outer"]), task["fold"])[1]
    try:
        found = score_on_fresh_rows(
            table, train, task["estimator"], task["config"], task["metric"], task["seed"], fresh
        )
    except Exception as error:  # whatever the library raises is the fold's, not the audit's
        return json.dumps({"error": explain(error)[:SHOWN_OF_ERROR]}).encode()
    predictions = b64encode(encode_predictions(found.predictions)).decode()
    told = {"score": found.score, "rows": len(found.y), "seconds": found.fit_seconds, "predictions": predictions}
    return json.dumps(told).encode()


def _summary(study: Study, folds: list[Fold], source: Source) -> Callable[[], bytes]:
    """For the child: what all folds with a score say together."""
    metric, outer = study.metric, bytes(study.plan.fold_of_row)
    by_groups = study.plan_spec.get("kind") == "group"

    def work() -> bytes:
        table, plan = table_from_file(*source), Plan.from_bytes(outer)
        scored = [
            OuterScore(
                rows=outer_rows(plan, fold["fold"])[1],
                score=fold["score"],
                best=fold["best"],
                predictions=decode_predictions(b64decode(fold["predictions"])),
            )
            for fold in folds
            if not fold["error"]
        ]
        found = nested_score(table.y, scored, metric, table.groups if by_groups else None)
        return json.dumps(vars(found)).encode()

    return work


def _without_predictions(fold: Fold) -> Fold:
    return {name: value for name, value in fold.items() if name != "predictions"}


def _in_words(scoring: AuditScoring) -> str:
    if scoring.result is None:
        return scoring.error
    errors = [fold["error"] for fold in scoring.result["folds"]]
    return f"{errors.count('')} of {len(errors)} outer folds scored"
