"""What looks at a running trial from outside: clock, memory, the state of its study, the beat that keeps its lease."""

import signal
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from studies.engine import memory, moves
from studies.engine.ask import hold
from studies.engine.child import Child
from studies.engine.patience import briefly, unless_away
from studies.models import ASKING, Lane, Reason, Study, StudyState, Trial, TrialState

STATE_POLL = 0.5  # seconds between looks at the study's state while a trial runs
GRACE_SECONDS = 25.0  # how long a running trial may go on after SIGTERM


class StopRequest:
    """Set by SIGTERM: finish the running trial if it ends soon, begin no other."""

    at: float | None = None

    @classmethod
    def handle(cls, signum: int, frame: Any) -> None:
        cls.at = cls.at or time.monotonic()

    @classmethod
    def overdue(cls) -> bool:
        return cls.at is not None and time.monotonic() - cls.at > GRACE_SECONDS


class Interrupted(Exception):
    """The worker is being stopped before its slice has begun a trial."""


def stop_on_sigterm() -> None:
    signal.signal(signal.SIGTERM, StopRequest.handle)


@dataclass(frozen=True)
class Verdict:
    """How a running trial is ended from here; a state of waiting gives it back."""

    state: str
    detail: str
    reason: str = ""


STOPPED = Verdict(TrialState.CANCELLED, "Stopped", Reason.STOPPED)
GIVEN_BACK = Verdict(TrialState.WAITING, "The worker was stopped")


class TrialWatch:
    """Watches the trials of one slice, one after the other."""

    def __init__(self, study_id: int, lane: Lane) -> None:
        self.study_id = study_id
        self.lane = lane
        self.next_beat = self.next_look = 0.0
        self.limits: Any = None  # trial_seconds and trial_memory_mb, of the last look at the study
        self.winds_down = False  # the study wants no other trial to begin

    def begin(self, trial: Trial, child: Child) -> None:
        """From now on this trial is looked at."""
        self.trial, self.child = trial, child
        child.meter.highest_mb = 0.0
        self.partial: list[float | None] = []
        self.began, self.began_at = time.monotonic(), timezone.now()

    def look(self) -> Verdict | None:
        """Look at clock, memory, state and lease; None while the trial may go on. Raises LaneLost."""
        now = time.monotonic()
        if verdict := self.over_limit(now):
            return verdict
        if now >= self.next_look:
            self.next_look = now + STATE_POLL
            if self.is_stopping():
                return STOPPED
            if StopRequest.overdue():
                return GIVEN_BACK
        if now >= self.next_beat:
            with unless_away(), briefly():
                self.beat()
                self.next_beat = now + settings.HEARTBEAT_SECONDS
        return None

    def show_life(self) -> None:
        """Beat while a table is fetched. Raises LaneLost, and Interrupted when the worker is being stopped."""
        if StopRequest.at is not None:
            raise Interrupted
        now = time.monotonic()
        if now >= self.next_beat:
            self.next_beat = now + settings.HEARTBEAT_SECONDS / 2
            with unless_away():
                hold(self.lane)

    @property
    def memory_mb(self) -> int | None:
        return memory.limit_mb(self.limits.trial_memory_mb)

    def over_limit(self, now: float) -> Verdict | None:
        seconds, limit_mb = self.limits.trial_seconds, self.memory_mb
        if not self.child.meter.has_begun:
            self.began = now  # to read the table takes none of the trial's time
        if seconds is not None and now - self.began > seconds:
            detail = f"Stopped at the limit of {seconds:g} s per trial."
            return Verdict(TrialState.FAILED, detail, Reason.TIMED_OUT)
        if limit_mb is not None and self.child.meter.used_mb(self.child.pid) > limit_mb:
            return Verdict(TrialState.FAILED, self._too_much(limit_mb), Reason.OUT_OF_MEMORY)
        return None

    def _too_much(self, limit_mb: float) -> str:
        if self.limits.trial_memory_mb is not None:
            return f"Used more than the limit of {limit_mb:,.0f} MB per trial."
        share = f"{settings.TRIAL_MEMORY_SHARE:.0%}"
        return f"Used more than {limit_mb:,.0f} MB, {share} of the worker's memory; no other limit is set."

    def starved(self, child: Child) -> Verdict | None:
        """Whether a child that ended by itself did so for lack of memory, which a second attempt would lack too."""
        why = child.shortage(self.memory_mb)
        return Verdict(TrialState.FAILED, why, Reason.OUT_OF_MEMORY) if why else None

    def is_stopping(self) -> bool:
        """Whether the study is being stopped; begins that itself when the time budget is used up.

        Limits may have changed as well: the new ones hold for the running trial.
        """
        with unless_away():
            study = Study.objects.get(pk=self.study_id)
            if moves.time_is_up(study):
                before = [*ASKING, StudyState.PAUSING]
                with briefly():
                    moves.begin_stopping(study.pk, before, StudyState.COMPLETE, moves.TIME_IS_UP)
                study.refresh_from_db()
            self.limits = study
            self.winds_down = study.state not in ASKING
            return study.state == StudyState.STOPPING
        return False

    def beat(self) -> None:
        """Show that this slice lives, and how far the trial is."""
        hold(self.lane, self.trial.number)
        if len(self.partial) > len(self.trial.fold_scores):
            self.trial.fold_scores = list(self.partial)
            Trial.objects.filter(pk=self.trial.pk, token=self.lane.token, state=TrialState.RUNNING).update(
                fold_scores=self.trial.fold_scores
            )
            moves.touch(self.study_id)
