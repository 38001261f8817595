"""Who is served next, who gives way, and what a team may run at once."""

import threading

import pytest
from django.db import connection

from studies.engine import bell, sharing
from studies.engine.advance import advance, make_lanes
from studies.engine.lane import claim, release, run_lane
from studies.models import Lane, Study, Team, WorkerProcess
from tests.factories import make_person, make_study, make_team, make_version


def running_study(team: Team, **fields: object) -> Study:
    """A study of many trials whose lanes are free and rung."""
    person = team.members.first() or make_person(team, email=f"{team.name.split()[0]}@example.org")
    study = make_study(make_version(team, person), person, **({"state": "running", "max_trials": 100} | fields))
    make_lanes(study)
    return study


def lane_of(study: Study, number: int = 0) -> Lane:
    return Lane.objects.get(study=study, number=number)


def take() -> tuple[int, int] | None:
    lane = sharing.take(claim)
    return lane and (lane.study_id, lane.number)


@pytest.fixture
def red(db: None) -> Team:
    return make_team("Red team")


@pytest.fixture
def blue(db: None) -> Team:
    return make_team("Blue team")


@pytest.fixture
def no_bells(redis_server: None) -> None:
    with bell.connection() as redis:
        redis.flushall()


def test_a_bell_serves_the_team_and_the_study_with_least_running_then_who_waited_longest(red: Team, blue: Team) -> None:
    large, other = running_study(red, parallel=8), running_study(red)
    assert [take(), take()] == [(large.pk, 0), (other.pk, 0)]
    small = running_study(blue)
    assert take() == (small.pk, 0)  # nothing of its team runs
    assert take() == (small.pk, 1)  # one of blue's against two of red's
    assert take() == (large.pk, 1)  # two each: red had its turn before blue
    assert take() == (other.pk, 1)
    assert take() == (large.pk, 2)
    Study.objects.exclude(pk=small.pk).update(state="paused")
    assert take() is None


def test_who_gave_a_worker_up_comes_after_all_who_deserve_it_equally(red: Team, blue: Team) -> None:
    studies = [running_study(red, parallel=1), running_study(blue, parallel=1), running_study(blue, parallel=1)]
    served = []
    for _ in range(8):
        lane = sharing.take(claim)
        served.append(studies.index(lane.study))
        sharing.end_turn(lane)
        release(lane)
    assert served == [0, 1, 0, 2, 0, 1, 0, 2]  # half of the time to each team


def test_a_study_without_work_is_passed_over(red: Team) -> None:
    running_study(red, max_trials=5, next_number=5)
    running_study(red, exhausted=True)
    running_study(red, method="manual")
    busy = running_study(red, parallel=1)
    assert sharing.take(claim, cannot=[busy.pk]) is None
    assert take() == (busy.pk, 0)
    assert take() is None


def test_a_lane_that_is_passed_over_waits_for_the_bell_of_the_one_that_is_served(
    red: Team, blue: Team, no_bells: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    large, small = running_study(red, parallel=2), running_study(blue, parallel=2)
    assert take() == (large.pk, 0)
    for lane in (lane_of(large, 1), lane_of(small)):
        bell.ring(lane)
    heard, waits = lane_of(large, 1).job_id, lane_of(small).job_id
    monkeypatch.setenv("RQ_JOB_ID", heard)
    assert take() == (small.pk, 0)
    assert (lane_of(large, 1).job_id, lane_of(small).job_id) == (waits, "")
    newest = running_study(make_team("Green team"), parallel=1)  # not rung yet
    monkeypatch.setenv("RQ_JOB_ID", waits)
    assert take() == (newest.pk, 0)
    assert (lane_of(large, 1).job_id, lane_of(large, 1).rung_at) == ("", None)  # so it is rung at the next look
    bell.ring(lane_of(large, 1))
    its_own = lane_of(large, 1).job_id
    monkeypatch.setenv("RQ_JOB_ID", "an old bell")
    assert take() == (large.pk, 1)
    assert its_own in bell.queued_jobs()


def test_a_slice_gives_way_to_another_study_that_deserves_it_as_much_and_to_nobody_else(
    red: Team, blue: Team, no_bells: None
) -> None:
    large = running_study(red, parallel=8)
    take()
    bell.ring(lane_of(large, 1))
    assert not sharing.gives_way(lane_of(large))  # its own study
    small = running_study(blue, parallel=2)
    assert not sharing.gives_way(lane_of(large))  # not rung: nobody would hear of the free worker
    bell.ring(lane_of(small))
    assert sharing.gives_way(lane_of(large))
    take()
    bell.ring(lane_of(small, 1))
    assert not sharing.gives_way(lane_of(large))  # one worker for each team
    take()
    assert sharing.gives_way(lane_of(large))  # two for red, one for blue: they take turns
    with bell.connection() as redis:
        redis.flushall()
    assert not sharing.gives_way(lane_of(large))
    with bell._queue() as queue:
        queue.enqueue_call(bell.PROBE_JOB, args=(1,))
    assert sharing.gives_way(lane_of(large))


def test_a_slice_goes_on_while_redis_is_away(red: Team, blue: Team) -> None:
    large, small = running_study(red), running_study(blue)
    take()
    Lane.objects.filter(study=small).update(job_id="rung before")
    assert not sharing.gives_way(lane_of(large))


def test_a_team_at_its_limit_rings_and_gets_no_more_and_its_studies_take_turns(
    red: Team, blue: Team, no_bells: None, settings
) -> None:
    settings.TEAM_PARALLEL_TRIALS = 2
    large, other, small = running_study(red, parallel=8), running_study(red), running_study(blue)
    advance(large.pk)
    assert len(bell.queued_jobs()) == 2
    assert [take() for _ in range(4)] == [(large.pk, 0), (small.pk, 0), (other.pk, 0), (small.pk, 1)]
    assert take() is None
    release(lane_of(other, 0))
    assert take() == (other.pk, 0)
    for number in (0, 1):
        release(lane_of(small, number))
    Study.objects.filter(pk=small.pk).update(state="paused")
    release(lane_of(other, 0))
    Study.objects.filter(pk=other.pk).update(state="paused")
    assert take() == (large.pk, 1)
    Study.objects.filter(pk=other.pk).update(state="running")
    assert take() is None
    advance(other.pk)
    assert not lane_of(other).job_id  # no room for it
    assert sharing.gives_way(lane_of(large))
    WorkerProcess.objects.create(name="w", host="h", pid=1, started_at="2026-01-01T00:00Z", seen_at="2999-01-01T00:00Z")
    assert sharing.why_waiting(other) == "your team’s 2 parallel trials are in use."


@pytest.mark.django_db(transaction=True)
def test_workers_that_take_lanes_at_the_same_moment_keep_to_the_limit(settings) -> None:
    settings.TEAM_PARALLEL_TRIALS = 3
    running_study(make_team(), parallel=12)
    ready, taken = threading.Barrier(6), []

    def worker() -> None:
        ready.wait()
        try:
            taken.extend(take() for _ in range(2))
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(taken) == 12
    assert Lane.objects.exclude(token="").count() == 3 == len({lane for lane in taken if lane})


def test_a_study_says_why_it_gets_no_turn(red: Team, blue: Team) -> None:
    large, small = running_study(red), running_study(blue)
    WorkerProcess.objects.create(name="w", host="h", pid=1, started_at="2026-01-01T00:00Z", seen_at="2999-01-01T00:00Z")
    assert sharing.why_waiting(small) == ""  # about to begin
    assert take() == (large.pk, 0)
    Lane.objects.exclude(token="").update(worker="w")
    assert sharing.why_waiting(small) == "the only worker is busy; studies take turns of a few seconds."


def test_a_bell_without_work_ends_at_once(red: Team) -> None:
    study = running_study(red, state="stopped")
    run_lane(study.pk, 0)
    assert lane_of(study).token == ""
