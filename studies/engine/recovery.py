"""The reconciler: notices slices whose holder is gone and advances active studies; a tick in each worker's parent.

A lease ages by a counter: it has lapsed when one observer has seen the same beat for LEASE_SECONDS of its own
monotonic clock. Clocks of machines differ and jump, and on SQLite "database time" is only the process's own. A worker
that died on the observer's own machine need not be waited for.
"""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now

from studies.engine import audits, bell, errands, expected, moves, offspring, overview
from studies.engine.advance import advance
from studies.models import Lane, ReconcilerLock, Study, Trial, TrialState, WorkerProcess

logger = logging.getLogger(__name__)
FORGOTTEN_AFTER = timedelta(hours=1)  # a dead worker is shown for so long


@dataclass
class Sight:
    """One thing that is watched: its beat, for how long it stood still, the last look, and what is known beside."""

    beat: int
    still: float
    looked_at: float
    was_there_before_us: bool
    was_pardoned: bool = False


@dataclass
class Watch:
    """What one observer has seen, on its own clock.

    While an observer does not look (the database is away, the machine was suspended, it was stopped itself) nobody may
    have been able to raise a beat. So from one look to the next half a lease counts at most, and the first look that
    was so late leaves the other half to the holder, whatever had counted before.
    """

    seen: dict[object, Sight] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
    has_looked: bool = False

    def stands_still(self, key: object, beat: int) -> bool:
        now, longest = self.clock(), settings.LEASE_SECONDS / 2
        sight = self.seen.get(key)
        if sight is None:
            self.seen[key] = Sight(beat, 0.0, now, was_there_before_us=not self.has_looked)
            return False
        if sight.beat != beat:
            self.seen[key] = Sight(beat, 0.0, now, was_there_before_us=False)
            return False
        passed, sight.looked_at = now - sight.looked_at, now
        if passed > longest and not sight.was_pardoned:
            sight.still, sight.was_pardoned = longest, True
        else:
            sight.still += min(passed, longest)
        return sight.still >= settings.LEASE_SECONDS

    def saw_alive(self, key: object) -> None:
        """Its holder is known to live, though it need not have moved yet."""
        if sight := self.seen.get(key):
            sight.was_there_before_us = False

    def was_left_behind(self, key: object) -> bool:
        """Whether it was there at the first look and has not moved since: its holder died before anybody watched."""
        sight = self.seen.get(key)
        return sight is not None and sight.was_there_before_us

    def keep(self, keys: set[object]) -> None:
        """One look is complete: these are all that there are."""
        self.seen = {key: sight for key, sight in self.seen.items() if key in keys}
        self.has_looked = True


class Reconciler:
    """One per worker's parent; only the holder of the lock row acts."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lanes = Watch()
        self.lock = Watch()
        self.errands = Watch()
        self.expected = expected.Asking()
        self.workers: dict[str, WorkerProcess] = {}
        self.living: set[str] = set()
        self.gone: dict[str, WorkerProcess] = {}
        self.said: list[str] = []  # what the last tick did, in words

    def tick(self) -> bool:
        """Look once; True when this one acted."""
        self.said = []
        lapsed = self.lapsed_lanes()
        if not self._hold_lock():
            return False
        self.act(lapsed)
        return True

    def lapsed_lanes(self) -> list[Lane]:
        """Watched without the lock too: who takes it over from a dead worker knows that worker's lanes already."""
        self._look_at_workers()
        held = list(Lane.objects.exclude(token=""))
        lapsed = [lane for lane in held if self.lanes.stands_still(_key(lane), lane.beat) or lane.worker in self.gone]
        for lane in held:
            if lane.worker in self.living:
                self.lanes.saw_alive(_key(lane))
        self.lanes.keep({_key(lane) for lane in held})
        return lapsed

    def _look_at_workers(self) -> None:
        """Which workers of this machine live, and which are gone; of others nothing is known but their beats."""
        self.workers = workers = {worker.name: worker for worker in WorkerProcess.objects.all()}
        fates = {name: offspring.lives(worker.identity) for name, worker in workers.items()}
        self.living = {name for name, lives in fates.items() if lives}
        self.gone = {name: workers[name] for name, lives in fates.items() if lives is False}

    def act(self, lapsed: list[Lane]) -> None:
        """Give back what lapsed, then bring active studies forward. Safe beside others that do the same."""
        for lane in lapsed:
            self._give_back(lane, self.gone.get(lane.worker))
        self._mind_errands()
        WorkerProcess.objects.filter(seen_at__lt=Now() - FORGOTTEN_AFTER).delete()
        if glances := overview.look():
            jobs = bell.queued_jobs()
            queued = None if jobs is None else frozenset(jobs)
            for glance in glances:
                if glance.has_orphans or glance.can_advance(queued):
                    self._look_closely(glance.study.pk, queued)

    def _look_closely(self, study_id: int, queued: frozenset[str] | None) -> None:
        """Do what there is to do for a study: what gave rise to it may be over."""
        for trial in give_back_orphans(study_id):
            self._say(f"Trial {trial.number} of study {study_id} had no slice any more: given back")
        advance(study_id, queued or frozenset(), may_ring=queued is not None)

    def _give_back(self, lane: Lane, worker: WorkerProcess | None) -> None:
        """A lapse counts against the trials when a worker fell while others lived to see it, not when none did."""
        counts = not self.lanes.was_left_behind(_key(lane)) or self._was_witnessed(lane.worker)
        if worker is not None:
            session = int(worker.identity.split()[3])
            if lane.child_pid and offspring.end_group(lane.child_pid, session):
                self._say(f"What the fits of study {lane.study_id} had started on {worker.host} was still there: ended")
        detail = f"The worker {lane.worker} was lost" if counts else "No worker was running any more"
        if moves.give_back_lane(lane, detail, counts=counts):
            self._say(f"Lane {lane.number} of study {lane.study_id}: given back ({detail})")

    def _was_witnessed(self, lost: str) -> bool:
        """Whether a worker older than this observer lived on when that one fell: then not all were down."""
        if lost not in self.workers:
            return False
        fell_at = self.workers[lost].seen_at
        late = fell_at + timedelta(seconds=settings.LEASE_SECONDS)
        return any(
            worker.started_at < fell_at and (worker.name in self.living or worker.seen_at > late)
            for worker in self.workers.values()
            if worker.name not in {lost, self.name}
        )

    def _mind_errands(self) -> None:
        """Errands whose worker shows no life wait again, and what waits is rung for."""
        running = errands.running()
        for (model, pk), beat in running.items():
            if self.errands.stands_still((model, pk), beat):
                errands.give_back(model, pk)
                self._say(f"{str(model._meta.verbose_name).capitalize()} {pk}: its worker shows no life, given back")
        self.errands.keep(set(running))
        audits.mind()
        self.expected.look()
        errands.ring_waiting()

    def _hold_lock(self) -> bool:
        lock, _ = ReconcilerLock.objects.get_or_create(pk=1)
        is_free = lock.holder in {"", self.name} or lock.holder in self.gone
        if not is_free and not self.lock.stands_still(lock.holder, lock.beat):
            return False
        taken = ReconcilerLock.objects.filter(pk=1, holder=lock.holder, beat=lock.beat).update(
            holder=self.name, beat=F("beat") + 1
        )
        return taken == 1

    def _say(self, what: str) -> None:
        self.said.append(what)


def _key(lane: Lane) -> tuple[int, str]:
    return lane.pk, lane.token


def reconcile_once(say: Callable[[str], object]) -> None:
    """One pass by hand, beside running workers or without any: watch until a lease could have lapsed, then act."""
    by_hand = Reconciler(f"by hand, process {os.getpid()}")
    held = Lane.objects.exclude(token="").count()
    if held:
        say(f"{held} lanes are held; watching them for {settings.LEASE_SECONDS + 1:g} s")
    ends_at = time.monotonic() + settings.LEASE_SECONDS + 1
    while True:
        lapsed = by_hand.lapsed_lanes()
        if not held or len(lapsed) == held or time.monotonic() > ends_at:
            break
        time.sleep(min(1.0, settings.LEASE_SECONDS / 6))
    before = _rung()
    states = dict(Study.objects.active().values_list("pk", "state"))
    by_hand.act(lapsed)
    for line in by_hand.said:
        say(line)
    for study_id, state in Study.objects.filter(pk__in=states).values_list("pk", "state"):
        if state != states[study_id]:
            say(f"Study {study_id}: {states[study_id]} to {state}")
    rung = len(_rung() - before)
    say(f"{len(states)} studies looked at, {len(by_hand.said)} things given back or ended, {rung} bells rung")
    if bell.queued_jobs() is None:
        say("Redis does not answer: bells are rung when it does")


def _rung() -> set[str]:
    return set(Lane.objects.exclude(job_id="").values_list("job_id", flat=True))


def give_back_orphans(study_id: int) -> list[Trial]:
    """Running trials whose token no lane holds; trials are read first, as one only begins under a held token."""
    running = list(Trial.objects.filter(study_id=study_id, state=TrialState.RUNNING))
    if not running:
        return []
    tokens = set(Lane.objects.filter(study_id=study_id).exclude(token="").values_list("token", flat=True))
    detail = "Its slice ended without a result"
    return [trial for trial in running if trial.token not in tokens and moves.lose_attempt(trial, trial.token, detail)]


def give_back_lanes_of(worker: str, detail: str) -> None:
    """After a horse has ended: what is still held under its worker's name was not given back by itself."""
    for lane in Lane.objects.filter(worker=worker).exclude(token=""):
        if moves.give_back_lane(lane, detail):
            advance(lane.study_id)
