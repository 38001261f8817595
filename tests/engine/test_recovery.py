"""What counts as an attempt when a worker is gone, and when that is noticed."""

import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from studies.engine import actions, offspring
from studies.engine.advance import advance
from studies.engine.lane import claim
from studies.engine.recovery import Reconciler, Watch
from studies.models import Attempt, Lane, Study, Trial, User, WorkerProcess
from tests.engine.conftest import next_trial
from tests.factories import make_study, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> list[float]:
    return [100.0]


@pytest.fixture
def study(alice: User) -> Study:
    study = make_study(make_version(alice.teams.get(), alice), alice, max_trials=4)
    actions.launch(study, alice)
    study.refresh_from_db()
    return study


@pytest.fixture
def lane(study: Study) -> Lane:
    """A lane whose slice has begun a trial."""
    lane = claim(study.pk, 0)
    trial = next_trial(study.pk, lane)
    Lane.objects.filter(pk=lane.pk).update(begun=trial.number, worker="elsewhere-worker-1")
    return lane


def observer(clock: list[float]) -> Reconciler:
    reconciler = Reconciler("observer")
    reconciler.lanes.clock = reconciler.lock.clock = lambda: clock[0]
    return reconciler


def ticks(reconciler: Reconciler, clock: list[float], count: int) -> None:
    for _ in range(count):
        clock[0] += 2
        reconciler.tick()


def test_a_lapse_that_no_worker_lived_to_see_costs_no_attempt(lane: Lane, clock: list[float]) -> None:
    reconciler = observer(clock)
    ticks(reconciler, clock, 3)
    assert Trial.objects.get().state == "running"
    ticks(reconciler, clock, 1)
    assert Trial.objects.get().state == "waiting"
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.detail) == ("killed", "No worker was running any more")


@pytest.mark.parametrize("begins", ["before", "after"])
def test_a_lapse_that_a_living_worker_saw_costs_one(lane: Lane, clock: list[float], begins: str) -> None:
    reconciler = observer(clock)
    if begins == "after":
        reconciler.lanes.keep(set())  # the first look found nothing held
    else:
        ticks(reconciler, clock, 1)
        Lane.objects.filter(pk=lane.pk).update(beat=1000)
    ticks(reconciler, clock, 4)
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.detail) == ("lost", "The worker elsewhere-worker-1 was lost")


@pytest.mark.parametrize(("older", "outcome"), [(True, "lost"), (False, "killed")])
def test_a_fresh_observer_asks_whether_an_older_worker_lived_on(
    lane: Lane, clock: list[float], older: bool, outcome: str
) -> None:
    """A restarted worker may be the first to act on what the one before it held."""
    now, ours = timezone.now(), offspring.identity(os.getpid())
    fell_at, dead = now - timedelta(seconds=3), " ".join([*ours.split()[:-1], "1"])
    began_at = fell_at - timedelta(minutes=1) if older else fell_at + timedelta(seconds=1)
    WorkerProcess.objects.create(
        name="elsewhere-worker-1", host="h", pid=1, identity=dead, started_at=fell_at, seen_at=fell_at
    )
    WorkerProcess.objects.create(name="other", host="h", pid=1, identity=ours, started_at=began_at, seen_at=now)
    ticks(observer(clock), clock, 4)
    assert Attempt.objects.get().outcome == outcome


def test_after_a_freeze_of_all_the_holder_is_waited_for(clock: list[float]) -> None:
    watch = Watch(clock=lambda: clock[0])
    assert not watch.stands_still("lane", 1)
    for seconds in (2, 2, 60):  # four seconds had passed, then the machine was suspended
        clock[0] += seconds
        assert not watch.stands_still("lane", 1)
    clock[0] += 2
    assert not watch.stands_still("lane", 2)  # the holder was only suspended as well
    for seconds in (60, 2):
        clock[0] += seconds
        assert not watch.stands_still("lane", 2)
    clock[0] += 2
    assert watch.stands_still("lane", 2)


def test_who_looks_seldom_still_sees_a_lease_lapse(clock: list[float]) -> None:
    watch = Watch(clock=lambda: clock[0])
    seen = []
    for _ in range(4):
        seen.append(watch.stands_still("lane", 1))
        clock[0] += 600
    assert seen == [False, False, True, True]


def test_a_worker_that_died_on_this_machine_is_noticed_at_the_next_look(lane: Lane, clock: list[float]) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    now, lives = timezone.now(), offspring.identity(os.getpid())
    for name, known_as in (("elsewhere-worker-1", offspring.identity(process.pid)), ("lives", lives)):
        WorkerProcess.objects.create(name=name, host="h", pid=1, identity=known_as, started_at=now, seen_at=now)
    reconciler = observer(clock)
    Lane.objects.filter(pk=lane.pk).update(beat=1000)
    ticks(reconciler, clock, 1)
    Lane.objects.filter(pk=lane.pk).update(beat=1001)
    ticks(reconciler, clock, 1)
    assert Trial.objects.get().state == "running"
    process.kill()
    process.wait()
    if sys.platform == "linux":
        ticks(reconciler, clock, 1)
        assert (Trial.objects.get().state, Attempt.objects.get().outcome) == ("waiting", "lost")


def test_bells_rest_on_no_clock_that_jumps(study: Study, redis_server: None) -> None:
    for hours in (-1, 1):
        Lane.objects.update(job_id="gone", rung_at=timezone.now() + timedelta(hours=hours))
        advance(study.pk, queued=["other"])
        assert not Lane.objects.filter(job_id="gone").exists()


def test_a_pass_by_hand_says_what_it_did(lane: Lane, redis_server: None, settings) -> None:
    settings.LEASE_SECONDS = 0.1
    said = StringIO()
    call_command("reconcile", stdout=said)
    lines = said.getvalue().splitlines()
    assert lines[0] == "1 lanes are held; watching them for 1.1 s"
    assert lines[1].startswith(f"Lane 0 of study {lane.study_id}: given back")
    assert lines[-1] == "1 studies looked at, 1 things given back or ended, 2 bells rung"
    assert Trial.objects.get().state == "waiting"
    said = StringIO()
    call_command("reconcile", stdout=said)
    assert said.getvalue().splitlines() == ["1 studies looked at, 0 things given back or ended, 0 bells rung"]
