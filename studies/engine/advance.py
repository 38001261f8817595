"""advance(study): look at what is, do what is missing. Idempotent, safe for two callers at once."""

from collections.abc import Collection
from datetime import timedelta

from django.utils import timezone

from studies.engine import bell, errands, expected, fitness, moves, sharing
from studies.models import ASKING, Lane, Method, Study, StudyState, TrialState

BELL_REST = timedelta(seconds=2)  # between pop and claim a job is in no list: do not ring again at once


def advance(study_id: int, queued: Collection[str] | None = None, may_ring: bool = True) -> None:
    """Bring a study forward as far as the database allows.

    `queued` are the ids of the jobs in the queue, read once per tick; None: unknown, ring what was not rung lately.
    `may_ring` is False while Redis is known to be away: all else needs the database alone.
    """
    study = Study.objects.filter(pk=study_id).first()
    if study is None:
        return
    if study.state in ASKING:
        _advance_asking(study, queued, may_ring)
    elif study.state == StudyState.PAUSING and not _busy(study):
        moves.pause_now(study)
        _ring_errands(may_ring)
    elif study.state == StudyState.STOPPING and not _held(study):
        moves.settle_stopping(study)
        _ring_errands(may_ring)


def _advance_asking(study: Study, queued: Collection[str] | None, may_ring: bool) -> None:
    if moves.time_is_up(study):
        moves.begin_stopping(study.pk, list(ASKING), StudyState.COMPLETE, moves.TIME_IS_UP)
        return advance(study.pk, queued, may_ring)
    if why := moves.hopeless(study):
        moves.begin_stopping(study.pk, list(ASKING), StudyState.FAILED, why)
        return advance(study.pk, queued, may_ring)
    if why := expected.convergence(study):
        moves.begin_stopping(study.pk, list(ASKING), StudyState.COMPLETE, why)
        return advance(study.pk, queued, may_ring)
    work = work_left(study)
    if work and may_ring:
        _ring_free_lanes(study, work, queued)
    elif not work and ends_by_itself(study) and not _busy(study):
        reason = "Every point of the search space was tried." if study.exhausted else "All trials are done."
        if not moves.complete(study, reason):
            return advance(study.pk, queued, may_ring)  # a trial was added or a limit raised meanwhile
        _ring_errands(may_ring)
    return None


def _ring_errands(may_ring: bool) -> None:
    """A study that has come to rest has asked for its expected score."""
    if may_ring:
        errands.ring_waiting()


def work_left(study: Study) -> int:
    """How many trials could begin now."""
    return may_begin(study, study.trials.filter(state=TrialState.WAITING).count())


def may_begin(study: Study, waiting: int) -> int:
    """How many trials could begin in a study of which so many wait."""
    if study.method == Method.MANUAL or study.exhausted:
        return waiting
    return waiting + max(0, study.max_trials - study.next_number)


def ends_by_itself(study: Study) -> bool:
    """Whether having no work left completes it."""
    return study.method != Method.MANUAL


def _held(study: Study) -> bool:
    return study.lanes.exclude(token="").exists()


def _busy(study: Study) -> bool:
    return _held(study) or study.trials.filter(state=TrialState.RUNNING).exists()


def _ring_free_lanes(study: Study, work: int, queued: Collection[str] | None) -> None:
    free = [lane for lane in make_lanes(study) if not lane.token and lane.number < study.parallel]
    room = sharing.room_of(study)
    for lane in free[: work if room is None else min(work, room)]:
        if is_due(lane, queued) and not (fitness.is_served(study.estimator) and bell.ring(lane)):
            return


def is_due(lane: Lane, queued: Collection[str] | None) -> bool:
    """Whether a free lane's bell is to be rung (again)."""
    return lane.rung_at is None or (_rested(lane) and (queued is None or lane.job_id not in queued))


def _rested(lane: Lane) -> bool:
    return lane.rung_at is None or abs(timezone.now() - lane.rung_at) > BELL_REST


def make_lanes(study: Study) -> list[Lane]:
    """The study's lanes by number; missing ones are made."""
    have = set(study.lanes.values_list("number", flat=True))
    missing = [Lane(study=study, number=number) for number in range(study.parallel) if number not in have]
    if missing:
        Lane.objects.bulk_create(missing, ignore_conflicts=True)
    return list(study.lanes.order_by("number"))
