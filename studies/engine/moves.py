"""Every change of a study's or trial's state: conditional UPDATEs, checked for "one row changed".

SQLite ignores select_for_update; a condition on the old state and the token holds on both databases.
"""

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from studies.engine import expected
from studies.models import (
    ASKING,
    TERMINAL,
    Attempt,
    Event,
    Lane,
    Outcome,
    Reason,
    Study,
    StudyState,
    Trial,
    TrialState,
)

logger = logging.getLogger(__name__)

FAILURES_THAT_STOP = 10
RESTING = (StudyState.PAUSED, *TERMINAL)
TIME_IS_UP = "The time budget is used up."


def touch(study_id: int) -> None:
    """Raise the change counter that live pages poll."""
    Study.objects.filter(pk=study_id).update(change=F("change") + 1, updated_at=timezone.now())


def move_study(study_id: int, before: tuple[str, ...] | list[str], after: str, **fields: Any) -> bool:
    """Move a study to a state if it is in one of those before; False when it is not (any more)."""
    values = {"state": after, "change": F("change") + 1, "updated_at": timezone.now(), **fields}
    if after == StudyState.QUEUED:
        values["archived_at"] = None  # what works again is not out of sight
    rows = Study.objects.filter(pk=study_id, state__in=before)
    if after not in RESTING:
        return rows.update(**values) == 1
    with transaction.atomic():
        moved = rows.update(**values) == 1
        if moved:
            expected.want(study_id)
    return moved


def record(study_id: int, verb: str, who: Any = None, detail: str = "") -> None:
    Event.objects.create(study_id=study_id, verb=verb, who=who, detail=detail[:300])


def free_lanes(lanes: QuerySet[Lane]) -> int:
    """Nobody holds these any more, and none is rung; how many there were."""
    return lanes.update(token="", worker="", horse_pid=None, child_pid=None, begun=None, job_id="", rung_at=None)


def give_back_lane(lane: Lane, detail: str, counts: bool = True) -> bool:
    """Free a lane whose holder is gone and send its trials back to waiting; False when the holder was not gone.

    The trial that the lane's mark says had begun loses an attempt, the others of its batch none; nor does that one when
    the fault was not the slice's (counts=False).
    """
    with transaction.atomic():
        if not free_lanes(Lane.objects.filter(pk=lane.pk, token=lane.token, beat=lane.beat)):
            return False
        for trial in Trial.objects.filter(study_id=lane.study_id, state=TrialState.RUNNING, token=lane.token):
            if counts and trial.number == lane.begun:
                lose_attempt(trial, lane.token, detail)
            else:
                hand_back([trial], lane.token, detail)
    return True


def lose_attempt(trial: Trial, token: str, detail: str, began_at: datetime | None = None) -> bool:
    """A running trial's process is gone: back to waiting, or failed when that happened MAX_ATTEMPTS times."""
    with transaction.atomic():
        lost = trial.attempts.filter(outcome=Outcome.LOST).count() + 1
        if lost >= settings.MAX_ATTEMPTS:
            error = f"The process died {lost} times; the last time: {detail}"
            return _die(trial, token, Outcome.LOST, detail, error, began_at)
        return _try_again(trial, token, Outcome.LOST, detail, began_at)


def hand_back(trials: Iterable[Trial], token: str, detail: str) -> int:
    """Send trials back that their slice cannot finish, or did not begin; how many were. None counts as lost.

    Only a trial that ended so MAX_TRIES times, for whatever reasons, has failed.
    """
    with transaction.atomic():
        return sum(_try_again(trial, token, Outcome.KILLED, detail) for trial in trials)


def _try_again(trial: Trial, token: str, outcome: str, detail: str, began_at: datetime | None = None) -> bool:
    tries = trial.attempts.count()
    if tries >= settings.MAX_TRIES:
        error = f"It was begun or given back {tries} times without an end; the last time: {detail}"
        return _die(trial, token, outcome, detail, error, began_at)
    return _return_to_waiting(trial, token, outcome, detail, began_at)


def _die(trial: Trial, token: str, outcome: str, detail: str, error: str, began_at: datetime | None = None) -> bool:
    return end_trial(
        trial.pk, token, TrialState.FAILED, outcome, detail, began_at=began_at, reason=Reason.DIED, error=error
    )


def _return_to_waiting(trial: Trial, token: str, outcome: str, detail: str, began_at: datetime | None = None) -> bool:
    moved = Trial.objects.filter(pk=trial.pk, token=token, state=TrialState.RUNNING).update(
        state=TrialState.WAITING, token="", started_at=None, fold_scores=[]
    )
    if moved != 1:
        return False
    _end_attempt(trial.pk, token, outcome, detail, began_at)
    touch(trial.study_id)
    return True


def end_trial(
    trial_pk: int,
    token: str,
    state: str,
    outcome: str,
    detail: str = "",
    reason: str = "",
    began_at: datetime | None = None,
    **fields: Any,
) -> bool:
    """End a trial from outside its fits: one conditional UPDATE on id, token and state; nothing else is written unless
    one row changed. `began_at` is when its fits began, where that is known."""
    if began_at is not None:
        fields["started_at"] = began_at
    with transaction.atomic():
        moved = Trial.objects.filter(pk=trial_pk, token=token, state=TrialState.RUNNING).update(
            state=state, reason=reason, finished_at=timezone.now(), **fields
        )
        if moved != 1:
            log_refused(trial_pk)
            return False
        _end_attempt(trial_pk, token, outcome, detail, began_at)
        touch(Trial.objects.values_list("study_id", flat=True).get(pk=trial_pk))
    return True


def log_refused(trial_pk: int) -> None:
    logger.warning("A result for trial row %s came from an attempt that was given up; it is refused", trial_pk)


def _end_attempt(trial_pk: int, token: str, outcome: str, detail: str, began_at: datetime | None = None) -> None:
    began = {} if began_at is None else {"started_at": began_at}
    Attempt.objects.filter(trial_id=trial_pk, token=token, outcome=Outcome.RUNNING).update(
        outcome=outcome, ended_at=timezone.now(), detail=detail[:300], **began
    )


def begin_stopping(study_id: int, before: list[str], ends_as: str, reason: str) -> bool:
    """Running trials are killed within 2 s; then the study ends as said: stopped, complete or failed."""
    return move_study(study_id, before, StudyState.STOPPING, ends_as=ends_as, reason=reason[:300])


def settle_stopping(study: Study) -> bool:
    """No lane is held any more: cancel what is left and end the study as it was meant to end."""
    with transaction.atomic():
        if not move_study(study.pk, [StudyState.STOPPING], study.ends_as, finished_at=timezone.now()):
            return False
        unfinished = Trial.objects.filter(study=study, state__in=[TrialState.WAITING, TrialState.RUNNING])
        Attempt.objects.filter(trial__in=unfinished, outcome=Outcome.RUNNING).update(
            outcome=Outcome.KILLED, ended_at=timezone.now(), detail="The study was stopped"
        )
        unfinished.update(state=TrialState.CANCELLED, reason=Reason.STOPPED, token="", finished_at=timezone.now())
        if study.ends_as != StudyState.STOPPED:  # a person's stop is on record already
            record(study.pk, study.ends_as, detail=study.reason)
    return True


def complete(study: Study, reason: str) -> bool:
    """End a study that was seen to have no work left; False when it has changed since it was read."""
    with transaction.atomic():
        unchanged = Study.objects.filter(pk=study.pk, state__in=ASKING, change=study.change)
        now = timezone.now()
        moved = unchanged.update(
            state=StudyState.COMPLETE, reason=reason, finished_at=now, updated_at=now, change=F("change") + 1
        )
        if moved:
            record(study.pk, StudyState.COMPLETE, detail=reason)
            expected.want(study.pk)
    return moved == 1


def pause_now(study: Study) -> bool:
    return move_study(study.pk, [StudyState.PAUSING], StudyState.PAUSED, paused_at=timezone.now())


def hopeless(study: Study) -> str:
    """Why the study should stop by itself: its first ten trials all failed; empty while there is hope.

    Who extends such a study has a reason (a higher limit, say): ten more are given.
    """
    if study.trials.filter(state=TrialState.COMPLETE).exists():  # nearly always: nothing to count
        return ""
    failed = study.trials.filter(state=TrialState.FAILED)
    if not too_many_failed(study, failed.count()):
        return ""
    errors = Counter(failed.values_list("error", flat=True))
    worst = errors.most_common(1)[0][0].partition("\n")[0] if errors else ""
    return f"The first {errors.total()} trials all failed. Most often: {worst}"[:300]


def too_many_failed(study: Study, failed: int) -> bool:
    """Whether so many failures and no success are enough to give the study up."""
    return failed - study.forgiven_failures >= FAILURES_THAT_STOP


def time_is_up(study: Study) -> bool:
    return study.max_seconds is not None and elapsed_seconds(study) >= study.max_seconds


def elapsed_seconds(study: Study) -> float:
    """Wall seconds since launch without pauses."""
    if study.launched_at is None:
        return 0.0
    ended_at = study.finished_at if study.state in TERMINAL else None
    end = study.paused_at or ended_at or timezone.now()  # paused_at stays when a paused study is stopped
    return max(0.0, (end - study.launched_at).total_seconds() - study.paused_seconds)
