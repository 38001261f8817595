"""The RQ job that works out a study's expected score and stores it.

The horse reads what the trials said and stores the figures; the mathematics runs in a child, within limits of time and
memory. Nothing is written but one row, under a condition, and the counter that makes pages look again.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.db.models import Case, F, Value, When
from django.utils import timezone

from studies.engine import errands, expected, memory
from studies.engine.advance import advance
from studies.engine.errand_child import in_child
from studies.engine.expected_figures import Found, Work, not_available, work_out
from studies.engine.expected_trials import Reader
from studies.models import ErrandState, ExpectedScore, Study

NO_TIME = "Rows in the order of time cannot be resampled, so there is no expected score for a plan of time."
RECIPE = "1"  # to be raised when the figures mean something else than before: then all are worked out anew


def run_expected(pk: int) -> None:
    """Work out one study's figures. May be delivered never, once or five times: the claim decides."""
    study_id = ExpectedScore.objects.filter(pk=pk).values_list("study_id", flat=True).first()
    if study_id is None:
        return

    def pages_look_again() -> None:
        Study.objects.filter(pk=study_id).update(change=F("change") + 1)

    if errands.perform(ExpectedScore, pk, _worked_out, pages_look_again):
        advance(study_id)  # which ends a study that has converged


def _worked_out(wanted: ExpectedScore, beat: errands.Beat) -> errands.Values | None:
    study = Study.objects.select_related("dataset_version", "plan", "team").get(pk=wanted.study_id)
    if study.plan.kind == "time":
        complete = expected.complete_trials([study.pk]).get(study.pk, 0)
        return _stored(wanted, Found(not_available(NO_TIME, trials=complete)), complete, "")
    own = Reader(beat).read(study)
    key = hashlib.sha256(f"{RECIPE} {own.key}".encode()).hexdigest()
    if key == wanted.trials_hash and wanted.figures is not None:
        return _ended(wanted, seen=own.complete)
    work = Work(own, study.metric, study.plan.kind, None)
    ended = in_child(lambda: work_out(work).to_bytes(), _memory_mb(), settings.EXPECTED_SECONDS, beat)
    if ended is None:
        return None
    if ended.error:
        return errands.failed(ended.error) | {"seen": own.complete}
    return _stored(wanted, Found.from_bytes(ended.answer), own.complete, key)


def _memory_mb() -> int:
    machine = memory.limit_mb(None)
    return settings.EXPECTED_MEMORY_MB if machine is None else min(machine, settings.EXPECTED_MEMORY_MB)


def _stored(wanted: ExpectedScore, found: Found, seen: int, key: str) -> errands.Values:
    told: dict[str, Any] = {
        "draws": found.draws or None,
        "resampling": found.resampling,
        "trials_hash": key,
        "computed_at": timezone.now(),
    }
    return _ended(wanted, seen=seen, **ExpectedScore.told(found.figures), **told)


def _ended(wanted: ExpectedScore, **values: Any) -> errands.Values:
    """Complete; or to be done once more where somebody has asked for it meanwhile, as when the study has ended."""
    state = Case(When(asked_at=wanted.asked_at, then=Value(ErrandState.COMPLETE)), default=Value(ErrandState.WAITING))
    return errands.done(**values) | {"state": state, "rung_at": None, "attempts": 0}
