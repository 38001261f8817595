"""One time slice of a lane: ask, let the child fit, tell; give way when somebody waits."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connections

from studies.engine import moves, sharing
from studies.engine.ask import Asker
from studies.engine.child import Child, Work, trial_seed
from studies.engine.patience import briefly, patiently, unless_away
from studies.engine.store.versions import StorageAway
from studies.engine.tables import table_from_file, table_source
from studies.engine.tell import Found, tell
from studies.engine.watch import StopRequest, TrialWatch, Verdict
from studies.models import Lane, Outcome, Study, Trial, TrialState

POLL_SECONDS = 0.2  # between looks at the running trial
LOOK_SECONDS = 0.1  # at least, when results come thick and fast
TELL_SECONDS = 0.3  # a result waits no longer for the others of its batch
OVERDUE_SECONDS = 2.0  # a batch that takes longer is not cheap after all: what has not begun is given back


class Slice:
    """The loop of ask, fit and tell under one token.

    `todo` are the trials taken and not yet fitted, the one that the child is at first; `results` wait to be told.
    """

    def __init__(self, study: Study, lane: Lane) -> None:
        self.study = study
        self.lane = lane
        self.asker = Asker(study, lane)
        self.pace = self.asker.pace
        self.watch = TrialWatch(study.pk, lane)
        self.child: Child | None = None
        self.todo: deque[Trial] = deque()
        self.results: list[tuple[Trial, Found]] = []
        self.began = time.monotonic()
        self.done = 0
        self.asked_queue = 0.0
        self.next_look = self.next_tell = 0.0
        self.has_failed = False

    def run(self) -> None:
        self.work = work_of(self.study, self.watch.show_life)
        try:
            while not self.should_leave() and (trials := patiently(self.asker.ask)):
                self.run_batch(trials)
                if self.has_failed and not self.pace.has_succeeded and moves.hopeless(self.study):
                    return
        finally:
            self.drop_child()

    def should_leave(self) -> bool:
        """After the slice, and at least one trial, give way if somebody waits; no answer from Redis means go on."""
        if StopRequest.at is not None:
            return True
        now = time.monotonic()
        if self.done and now - self.began > settings.SLICE_SECONDS and now - self.asked_queue > 1.0:
            self.asked_queue = now
            return sharing.gives_way(self.lane)
        return False

    # -- a batch ----------------------------------------------------------------------------------------------------

    def run_batch(self, trials: list[Trial]) -> None:
        """Fit and tell trials that are running under our token, or give them back."""
        self.todo.extend(trials)
        self.done += len(trials)
        self.watch.limits = self.asker.now
        while self.todo:
            try:
                self.fit(self.ready_child())
            except (EOFError, BrokenPipeError):
                self.child_died()
        self.flush()
        if self.child is not None and not self.child.is_idle:
            self.drop_child()  # it is at a trial that was given back

    def fit(self, child: Child) -> None:
        """Let the child work through `todo`, looking at it from outside, until it is done or gone."""
        tasks = [
            {"number": trial.number, "config": trial.config, "seed": trial_seed(self.study.seed, trial.number)}
            for trial in self.todo
        ]
        self.watch.begin(self.todo[0], child)
        child.send(tasks, OVERDUE_SECONDS)
        overdue_at = time.monotonic() + OVERDUE_SECONDS
        self.note_child(child)
        while self.todo and self.child is child:
            if child.poll(POLL_SECONDS):
                self.take_in(child.receive())
            if child.is_idle and self.todo:
                self.give_back(self.todo, "The batch took long; this trial had not begun")
            self.mind(overdue_at)

    def take_in(self, message: dict[str, Any]) -> None:
        if not self.todo:
            return
        if "fold" in message:
            self.watch.partial += message["scores"]
        elif message.get("number") == self.todo[0].number:  # any other was given back meanwhile
            if not self.results:
                self.next_tell = time.monotonic() + TELL_SECONDS
            self.results.append((self.todo.popleft(), message))
            if self.todo:
                self.watch.begin(self.todo[0], self.watch.child)

    def mind(self, overdue_at: float) -> None:
        """What is due while the child works: tell, give back what shall not begin, look at the running trial."""
        now = time.monotonic()
        if self.results and now >= self.next_tell:
            self.flush()
        if not self.todo or now < self.next_look:
            return
        self.next_look = now + LOOK_SECONDS
        if verdict := self.watch.look():
            self.end(verdict)
        elif len(self.todo) > 1:
            if self.watch.winds_down or StopRequest.at is not None:
                self.give_back_rest("No other trial was to begin; this one had not")
            elif now > overdue_at and now - self.watch.began > OVERDUE_SECONDS:
                self.give_back_rest("The batch took long; this trial had not begun")

    # -- the child --------------------------------------------------------------------------------------------------

    def ready_child(self) -> Child:
        memory_mb = self.watch.memory_mb
        if self.work.memory_mb != memory_mb:  # a child's own limit is set once and for all
            self.drop_child()
            self.work = replace(self.work, memory_mb=memory_mb)
        if self.child is not None and self.child.has_ended:
            self.drop_child()  # while nothing was asked of it: no trial has anything to do with that
        if self.child is None:
            connections.close_all()  # a connection must not cross a fork
            self.child = Child(self.work)
        return self.child

    def note_child(self, child: Child) -> None:
        if self.lane.child_pid != child.pid:
            self.lane.child_pid = child.pid
            patiently(Lane.objects.filter(pk=self.lane.pk, token=self.lane.token).update, child_pid=child.pid)

    def drop_child(self) -> str:
        how = self.child.kill() if self.child is not None else ""
        self.child = None
        return how

    def child_died(self) -> None:
        """Results in our hands are kept; the trial that it was at has lost an attempt; a new child takes the rest."""
        child, how = self.child, self.drop_child()
        if child is not None and (verdict := self.watch.starved(child)):
            self.end(verdict)
            return
        trial = self.todo.popleft()
        self.flush()
        self.has_failed = True
        patiently(moves.lose_attempt, trial, self.lane.token, how, self.watch.began_at)

    # -- tell -------------------------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Tell what is in our hands. Without the database it is kept while the child goes on; in the end we wait."""
        if not self.results:
            return
        write = partial(tell, self.lane, self.results, self.todo[0].number if self.todo else None)
        if self.todo:
            with unless_away(), briefly():
                write()
                self.told()
        else:
            patiently(write)
            self.told()

    def told(self) -> None:
        states = {found["state"] for _, found in self.results}
        self.has_failed = TrialState.FAILED in states
        self.pace.note([found["seconds"] for _, found in self.results], TrialState.COMPLETE in states)
        self.results.clear()

    def end(self, verdict: Verdict) -> None:
        """End the running trial from here: our own kill is final, unless the trial is only given back."""
        self.drop_child()
        if verdict.state == TrialState.WAITING:
            self.give_back(self.todo, verdict.detail)
            return
        fields: dict[str, Any] = {}
        if verdict.state == TrialState.FAILED:
            self.has_failed = True
            self.pace.note([time.monotonic() - self.watch.began], succeeded=False)
            fields = {"error": verdict.detail, "fold_scores": list(self.watch.partial)}
        else:
            self.give_back_rest("The study was stopped; this trial had not begun")
        patiently(
            moves.end_trial,
            self.todo.popleft().pk,
            self.lane.token,
            verdict.state,
            Outcome.KILLED,
            verdict.detail,
            reason=verdict.reason,
            began_at=self.watch.began_at,
            **fields,
        )

    def give_back_rest(self, detail: str) -> None:
        self.give_back(list(self.todo)[1:], detail)

    def give_back(self, trials: Iterable[Trial], detail: str) -> None:
        """Send trials of the batch back to waiting; this counts as no attempt."""
        given = list(trials)
        for trial in given:
            self.todo.remove(trial)
        patiently(moves.hand_back, given, self.lane.token, detail)


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
