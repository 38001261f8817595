"""The RQ job that scores a trial on the rows of a held-out set: fitted on all rows of its study, in a child process."""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings

from studies.engine import errands, memory, moves
from studies.engine.child import trial_seed
from studies.engine.errand_child import in_child
from studies.engine.store.cache import held_out_path
from studies.engine.tables import table_from_file, table_source
from studies.evaluation import Plan
from studies.evaluation.fresh_rows import score_on_fresh_rows
from studies.evaluation.honesty import fresh_interval, gap_to
from studies.models import Opening, Study


def run_opening(pk: int) -> None:
    """Score one opening. May be delivered never, once or five times: the claim decides."""
    study_id = Opening.objects.filter(pk=pk).values_list("study_id", flat=True).first()
    errands.perform(Opening, pk, _scored, lambda: moves.touch(study_id))


def _scored(opening: Opening, beat: errands.Beat) -> errands.Values | None:
    """The result as Opening.result keeps it; None when the worker is being stopped."""
    if opening.study is None or opening.trial is None:
        return errands.failed("The study was deleted before its trial was scored.")
    limit = memory.limit_mb(opening.study.trial_memory_mb)
    ended = in_child(_work(opening, opening.study), limit, settings.MODEL_SECONDS, beat)
    if ended is None:
        return None
    if ended.error:
        return errands.failed(ended.error)
    return errands.done(result=json.loads(ended.answer))


def _work(opening: Opening, study: Study) -> Callable[[], bytes]:
    """The fit and the score, with all that they need read while the database is open."""
    version, trial, claim = study.dataset_version, opening.trial, opening.claim
    source = table_source(version, study.target, study.task)
    locked = (str(held_out_path(version)), *source[1:])
    plan, seed = bytes(study.plan.fold_of_row), trial_seed(study.seed, trial.number)
    estimator, config, metric = study.estimator, trial.config, study.metric
    by_groups = study.plan_spec.get("kind") == "group"

    def work() -> bytes:
        table, fresh = table_from_file(*source), table_from_file(*locked, like=source[0])
        used = Plan.from_bytes(plan).used
        found = score_on_fresh_rows(table, used, estimator, config, metric, seed, fresh)
        told = fresh_interval(found.y, found.predictions, metric, fresh.groups if by_groups else None)
        gap = gap_to(claim["value"], claim["error"], told, metric)
        result: dict[str, Any] = {"score": told.score, "low": told.low, "high": told.high, "rows": len(found.y)}
        result |= {"gap": gap.gain, "gap_low": gap.low, "gap_high": gap.high, "verdict": gap.verdict}
        return json.dumps(result | {"seconds": found.fit_seconds}).encode()

    return work
