"""Starts and stops of everything around the workers: F24, F27, F28 of the fault list."""

import multiprocessing
import os
import signal
import time

import pytest
from django.db import connections

from studies.engine import actions
from studies.models import Lane, Outcome, ReconcilerLock, Study, StudyState, Trial
from tests.engine.conftest import state_of, wait_until
from tests.factories import make_study, make_version
from tests.faults import estimator
from tests.faults.conftest import Crew, Home, Launch, busy_lane, space, wind_up

KILLED_LAUNCHES = 24


def test_a_launch_that_is_killed_is_whole_or_has_not_been(crew: Crew, home: Home) -> None:
    """Killed at moments spread over the time that a launch takes; what was launched runs, the rest is still a draft."""
    version = make_version(*home)
    studies = [
        make_study(
            version,
            home[1],
            estimator=estimator.KEY,
            space=space(0.0),
            defaults={"x": 0.5},
            max_trials=2,
            seed=seed,
        )
        for seed in range(KILLED_LAUNCHES)
    ]
    whole = launch_time(studies[0], home)
    for number, study in enumerate(studies[1:], 1):
        process = launching(study, home)
        process.join(1.2 * whole * number / KILLED_LAUNCHES)
        process.kill()
        process.join()
    launched = [study for study in studies if state_of(study) != StudyState.DRAFT]
    assert studies[0] in launched
    for study in studies:
        begun = study in launched
        assert (study.trials.count(), study.next_number, study.plan is not None) == (int(begun), int(begun), begun)
    crew.start(1)
    for study in studies:
        if study not in launched:
            actions.launch(study, home[1])
    for study in studies:
        crew.check(study)


def launching(study: Study, home: Home) -> multiprocessing.Process:
    """A process in the midst of what a POST does; it shares no connection with this one."""
    connections.close_all()
    process = multiprocessing.get_context("fork").Process(target=actions.launch, args=(study, home[1]))
    process.start()
    return process


def launch_time(study: Study, home: Home) -> float:
    began = time.monotonic()
    process = launching(study, home)
    process.join()
    assert process.exitcode == 0
    return time.monotonic() - began


def test_workers_are_replaced_one_after_the_other(crew: Crew, launch: Launch) -> None:
    """A rolling deploy: a new one is started, the old one told to stop; three times."""
    (old,) = crew.start(1)
    study = launch(max_trials=1000)
    busy_lane(study)
    for _ in range(3):
        (new,) = crew.start(1)
        busy_lane(study, new)
        old.terminate()
        assert old.wait(60) == 0
        old = new
    wind_up(study)
    crew.check(study)
    assert study.trial_counts()["complete"] == study.next_number
    assert not Trial.objects.filter(study=study, attempts__outcome=Outcome.LOST).exists()


def test_only_one_reconciler_acts_and_another_takes_over(crew: Crew, launch: Launch) -> None:
    """Three workers; the one that reconciles and a horse of another die at the same time."""
    workers = crew.start(3)
    study = launch(max_trials=8, parallel=3)
    wait_until(lambda: Lane.objects.filter(study=study, child_pid__isnull=False).count() == 3)
    wait_until(lambda: ReconcilerLock.objects.exclude(holder="").exists())
    holder = ReconcilerLock.objects.get().holder
    dead = next(worker for worker in workers if holder.endswith(f"-{worker.pid}"))
    os.kill(dead.pid, signal.SIGKILL)
    dead.wait()
    lane = next((lane for lane in study.lanes.exclude(worker=holder) if lane.horse_pid), None)
    if lane is not None:
        os.kill(lane.horse_pid, signal.SIGKILL)
    wait_until(lambda: ReconcilerLock.objects.get().holder != holder)
    crew.check(study)
    assert study.trial_counts()["complete"] == 8


if not hasattr(os, "fork"):
    pytest.skip("needs fork", allow_module_level=True)
