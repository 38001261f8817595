"""One time slice of a lane: ask, let the child fit, tell; give way when somebody waits."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connections, transaction

from studies.engine import bell, moves
from studies.engine.ask import next_trial
from studies.engine.child import Child, Work, trial_seed
from studies.engine.patience import patiently
from studies.engine.store.versions import StorageAway
from studies.engine.tables import table_from_file, table_source
from studies.engine.watch import StopRequest, TrialWatch, Verdict
from studies.models import ASKING, Lane, Outcome, Study, StudyState, Trial, TrialPredictions, TrialState

POLL_SECONDS = 0.2  # between looks at the running trial


class Slice:
    """The loop of ask, fit and tell under one token."""

    def __init__(self, study_id: int, lane: Lane) -> None:
        self.study_id = study_id
        self.lane = lane
        self.watch = TrialWatch(study_id, lane)
        self.child: Child | None = None
        self.began = time.monotonic()
        self.done = 0
        self.asked_queue = 0.0
        self.last_failed = False

    def run(self) -> None:
        study = Study.objects.select_related("dataset_version", "plan").get(pk=self.study_id)
        moves.move_study(study.pk, [StudyState.QUEUED], StudyState.RUNNING)
        self.work = work_of(study, self.watch.show_life)
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
        self.watch.begin(trial, limits, child.pid)
        try:
            child.send(trial.config, trial_seed(self.seed, trial.number))
            while True:
                if child.poll(POLL_SECONDS):
                    message = child.receive()
                    if "fold" not in message:
                        self.tell(trial, message)
                        return
                    self.watch.partial.append(message["score"])
                if verdict := self.watch.look():
                    self.end(trial, verdict)
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

    # -- tell -------------------------------------------------------------------------------------------------------

    def end(self, trial: Trial, verdict: Verdict) -> None:
        """End a trial from here: our own kill is final, unless the trial is only given back."""
        self.drop_child()
        token = self.lane.token
        if verdict.state == TrialState.WAITING:
            patiently(moves.hand_back, trial, token, verdict.detail)
            return
        fields: dict[str, Any] = {}
        if verdict.state == TrialState.FAILED:
            self.last_failed = True
            fields = {"error": verdict.detail, "fold_scores": list(self.watch.partial)}
        patiently(
            moves.end_trial,
            trial.pk,
            token,
            verdict.state,
            Outcome.KILLED,
            verdict.detail,
            reason=verdict.reason,
            **fields,
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


def work_of(study: Study, show_life: Callable[[], None]) -> Work:
    """What the child needs, read while the database is open; the table may have to be fetched first. StorageAway."""
    try:
        source = table_source(study.dataset_version, study.target, study.task, show_life)
    except FileNotFoundError as error:
        raise StorageAway(error.strerror) from error
    return Work(
        load=partial(table_from_file, *source),
        plan=bytes(study.plan.fold_of_row),
        estimator=study.estimator,
        metric=study.metric,
        memory_mb=study.trial_memory_mb,
    )
