"""Limits of time and memory against fits that do not care, and a stop."""

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from benchmarks.faults.rig import LONGEST, Figures, Rig, seconds_until
from benchmarks.room.site import wait_until

LIMIT_SECONDS = 2.0
LIMIT_MB = 200
HANGS = {
    "hang": "hangs in Python",
    "hang_in_c": "hangs in one C call",
    "joblib_grandchildren": "hangs in joblib's processes",
    "escaped_grandchild": "hangs, with a process in a session of its own",
}
HOGS = {
    "hog": "takes 800 MB",
    "hog_shared": "takes 800 MB of shared memory",
    "hog_in_grandchildren": "takes 800 MB in six grandchildren",
}


def ill(rig: Rig, fault: str, **fields: Any) -> Any:
    """A study of two trials: the first is ill, the second is well."""
    space = {"parameters": [{"name": "x", "type": "float", "low": 0.0, "high": 1.0}]}
    defaults = {"x": 0.5, "fault": fault, "megabytes": 800}
    return rig.study(space=space, defaults=defaults, max_trials=2, parallel=1, **fields)


def over_time(rig: Rig, times: int) -> Iterator[Figures]:
    """`noticed` is how long after the limit the attempt is on record as ended; `again` when the next trial begins."""
    for fault, words in HANGS.items():
        figures = Figures(f"fit {words}", f"limit of {LIMIT_SECONDS:.0f} s")
        for _ in range(times):
            study = ill(rig, fault, trial_seconds=LIMIT_SECONDS)
            watch_limit(rig, figures, study, "timed_out", LIMIT_SECONDS)
        yield figures


def over_memory(rig: Rig, times: int) -> Iterator[Figures]:
    """Seconds are counted from the trial's begin: memory grows at about a GB a second."""
    for fault, words in HOGS.items():
        figures = Figures(f"fit {words}", f"limit of {LIMIT_MB} MB")
        for _ in range(times):
            study = ill(rig, fault, trial_memory_mb=LIMIT_MB, trial_seconds=30.0)
            watch_limit(rig, figures, study, "out_of_memory", 0.0)
        yield figures


def watch_limit(rig: Rig, figures: Figures, study: Any, reason: str, limit: float) -> None:
    with suppress(TimeoutError):
        wait_until(study.trials.filter(number=0).exclude(state__in=["waiting", "running"]).exists, LONGEST, 0.01)
    trial = study.trials.get(number=0)
    attempt = trial.attempts.last()
    if trial.reason != reason or trial.attempts.count() != 1:
        figures.problems.append(f"The trial ended {trial.state} {trial.reason}, attempts {trial.attempts.count()}")
    ended = attempt is not None and attempt.ended_at is not None
    figures.noticed.append((attempt.ended_at - attempt.started_at).total_seconds() - limit if ended else None)
    following = seconds_until(study.trials.filter(number=1).exclude(state="waiting").exists, time.monotonic())
    if ended and following is not None:
        begun = study.trials.get(number=1).attempts.first().started_at
        figures.again.append((begun - attempt.ended_at).total_seconds())
    rig.end(study, figures)
    if ended := rig.revive():
        figures.problems.append(f"{ended} workers ended")


def stopped(rig: Rig, times: int) -> Iterator[Figures]:
    """`noticed` is from the stop until the study is stopped and every grandchild is gone."""
    from studies.engine import actions
    from tests.faults.oracle import processes_in

    def grandchildren() -> int:
        return sum("loky" in line for line in processes_in(rig.folder).values())

    figures = Figures("stop while joblib's processes work", "the page's own stop")
    for _ in range(times):
        study = ill(rig, "joblib_grandchildren")
        wait_until(lambda: grandchildren() >= 2, LONGEST)
        began = time.monotonic()
        actions.stop(study, rig.site.user)
        figures.noticed.append(
            seconds_until(
                lambda study=study: study.refresh_from_db() or (study.state == "stopped" and not grandchildren()), began
            )
        )
        rig.end(study, Figures("", ""))  # a cancelled trial is neither lost nor doubled
        figures.orphans += len(rig.orphans())
    yield figures
