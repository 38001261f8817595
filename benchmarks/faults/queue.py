"""Redis wiped, and Redis away for 2, 12 and 60 s, while workers are busy and a study is launched."""

import time
from collections.abc import Iterator

from benchmarks.faults.rig import Figures, Rig, seconds_until


def outage(rig: Rig, figures: Figures, study: object, seconds: float, empty: bool) -> None:
    """Two of three workers are busy; the third one waits in Redis and must find its way back."""
    from studies.models import Trial

    rig.busy(study)
    done = Trial.objects.filter(study=study, state="complete")
    rig.kill_redis(empty)
    began, before = time.monotonic(), done.count()
    later = rig.study(seconds=0.0, max_trials=2, parallel=1)
    time.sleep(max(0.0, seconds - (time.monotonic() - began)))
    meanwhile = done.count() - before
    rig.start_redis()
    back = time.monotonic()
    figures.again.append(seconds_until(later.trials.exclude(state="waiting").exists, back))
    if seconds >= 2:
        figures.notes.append(f"{meanwhile} trials told meanwhile")
    if ended := rig.revive():
        figures.problems.append(f"{ended} workers ended")
    rig.end(later, figures)


def redis_wiped(rig: Rig, times: int) -> Iterator[Figures]:
    figures = Figures("Redis wiped", "kill -9, its files removed, started; a study launched in between")
    study = rig.study(parallel=2)
    for _ in range(times):
        outage(rig, figures, study, 0.0, empty=True)
    rig.end(study, figures)
    yield figures


def redis_away(rig: Rig, times: int) -> Iterator[Figures]:
    for seconds in (2.0, 12.0, 60.0):
        figures = Figures(f"Redis away {seconds:.0f} s", "kill -9, started later; a study launched meanwhile")
        study = rig.study(parallel=2)
        for _ in range(1 if seconds > 30 else times):
            outage(rig, figures, study, seconds, empty=False)
        rig.end(study, figures)
        yield figures
