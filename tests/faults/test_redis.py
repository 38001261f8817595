"""A Redis that dies, forgets, falls silent or repeats itself: F11, F12, F13, F15, F16, F25 of the fault list."""

import os
import time

import pytest
from django.test import Client

from studies.engine import actions, bell
from studies.models import Outcome, Study, Trial
from tests.engine.conftest import state_of, wait_until
from tests.factories import make_study, make_version
from tests.faults import estimator
from tests.faults.conftest import Crew, Home, Launch, Queue, busy_lane, space

PATIENCE = 15.0  # seconds; who waits for Redis without a limit waits a minute, and the machine may be busy


def done(*studies: Study) -> int:
    return Trial.objects.filter(study__in=studies, state="complete").count()


def assert_nothing_was_run_twice(*studies: Study) -> None:
    assert not Trial.objects.filter(study__in=studies, attempts__number=2).exists()


@pytest.mark.parametrize("how", ["killed, and empty afterwards", "flushed", "killed, and nothing lost"])
def test_a_redis_that_forgets_loses_no_trial(how: str, crew: Crew, queue: Queue, launch: Launch) -> None:
    """One worker is busy with one study; the other study's bells are lost. Trials go on while Redis is away."""
    crew.start(1, SLICE_SECONDS="1")
    first = launch(max_trials=8, parallel=1)
    busy_lane(first)
    second = launch(max_trials=3, seed=1)
    if how == "flushed":
        with bell.connection() as redis:
            redis.flushall()
    else:
        before = done(first)
        queue.kill(empty="empty" in how)
        wait_until(lambda: done(first) >= before + 2)
        queue.start()
    crew.check(first)
    crew.check(second)
    assert_nothing_was_run_twice(first, second)
    assert [worker.poll() for worker in crew.processes] == [None]


def test_while_redis_is_away_launching_works_and_waits(
    crew: Crew, queue: Queue, launch: Launch, home: Home, client_of: object
) -> None:
    """Away from before the launch on; the worker is idle and must come back to listening by itself."""
    crew.start(1)
    crew.check(launch(max_trials=1))
    queue.kill()
    study = make_study(
        make_version(*home), home[1], estimator=estimator.KEY, space=space(), defaults={"x": 0.5}, max_trials=3, seed=1
    )
    browser: Client = client_of(home[1])
    assert browser.post(f"/studies/{study.pk}/launch/").status_code == 302
    assert state_of(study) == "queued"
    assert browser.get(f"/studies/{study.pk}/").status_code == 200
    queue.start()
    crew.check(study)
    assert crew.processes[0].poll() is None


def test_a_frozen_redis_holds_nobody_up(
    crew: Crew, queue: Queue, launch: Launch, home: Home, client_of: object
) -> None:
    crew.start(1)
    running = launch(max_trials=10, parallel=1)
    busy_lane(running)
    queue.freeze()
    before = done(running)
    browser: Client = client_of(home[1])
    for path in ("/", f"/studies/{running.pk}/", "/workers/"):
        began = time.monotonic()
        assert browser.get(path).status_code == 200
        assert time.monotonic() - began < PATIENCE
    began = time.monotonic()
    later = launch(max_trials=2, seed=1)
    assert time.monotonic() - began < PATIENCE
    wait_until(lambda: done(running) >= before + 2)  # running slices do not notice
    assert state_of(later) == "queued"
    queue.thaw()
    crew.check(running)
    crew.check(later)
    assert_nothing_was_run_twice(running, later)


def test_a_job_that_is_delivered_five_times_runs_once(crew: Crew, launch: Launch) -> None:
    """Before anybody serves the lane, and again while it is served: the claim decides."""
    study = launch(max_trials=5, parallel=1)
    for _ in range(5):
        bell.ring(study.lanes.get(number=0))
    crew.start(2)
    lane = busy_lane(study)
    for _ in range(5):
        bell.ring(lane)
    crew.check(study)
    assert_nothing_was_run_twice(study)
    wait_until(lambda: bell.queued_jobs() == [])


def test_a_stop_works_without_redis(crew: Crew, queue: Queue, launch: Launch, home: Home) -> None:
    crew.start(1)
    study = launch(seconds=5.0, max_trials=3)
    lane = busy_lane(study)
    queue.kill()
    actions.stop(study, home[1])
    wait_until(lambda: state_of(study) == "stopped")
    assert not os.path.exists(f"/proc/{lane.child_pid}")
    queue.start()
    crew.check(study)
    assert not Trial.objects.filter(study=study, attempts__outcome=Outcome.LOST).exists()
