"""Worker parent, horse and child killed; a whole worker frozen and continued."""

import os
import signal
import time
from collections.abc import Iterator

from benchmarks.faults.rig import Figures, Rig, frozen, seconds_until

FROZEN_SECONDS = 60.0


def killed(rig: Rig, who: str, times: int) -> Iterator[Figures]:
    figures = Figures(f"{who} killed", "kill -9 in the midst of a trial")
    study = rig.study()
    for _ in range(times):
        lane, trial = rig.busy(study)
        victim = {"worker's parent": rig.parent_of(lane), "horse": lane.horse_pid, "child": lane.child_pid}[who]
        assert victim is not None
        began = time.monotonic()
        os.kill(victim, signal.SIGKILL)
        watch_attempt(figures, trial, began)
        rig.revive()
    rig.end(study, figures)
    rig.settle()
    yield figures


def watch_attempt(figures: Figures, trial: object, began: float) -> None:
    """When the attempt is on record as lost, and when the trial's next one has begun."""
    from studies.models import Attempt

    attempts = Attempt.objects.filter(trial=trial)
    figures.noticed.append(seconds_until(attempts.filter(number=1, outcome="lost").exists, began))
    figures.again.append(seconds_until(attempts.filter(number=2).exists, began))


def worker_frozen(rig: Rig, times: int) -> Iterator[Figures]:
    figures = Figures("worker frozen", f"SIGSTOP parent, horse and child, {FROZEN_SECONDS:.0f} s, then SIGCONT")
    study = rig.study()
    for _ in range(times):
        lane, trial = rig.busy(study)
        parent = rig.parent_of(lane)
        assert parent is not None
        began = time.monotonic()
        with frozen([parent, lane.horse_pid, lane.child_pid]):
            watch_attempt(figures, trial, began)
            told = seconds_until(lambda trial=trial: trial.refresh_from_db() or trial.state == "complete", began)
            before = (trial.fold_scores, trial.finished_at)
            time.sleep(max(0.0, FROZEN_SECONDS - (time.monotonic() - began)))
        gone = seconds_until(lambda lane=lane: not os.path.exists(f"/proc/{lane.child_pid}"), time.monotonic())
        trial.refresh_from_db()
        if told is None or before != (trial.fold_scores, trial.finished_at):
            figures.problems.append(f"Trial {trial.number} was written by the attempt that had been given up")
        figures.notes.append("its child never ended" if gone is None else f"child gone {gone:.2f} s after SIGCONT")
        if ended := rig.revive():
            figures.problems.append(f"{ended} workers ended")
    rig.end(study, figures, overlaps=True)
    rig.settle()
    yield figures
