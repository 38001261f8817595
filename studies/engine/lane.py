"""The RQ job: one time slice of one lane. Ask, let the child fit, tell; give way when somebody waits."""

import logging
import os
import secrets
import signal
import time
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connections, transaction
from django.db.models import F

from studies.engine import bell, moves, processes
from studies.engine.advance import advance
from studies.engine.ask import LaneLost, hold, next_trial
from studies.engine.child import Child, Work
from studies.engine.patience import patiently, unless_away
from studies.engine.tables import table_from_file, table_source
from studies.models import ASKING, Lane, Outcome, Reason, Study, StudyState, Trial, TrialPredictions, TrialState

logger = logging.getLogger(__name__)

STATE_POLL = 0.5  # seconds between looks at the study's state while a trial runs
MEMORY_POLL = 0.2
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


def run_lane(study_id: int, number: int) -> None:
    """Serve a lane of a study for a time slice. May be delivered never, once or five times: the claim decides."""
    lane = claim(study_id, number)
    if lane is None:
        return
    try:
        Slice(study_id, lane).run()
    except LaneLost:
        logger.warning("Lane %s of study %s was given to another slice; this one ends", number, study_id)
        return
    release(lane)
    advance(study_id)


def claim(study_id: int, number: int) -> Lane | None:
    """Take a free lane under a new token; None when somebody has it or the study does not want it."""
    token = secrets.token_hex(16)
    wanted = Study.objects.filter(pk=study_id, state__in=ASKING)  # a subquery, not a join: see ask._claim_waiting
    taken = Lane.objects.filter(study__in=wanted, number=number, token="").update(
        token=token,
        beat=F("beat") + 1,
        worker=os.environ.get("RQ_WORKER_ID", ""),
        horse_pid=os.getpid(),
        child_pid=None,
    )
    return Lane.objects.get(study_id=study_id, number=number) if taken else None


def release(lane: Lane) -> None:
    """Free the lane, if it is still ours."""
    moves.free_lanes(Lane.objects.filter(pk=lane.pk, token=lane.token))


class Slice:
    """One time slice: the loop of ask, fit and tell under one token."""

    def __init__(self, study_id: int, lane: Lane) -> None:
        self.study_id = study_id
        self.lane = lane
        self.child: Child | None = None
        self.began = time.monotonic()
        self.done = 0
        self.next_beat = self.next_look = self.asked_queue = 0.0
        self.partial: list[float | None] = []
        self.last_failed = False

    def run(self) -> None:
        study = Study.objects.select_related("dataset_version", "plan").get(pk=self.study_id)
        moves.move_study(study.pk, [StudyState.QUEUED], StudyState.RUNNING)
        self.work = work_of(study)
        self.seed = study.seed
        try:
            while not self.should_leave():
                trial = next_trial(self.study_id, self.lane)
                if trial is None:
                    return
                self.run_trial(trial)
                self.done += 1
                if self.last_failed and moves.hopeless(study):
                    return
        finally:
            if self.child is not None:
                self.child.kill()

    def should_leave(self) -> bool:
        """After the slice, and at least one trial, give way if somebody waits; no answer from Redis means go on."""
        if StopRequest.at is not None:
            return True
        if not Study.objects.filter(pk=self.study_id, state__in=ASKING, parallel__gt=self.lane.number).exists():
            return True
        now = time.monotonic()
        if self.done and now - self.began > settings.SLICE_SECONDS and now - self.asked_queue > 1.0:
            self.asked_queue = now
            return bool(bell.queued_jobs())
        return False

    # -- one trial --------------------------------------------------------------------------------------------------

    def run_trial(self, trial: Trial) -> None:
        limits = patiently(Study.objects.only("trial_seconds", "trial_memory_mb").get, pk=self.study_id)
        child = self.ready_child(limits.trial_memory_mb)
        self.partial = []
        began = time.monotonic()
        try:
            child.send(trial.config, trial_seed(self.seed, trial.number))
            while True:
                if child.poll(MEMORY_POLL):
                    message = child.receive()
                    if "fold" not in message:
                        self.tell(trial, message)
                        return
                    self.partial.append(message["score"])
                if self.interrupted(trial, limits, time.monotonic() - began):
                    return
        except (EOFError, BrokenPipeError):
            how = self.drop_child()
            self.last_failed = True
            patiently(moves.lose_attempt, trial, self.lane.token, f"The fitting process ended: {how}")

    def ready_child(self, memory_mb: int | None) -> Child:
        if self.work.memory_mb != memory_mb:  # a child's own limit is set once and for all
            self.drop_child()
            self.work = replace(self.work, memory_mb=memory_mb)
        if self.child is None:
            connections.close_all()  # a connection must not cross a fork
            self.child = Child(self.work)
            ours = Lane.objects.filter(pk=self.lane.pk, token=self.lane.token)
            patiently(ours.update, child_pid=self.child.pid)
        return self.child

    def drop_child(self) -> str:
        how = self.child.kill() if self.child is not None else ""
        self.child = None
        return how

    def interrupted(self, trial: Trial, limits: Study, seconds: float) -> bool:
        """Look at clock, memory, state and lease; True when the trial was ended from here."""
        now = time.monotonic()
        if limits.trial_seconds is not None and seconds > limits.trial_seconds:
            self.end(trial, Reason.TIMED_OUT, f"Stopped at the limit of {limits.trial_seconds:g} s per trial.")
            return True
        if self.over_memory(limits.trial_memory_mb):
            self.end(trial, Reason.OUT_OF_MEMORY, f"Used more than the limit of {limits.trial_memory_mb} MB per trial.")
            return True
        if now >= self.next_look:
            self.next_look = now + STATE_POLL
            if self.must_stop(trial):
                return True
        if now >= self.next_beat:
            self.next_beat = now + settings.HEARTBEAT_SECONDS
            with unless_away():
                self.beat(trial)
        return False

    def over_memory(self, limit_mb: int | None) -> bool:
        if limit_mb is None or self.child is None:
            return False
        return processes.resident_mb(self.child.pid) - processes.resident_mb(os.getpid()) > limit_mb

    def must_stop(self, trial: Trial) -> bool:
        """Stop cancels the running trial; a worker that is being stopped gives it back."""
        if self.is_stopping():
            self.drop_child()
            token = self.lane.token
            patiently(
                moves.end_trial,
                trial.pk,
                token,
                TrialState.CANCELLED,
                Outcome.KILLED,
                "Stopped",
                reason=Reason.STOPPED,
            )
            return True
        if StopRequest.overdue():
            self.drop_child()
            patiently(moves.hand_back, trial, self.lane.token, "The worker was stopped")
            return True
        return False

    def is_stopping(self) -> bool:
        """Whether the study is being stopped; begins that itself when the time budget is used up."""
        with unless_away():
            study = Study.objects.get(pk=self.study_id)
            if moves.time_is_up(study):
                before = [*ASKING, StudyState.PAUSING]
                moves.begin_stopping(study.pk, before, StudyState.COMPLETE, moves.TIME_IS_UP)
                study.refresh_from_db()
            return study.state == StudyState.STOPPING
        return False

    def beat(self, trial: Trial) -> None:
        """Show that this slice lives, and how far the trial is."""
        hold(self.lane)
        if len(self.partial) > len(trial.fold_scores):
            trial.fold_scores = list(self.partial)
            Trial.objects.filter(pk=trial.pk, token=self.lane.token, state=TrialState.RUNNING).update(
                fold_scores=trial.fold_scores
            )
            moves.touch(self.study_id)

    # -- tell -------------------------------------------------------------------------------------------------------

    def end(self, trial: Trial, reason: str, error: str) -> None:
        """End a trial for a limit: our own kill is final."""
        self.drop_child()
        self.last_failed = True
        patiently(
            moves.end_trial,
            trial.pk,
            self.lane.token,
            TrialState.FAILED,
            Outcome.KILLED,
            error,
            reason=reason,
            error=error,
            fold_scores=list(self.partial),
        )

    def tell(self, trial: Trial, message: dict[str, Any]) -> None:
        """Write what the child found, as soon as the database takes it."""
        data = message.pop("predictions")
        state = message.pop("state")
        reason = message.pop("reason")
        self.last_failed = state == TrialState.FAILED
        outcome = Outcome.COMPLETE if state == TrialState.COMPLETE else Outcome.FAILED

        @transaction.atomic
        def write() -> None:
            told = moves.end_trial(
                trial.pk,
                self.lane.token,
                state,
                outcome,
                message["error"],
                reason=reason,
                fit_seconds=sum(message["fit_times"]),
                score_seconds=sum(message["score_times"]),
                **message,
            )
            if told and data:
                TrialPredictions.objects.create(trial_id=trial.pk, data=data)

        patiently(write)


def work_of(study: Study) -> Work:
    """What the child needs, read while the database is open."""
    return Work(
        load=partial(table_from_file, *table_source(study.dataset_version, study.target, study.task)),
        plan=bytes(study.plan.fold_of_row),
        estimator=study.estimator,
        metric=study.metric,
        memory_mb=study.trial_memory_mb,
    )


def trial_seed(study_seed: int, number: int) -> int:
    """The trial's own seed: from study seed and trial number, never from global state."""
    return int(np.random.SeedSequence([study_seed, number]).generate_state(1)[0])


def stop_on_sigterm() -> None:
    signal.signal(signal.SIGTERM, StopRequest.handle)
