"""All active studies at a glance: which of them the reconciler must look at closely.

A fixed number of queries, however many studies there are. They are no single moment's picture, and it is old as soon as
it is read: so it only says where to look. Who looks reads again and writes under conditions, and what was missed here
shows at the next tick, as nothing is remembered.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, QuerySet

from studies.engine import expected, fitness, moves
from studies.engine.advance import ends_by_itself, is_due, may_begin
from studies.models import Lane, Study, StudyState, Trial, TrialState

NEEDED = (
    *("team_id", "state", "method", "estimator", "parallel"),
    *("max_trials", "next_number", "exhausted", "forgiven_failures", "stop_when_converged"),
    *("max_seconds", "launched_at", "paused_at", "paused_seconds", "finished_at"),
)


@dataclass
class Glance:
    """What is seen of one active study."""

    study: Study
    waiting: int
    failed: int  # counted only while no trial is complete
    running: set[str]  # tokens of running trials
    lanes: dict[int, Lane]  # by number
    is_served: bool  # whether a bell is of use
    has_converged: bool  # and is to end for that
    room: int | None = None  # for how many more lanes its team has room; None: any number

    @property
    def held(self) -> set[str]:
        return {lane.token for lane in self.lanes.values() if lane.token}

    @property
    def has_orphans(self) -> bool:
        return not self.running <= self.held

    def can_advance(self, queued: Collection[str] | None) -> bool:
        """Whether advance() would find something to do; `queued` is None while no bell can be rung."""
        if self.study.state == StudyState.STOPPING:
            return not self.held
        busy = bool(self.held or self.running)
        if self.study.state == StudyState.PAUSING:
            return not busy
        if moves.time_is_up(self.study) or moves.too_many_failed(self.study, self.failed) or self.has_converged:
            return True
        work = may_begin(self.study, self.waiting)
        if not work:
            return ends_by_itself(self.study) and not busy
        return queued is not None and self.is_served and self._has_bell_to_ring(queued, work)

    def _has_bell_to_ring(self, queued: Collection[str], work: int) -> bool:
        lanes = [self.lanes.get(number) for number in range(self.study.parallel)]
        free = [lane for lane in lanes if lane is None or not lane.token]
        count = work if self.room is None else min(work, self.room)
        return any(lane is None or is_due(lane, queued) for lane in free[:count])


def look() -> list[Glance]:
    """All active studies. Trials are read before lanes, as one only begins under a held token."""
    studies = list(Study.objects.active().only(*NEEDED))
    if not studies:
        return []
    waiting, running, failed = _waiting(), _running(), _failed_without_success()
    lanes: dict[int, dict[int, Lane]] = defaultdict(dict)
    for lane in Lane.objects.filter(study__in=_active()):
        lanes[lane.study_id][lane.number] = lane
    converged = expected.have_converged() if any(study.stop_when_converged for study in studies) else set()
    served = {estimator: fitness.is_served(estimator) for estimator in {study.estimator for study in studies}}
    glances = [
        Glance(
            study,
            waiting[study.pk],
            failed[study.pk],
            running[study.pk],
            lanes[study.pk],
            served[study.estimator],
            study.pk in converged,
        )
        for study in studies
    ]
    if (cap := settings.TEAM_PARALLEL_TRIALS) is not None:
        held = Counter(glance.study.team_id for glance in glances for _ in glance.held)
        for glance in glances:
            glance.room = max(0, cap - held[glance.study.team_id])
    return glances


def _active() -> "QuerySet[Study]":
    return Study.objects.active().values("pk")


def _waiting() -> Counter[int]:
    return _by_study(Trial.objects.filter(study__in=_active(), state=TrialState.WAITING))


def _running() -> dict[int, set[str]]:
    tokens: dict[int, set[str]] = defaultdict(set)
    running = Trial.objects.filter(study__in=_active(), state=TrialState.RUNNING)
    for study_id, token in running.values_list("study_id", "token"):
        tokens[study_id].add(token)
    return tokens


def _failed_without_success() -> Counter[int]:
    """Of studies with a complete trial nothing is counted: they may have very many, and there is hope."""
    complete = Trial.objects.filter(study_id=OuterRef("pk"), state=TrialState.COMPLETE)
    return _by_study(Trial.objects.filter(study__in=_active().filter(~Exists(complete)), state=TrialState.FAILED))


def _by_study(trials: "QuerySet[Trial]") -> Counter[int]:
    return Counter(dict(trials.values_list("study_id").annotate(Count("pk")).order_by()))
