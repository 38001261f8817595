"""The reconciler: notices slices whose holder is gone and advances every active study; a tick in each worker's parent.

A lease ages by a counter: it has lapsed when one observer has seen the same beat for LEASE_SECONDS of its own
monotonic clock. Clocks of machines differ and jump, and on SQLite "database time" is only the process's own.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from studies.engine import bell, model_files, moves
from studies.engine.advance import advance
from studies.models import Lane, ModelFile, ModelFileState, ReconcilerLock, Study, Trial, TrialState, WorkerProcess

FORGOTTEN_AFTER = timedelta(hours=1)  # a dead worker is shown for so long


@dataclass
class Watch:
    """What one observer has seen: key -> (beat, seconds it stood still, last look on its own clock).

    From one look to the next half a lease counts at most: while the database is away nobody can raise a beat.
    """

    seen: dict[object, tuple[int, float, float]] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic

    def stands_still(self, key: object, beat: int) -> bool:
        now = self.clock()
        known = self.seen.get(key)
        if known is None or known[0] != beat:
            self.seen[key] = (beat, 0.0, now)
            return False
        still = known[1] + min(now - known[2], settings.LEASE_SECONDS / 2)
        self.seen[key] = (beat, still, now)
        return still >= settings.LEASE_SECONDS

    def keep(self, keys: set[object]) -> None:
        self.seen = {key: value for key, value in self.seen.items() if key in keys}


class Reconciler:
    """One per worker's parent; only the holder of the lock row acts."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lanes = Watch()
        self.lock = Watch()
        self.models = Watch()

    def tick(self) -> bool:
        """Look once; True when this one acted."""
        lapsed = self._lapsed_lanes()
        if not self._hold_lock():
            return False
        for lane in lapsed:
            moves.give_back_lane(lane, f"The worker {lane.worker} was lost")
        self._mind_models()
        WorkerProcess.objects.filter(seen_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()
        active = list(Study.objects.active().values_list("pk", flat=True))
        if active:
            queued = bell.queued_jobs()
            for study_id in active:
                give_back_orphans(study_id)
                advance(study_id, frozenset(queued or ()), may_ring=queued is not None)
        return True

    def _mind_models(self) -> None:
        """Models whose fit shows no life wait again, and what waits is rung for."""
        running = dict(ModelFile.objects.filter(state=ModelFileState.RUNNING).values_list("pk", "beat"))
        self.models.keep(set(running))
        for pk, beat in running.items():
            if self.models.stands_still(pk, beat):
                model_files.give_back(pk)
        model_files.ring_waiting()

    def _hold_lock(self) -> bool:
        lock, _ = ReconcilerLock.objects.get_or_create(pk=1)
        if lock.holder not in {"", self.name} and not self.lock.stands_still("lock", lock.beat):
            return False
        taken = ReconcilerLock.objects.filter(pk=1, holder=lock.holder, beat=lock.beat).update(
            holder=self.name, beat=F("beat") + 1
        )
        return taken == 1

    def _lapsed_lanes(self) -> list[Lane]:
        """Watched without the lock too: who takes it over from a dead worker knows that worker's lanes already."""
        held = list(Lane.objects.exclude(token=""))
        self.lanes.keep({(lane.pk, lane.token) for lane in held})
        return [lane for lane in held if self.lanes.stands_still((lane.pk, lane.token), lane.beat)]


def give_back_orphans(study_id: int) -> None:
    """Running trials whose token no lane holds; trials are read first, as one only begins under a held token."""
    running = list(Trial.objects.filter(study_id=study_id, state=TrialState.RUNNING))
    if not running:
        return
    tokens = set(Lane.objects.filter(study_id=study_id).exclude(token="").values_list("token", flat=True))
    for trial in running:
        if trial.token not in tokens:
            moves.lose_attempt(trial, trial.token, "Its slice ended without a result")


def give_back_lanes_of(worker: str, detail: str) -> None:
    """After a horse has ended: what is still held under its worker's name was not given back by itself."""
    for lane in Lane.objects.filter(worker=worker).exclude(token=""):
        if moves.give_back_lane(lane, detail):
            advance(lane.study_id)
