"""Timed probe fits: what they say, that they are asked once, and that nothing of them is lost or in the way."""

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from studies.engine import bell, probe, probe_job
from studies.engine.probe import Pending, choice_of, timing_of
from studies.engine.spec import examine
from studies.models import ProbeState, ProbeTiming, WorkerProcess
from tests.engine.conftest import Workers, wait_until
from tests.factories import make_person, make_study, make_team, make_trial, make_version


@pytest.fixture
def home(db):
    team = make_team()
    return team, make_person(team)


def found_in(version, **spec):
    found = examine(version.dataset.team, {"dataset_version": version.pk, **spec})
    assert not found.problems
    return found


def a_worker() -> None:
    now = timezone.now()
    WorkerProcess.objects.create(name="w", host="h", pid=1, started_at=now, seen_at=now)


@pytest.fixture
def rung_later(monkeypatch):
    """From its call on, the bell is rung without Redis; it gives the list of the probes that were."""

    def begin() -> list[int]:
        bells: list[int] = []

        def ring(probe: ProbeTiming) -> bool:
            bells.append(probe.pk)
            ProbeTiming.objects.filter(pk=probe.pk).update(rung_at=timezone.now())
            return True

        monkeypatch.setattr(bell, "ring_probe", ring)
        return bells

    return begin


@pytest.fixture
def rung(rung_later):
    """Which probes were rung; the job itself is run by the tests with workers."""
    return rung_later()


def test_nothing_is_asked_unless_somebody_lets_the_form_rest(home, rung) -> None:
    found = found_in(make_version(*home))
    a_worker()
    assert timing_of(found, home[1]).pending == Pending.NOT_ASKED
    assert not ProbeTiming.objects.exists()


def test_a_choice_is_asked_once_and_a_later_one_takes_its_place(home, rung) -> None:
    version = make_version(*home)
    a_worker()
    first = found_in(version)
    for _ in range(3):
        assert timing_of(first, home[1], may_ask=True).pending == Pending.WAITING
    assert len(rung) == 1
    second = found_in(version, estimator="svm_rbf")
    timing_of(second, home[1], may_ask=True)
    assert list(ProbeTiming.objects.values_list("estimator", flat=True)) == ["svm_rbf"]
    timing_of(first, make_person(home[0], email="bob@example.org"), may_ask=True)
    assert ProbeTiming.objects.count() == 2  # another person has one of their own


def test_two_forms_side_by_side_do_not_hold_one_another_up(home, rung) -> None:
    version = make_version(*home)
    a_worker()
    both = [found_in(version), found_in(version, estimator="svm_rbf")]
    for found in both * 3:
        assert timing_of(found, home[1], may_ask=True).pending == Pending.WAITING
    waiting = ProbeTiming.objects.get()
    assert (set(rung), waiting.estimator) == ({waiting.pk}, "svm_rbf")  # the job that was rung first finds work


def test_the_name_and_the_budget_are_no_other_choice_but_folds_ranges_and_columns_are(home, rung) -> None:
    version = make_version(*home)
    a_worker()
    space = {"parameters": [{"name": "C", "type": "float", "low": 0.1, "high": 1.0}]}
    for spec in ({}, {"name": "Other", "budget": {"trials": 9}, "method": "grid"}, {"plan": {"repeats": 3}}):
        timing_of(found_in(version, **spec), home[1], may_ask=True)
        assert ProbeTiming.objects.count() == 1
    asked = set(ProbeTiming.objects.values_list("key", flat=True))
    for spec in ({"plan": {"folds": 3}}, {"space": space}):
        timing_of(found_in(version, **spec), home[1], may_ask=True)
        asked |= set(ProbeTiming.objects.values_list("key", flat=True))
    version.columns.filter(name="age").update(role="ignored")
    timing_of(found_in(version), home[1], may_ask=True)
    asked |= set(ProbeTiming.objects.values_list("key", flat=True))
    assert len(asked) == 4


def test_without_a_worker_nothing_is_queued(home, rung) -> None:
    timing = timing_of(found_in(make_version(*home)), home[1], may_ask=True)
    assert (timing.pending, rung, ProbeTiming.objects.count()) == (Pending.NO_WORKER, [], 0)


def test_without_a_queue_it_is_said_and_asked_again_later(home, settings, tmp_path, rung_later) -> None:
    found = found_in(make_version(*home))
    a_worker()
    settings.RQ_QUEUES = {"lanes": {**settings.RQ_QUEUES["lanes"], "URL": f"unix://{tmp_path}/nobody.sock"}}
    assert timing_of(found, home[1], may_ask=True).pending == Pending.NO_QUEUE
    rung = rung_later()
    assert timing_of(found, home[1], may_ask=True).pending == Pending.WAITING
    assert rung == [ProbeTiming.objects.get().pk]


def test_a_person_has_so_many_timings_an_hour(home, rung) -> None:
    version = make_version(*home)
    a_worker()
    rows = [
        ProbeTiming(version=version, key=str(n), group="x", train_rows=1, valid_rows=1, state=ProbeState.DONE,
                    asked_by=home[1], asked_at=timezone.now())
        for n in range(60)
    ]  # fmt: skip
    ProbeTiming.objects.bulk_create(rows)
    assert timing_of(found_in(version), home[1], may_ask=True).pending == Pending.TOO_MANY


def test_a_timing_whose_process_died_is_tried_once_more(home, rung) -> None:
    found = found_in(make_version(*home))
    a_worker()
    timing_of(found, home[1], may_ask=True)
    for attempts, state in ((1, ProbeState.WAITING), (2, ProbeState.FAILED)):
        ProbeTiming.objects.update(
            state=ProbeState.RUNNING, attempts=attempts, started_at=timezone.now() - timedelta(minutes=2)
        )
        timing = timing_of(found, home[1], may_ask=True)
        assert ProbeTiming.objects.get().state == state
    assert "died twice" in timing.error


def test_what_failed_may_be_asked_again_after_a_while(home, rung) -> None:
    found = found_in(make_version(*home))
    a_worker()
    timing_of(found, home[1], may_ask=True)
    ProbeTiming.objects.update(state=ProbeState.FAILED, error="killed", attempts=2)
    assert timing_of(found, home[1], may_ask=True).error == "killed"
    ProbeTiming.objects.update(asked_at=timezone.now() - timedelta(minutes=11))
    assert timing_of(found, home[1]).pending == Pending.FAILED  # looking alone asks for nothing
    assert timing_of(found, home[1], may_ask=True).pending == Pending.WAITING
    assert (len(rung), ProbeTiming.objects.get().attempts) == (2, 0)


def test_finished_trials_in_these_ranges_are_better_than_probes(home) -> None:
    version = make_version(*home)
    study = make_study(version, home[1], state="complete")
    for number in range(14):
        make_trial(study, number, fit_times=[1.0] * 5, score_times=[0.5] * 5)
    timing = timing_of(found_in(version, metric="accuracy", space=study.space), home[1])
    assert (timing.trials, timing.pending) == (14, None)
    assert timing.seconds.typical == pytest.approx(1.5)
    assert timing.seconds.low < 1.5 < timing.seconds.high
    narrow = {"parameters": [{"name": "C", "type": "float", "low": 1000.0, "high": 2000.0}]}
    assert timing_of(found_in(version, space=narrow), home[1]).trials == 0
    assert timing_of(found_in(version, space=study.space, plan={"folds": 4}), home[1]).trials == 0
    stranger = make_version(make_team("Blue"), rows=60)
    assert timing_of(found_in(stranger, space=study.space), home[1]).trials == 0


def run_here(version, monkeypatch, seconds: float = 8.0, **spec) -> ProbeTiming:
    """The job itself, in this process: its fits run in real children."""
    monkeypatch.setattr("django.conf.settings.PROBE_SECONDS", seconds, raising=False)
    found = found_in(version, **spec)
    a_worker()
    monkeypatch.setattr(bell, "ring_probe", lambda probe: True)
    timing_of(found, version.created_by, may_ask=True)
    probe = ProbeTiming.objects.get()
    probe_job.run_probe(probe.pk)
    probe.refresh_from_db()
    assert choice_of(found).fold_rows == (probe.train_rows, probe.valid_rows)
    return probe


def test_fits_are_timed_on_as_many_rows_as_a_fold_has(transactional_db, monkeypatch) -> None:
    team = make_team()
    probe = run_here(make_version(team, make_person(team), rows=200), monkeypatch)
    assert (probe.state, probe.timed, probe.timed_rows, probe.failures) == ("done", 12, 160, 0)
    assert 0 < probe.low < probe.typical < probe.high < 2
    probe_job.run_probe(probe.pk)  # delivered twice
    assert ProbeTiming.objects.get().attempts == 1


def test_a_large_table_is_timed_on_samples_within_the_seconds(transactional_db, monkeypatch) -> None:
    team = make_team()
    version = make_version(team, make_person(team), rows=6000)
    before = timezone.now()
    probe = run_here(version, monkeypatch, seconds=4.0, estimator="random_forest")
    assert (timezone.now() - before).total_seconds() < 10
    assert probe.state == "done"
    assert 1000 <= probe.timed_rows <= probe.train_rows == 4800
    assert probe.low < probe.typical < probe.high


def test_a_model_that_refuses_is_heard_early(transactional_db, monkeypatch) -> None:
    team = make_team()
    version = make_version(team, make_person(team), rows=40)
    space = {"parameters": [{"name": "n_neighbors", "type": "int", "low": 38, "high": 39}]}
    probe = run_here(version, monkeypatch, estimator="knn", space=space)
    assert (probe.state, probe.timed) == ("done", 1)  # the defaults alone
    assert probe.failures == 11
    assert probe.error


def test_a_dataset_that_went_away_ends_the_timing_in_words(transactional_db, monkeypatch) -> None:
    team = make_team()
    version = make_version(team, make_person(team))
    found = found_in(version)
    a_worker()
    monkeypatch.setattr(bell, "ring_probe", lambda probe: True)
    timing_of(found, version.created_by, may_ask=True)
    version.columns.filter(role="feature").update(role="ignored")
    probe_job.run_probe(ProbeTiming.objects.get().pk)
    assert ProbeTiming.objects.get().state == "failed"
    assert "role feature" in ProbeTiming.objects.get().error


def test_a_worker_times_fits_and_serves_studies(start_workers: Workers) -> None:
    team = make_team()
    person = make_person(team)
    found = found_in(make_version(team, person, rows=300))
    start_workers(1)
    wait_until(lambda: WorkerProcess.objects.alive().exists())
    wait_until(lambda: timing_of(found, person, may_ask=True).seconds)
    assert ProbeTiming.objects.get().state == "done"


def test_a_killed_timing_is_done_again_and_may_take_longer_than_a_lease(start_workers: Workers, monkeypatch) -> None:
    for name, seconds in (("LEASE_SECONDS", "1"), ("RECONCILE_SECONDS", "1"), ("PROBE_SECONDS", "3")):
        monkeypatch.setenv(name, seconds)
    team = make_team()
    person = make_person(team)
    found = found_in(make_version(team, person, rows=4000), estimator="random_forest")
    (worker,) = start_workers(1)
    wait_until(lambda: WorkerProcess.objects.alive().exists())
    wait_until(lambda: timing_of(found, person, may_ask=True).pending == Pending.RUNNING)
    (horse,) = wait_for_children(worker.pid)
    fits = wait_for_children(horse)
    os.kill(horse, signal.SIGKILL)
    wait_until(lambda: not any(Path(f"/proc/{pid}/exe").exists() for pid in (horse, *fits)))
    monkeypatch.setattr(probe, "LOST_AFTER", timedelta(0))
    wait_until(lambda: timing_of(found, person, may_ask=True).pending == Pending.WAITING)
    monkeypatch.setattr(probe, "LOST_AFTER", timedelta(minutes=5))
    wait_until(lambda: timing_of(found, person, may_ask=True).seconds)
    timed = ProbeTiming.objects.get()
    assert (timed.state, timed.attempts) == ("done", 2)
    assert 1000 <= timed.timed_rows <= timed.train_rows


def wait_for_children(pid: int) -> list[int]:
    """The processes that a process has forked, as soon as there is one."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    wait_until(lambda: path.read_text().split())
    return [int(child) for child in path.read_text().split()]
