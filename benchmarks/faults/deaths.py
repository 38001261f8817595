"""Worker parent, horse and child killed; a whole worker frozen and continued."""

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.faults.rig import Figures, Rig, frozen, seconds_until

FROZEN_SECONDS = 60.0


def killed(rig: Rig, who: str, times: int) -> Iterator[Figures]:
    figures = Figures(f"{who} killed", "kill -9 in the midst of a trial")
    study = rig.study()
    while len(figures.noticed) < times:
        lane, _ = rig.busy(study)
        victim = {"worker's parent": rig.parent_of(lane), "horse": lane.horse_pid, "child": lane.child_pid}[who]
        assert victim is not None
        before, began = lost_in(study), time.monotonic()
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:  # the slice has just ended, or put another child in this one's place
            continue
        watch_lane(figures, study, lane, before, began)
        rig.revive()
    rig.end(study, figures)
    rig.settle()
    yield figures


def lost_in(study: Any) -> set[int]:
    from studies.models import Attempt

    return set(Attempt.objects.filter(trial__study=study, outcome="lost").values_list("pk", flat=True))


def watch_lane(figures: Figures, study: Any, lane: Any, before: set[int], began: float) -> Any:
    """When an attempt of the lane is on record as lost, and when its trial's next one has begun; the trial.

    None, and nothing is noted, when the fault met the moment between two trials: then no attempt was lost.
    """
    from studies.models import Attempt, Lane

    lost = Attempt.objects.filter(token=lane.token, outcome="lost").exclude(pk__in=before)

    def over() -> bool:
        return lost.exists() or not Lane.objects.filter(pk=lane.pk, token=lane.token).exists()

    noticed = seconds_until(over, began)
    attempt = lost.select_related("trial").first()
    if noticed is not None and attempt is None:
        return None
    figures.noticed.append(noticed)
    if attempt is None:
        figures.again.append(None)
        return None
    following = Attempt.objects.filter(trial=attempt.trial, number=attempt.number + 1)
    figures.again.append(seconds_until(following.exists, began))
    return attempt.trial


def worker_frozen(rig: Rig, times: int) -> Iterator[Figures]:
    figures = Figures("worker frozen", f"SIGSTOP parent, horse and child, {FROZEN_SECONDS:.0f} s, then SIGCONT")
    study = rig.study()
    while len(figures.noticed) < times:
        lane, _ = rig.busy(study)
        parent = rig.parent_of(lane)
        assert parent is not None
        before_it, began = lost_in(study), time.monotonic()
        with frozen([parent, lane.horse_pid, lane.child_pid]):
            trial = watch_lane(figures, study, lane, before_it, began)
            if trial is None:
                continue
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
