"""Real workers, real Redis: whole studies, pauses and stops. What goes wrong around them is in tests/faults."""

import os
import signal
from contextlib import suppress

import django_rq
import pytest

from studies.engine import actions, bell
from studies.engine.spec import create_draft, resolve
from studies.evaluation import TRAINS_ONLY, Plan, decode_predictions
from studies.models import Outcome, Study, Team, Trial, TrialState, User, WorkerProcess
from tests.engine.conftest import Workers, is_running, state_of, wait_until
from tests.factories import make_person, make_study, make_team, make_version, make_visits

SLOW = {"estimator": "random_forest", "defaults": {}, "space": {"parameters": [
    {"name": "min_samples_leaf", "type": "int", "low": 1, "high": 20, "log": True},
]}}  # fmt: skip


@pytest.fixture
def home(transactional_db: None) -> tuple[Team, User]:
    team = make_team()
    return team, make_person(team)


def slow_study(home: tuple[Team, User], rows: int = 1500, **fields: object) -> Study:
    """Trials of about a second each."""
    return make_study(make_version(home[0], home[1], rows=rows), home[1], **(SLOW | fields))


def assert_nothing_lost_or_doubled(study: Study, trials: int) -> None:
    numbers = list(study.trials.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(trials))
    counts = study.trial_counts()
    assert counts["running"] == counts["waiting"] == 0
    for trial in study.trials.filter(state=TrialState.COMPLETE):
        assert trial.attempts.filter(outcome=Outcome.COMPLETE).count() == 1
        assert len(trial.fold_scores) == 5


@pytest.mark.parametrize("method", ["random", "grid", "bayesian", "evolutionary"])
def test_a_study_of_each_method_finishes(method: str, home: tuple[Team, User], start_workers: Workers) -> None:
    study = make_study(make_version(*home), home[1], method=method, max_trials=12)
    start_workers(2)
    actions.launch(study, home[1])
    wait_until(lambda: state_of(study) == "complete")
    assert_nothing_lost_or_doubled(study, 12)
    first = study.trials.get(number=0)
    assert (first.source, first.config) == ("default", study.defaults)
    assert study.best_trial().value > study.baseline["value"]
    assert Trial.objects.filter(study=study, predictions__isnull=False).count() == 12


def test_studies_on_groups_and_on_blocks_of_time_finish(home: tuple[Team, User], start_workers: Workers) -> None:
    version = make_visits(*home)
    start_workers(1)
    studies = []
    for kind in ("group", "time"):
        spec = {"dataset_version": version.pk, "plan": {"kind": kind, "folds": 3}, "budget": {"trials": 3}}
        studies.append(create_draft(resolve(home[0], spec), home[1]))
        actions.launch(studies[-1], home[1])
    for study in studies:
        wait_until(lambda study=study: state_of(study) == "complete")
        assert study.trial_counts()["complete"] == 3
        plan = Plan.from_bytes(study.plan.fold_of_row)
        told = decode_predictions(study.trials.get(number=0).predictions.data)
        assert (told.covered == (plan.fold_of_row < TRAINS_ONLY)).all()
    assert [decode_predictions(s.trials.get(number=0).predictions.data).covered.sum() for s in studies] == [120, 90]


def test_grid_and_random_give_the_same_bits_with_any_number_of_workers_and_after_a_fault(
    home: tuple[Team, User], start_workers: Workers
) -> None:
    version = make_version(*home)
    found = []
    for parallel in (1, 4):
        start_workers(1 if parallel == 1 else 3)
        studies = [
            make_study(version, home[1], method=method, max_trials=40, parallel=parallel, seed=7)
            for method in ("grid", "random")
        ]
        for study in studies:
            actions.launch(study, home[1])
        if parallel > 1:
            children = studies[1].lanes.filter(child_pid__isnull=False).values_list("child_pid", flat=True)
            wait_until(lambda children=children: children.all().exists())
            with suppress(ProcessLookupError, StopIteration):  # it was done sooner
                os.kill(next(iter(children.all())), signal.SIGKILL)
        wait_until(lambda studies=studies: all(state_of(study) == "complete" for study in studies))
        trials = [study.trials.order_by("number") for study in studies]
        found.append([list(rows.values_list("number", "config", "fold_scores", "value")) for rows in trials])
    assert found[0] == found[1]
    assert [len(rows) for rows in found[0]] == [26, 40]  # the grid has 25 points; and the defaults


def test_a_frozen_horse_is_replaced_and_killed(home: tuple[Team, User], start_workers: Workers, monkeypatch) -> None:
    monkeypatch.setenv("LEASE_SECONDS", "1")
    monkeypatch.setenv("HEARTBEAT_SECONDS", "0.5")
    monkeypatch.setenv("RECONCILE_SECONDS", "1")
    study = slow_study(home, max_trials=1, parallel=1)
    start_workers(1)
    actions.launch(study, home[1])
    wait_until(lambda: study.lanes.filter(child_pid__isnull=False).exists())
    wait_until(lambda: study.trials.filter(state="running").exists())
    lane = study.lanes.get(number=0)
    os.kill(lane.horse_pid, signal.SIGSTOP)
    wait_until(lambda: study.trials.filter(attempts__outcome=Outcome.LOST).exists())
    wait_until(lambda: not is_running(lane.horse_pid) and not is_running(lane.child_pid))
    wait_until(lambda: state_of(study) == "complete")
    assert_nothing_lost_or_doubled(study, 1)


def test_stop_kills_what_runs_and_leaves_no_process(home: tuple[Team, User], start_workers: Workers) -> None:
    study = slow_study(home, rows=6000, max_trials=20)
    start_workers(2)
    actions.launch(study, home[1])
    wait_until(lambda: study.trials.filter(state="running").count() == 2)
    wait_until(lambda: study.lanes.filter(child_pid__isnull=False).count() == 2)
    children = list(study.lanes.values_list("child_pid", flat=True))
    actions.stop(study, home[1])
    wait_until(lambda: state_of(study) == "stopped")
    assert not any(is_running(pid) for pid in children)
    counts = study.trial_counts()
    assert counts["running"] == counts["waiting"] == 0
    assert counts["cancelled"] >= 2
    assert set(study.trials.filter(state="cancelled").values_list("reason", flat=True)) == {"stopped"}


def test_pause_lets_running_trials_end_and_resume_goes_on(home: tuple[Team, User], start_workers: Workers) -> None:
    study = slow_study(home, max_trials=6)
    start_workers(2)
    actions.launch(study, home[1])
    wait_until(lambda: study.trials.filter(state="complete").exists())
    actions.pause(study, home[1])
    wait_until(lambda: state_of(study) == "paused")
    done = study.next_number
    assert study.trial_counts()["running"] == 0
    assert done < 6
    actions.resume(study, home[1])
    wait_until(lambda: state_of(study) == "complete")
    assert_nothing_lost_or_doubled(study, 6)


def test_a_time_budget_ends_the_study(home: tuple[Team, User], start_workers: Workers) -> None:
    study = slow_study(home, max_trials=500, max_seconds=2.5)
    start_workers(1)
    actions.launch(study, home[1])
    wait_until(lambda: state_of(study) == "complete")
    assert study.reason == "The time budget is used up."
    assert (study.finished_at - study.launched_at).total_seconds() >= 2.5
    assert study.trial_counts()["running"] == 0


def test_two_studies_share_one_worker(home: tuple[Team, User], start_workers: Workers, monkeypatch) -> None:
    monkeypatch.setenv("SLICE_SECONDS", "1")
    version = make_version(*home, rows=400)
    studies = [make_study(version, home[1], max_trials=200, parallel=1, **SLOW) for _ in range(2)]
    start_workers(1)
    for study in studies:
        actions.launch(study, home[1])
    wait_until(lambda: all(study.trials.filter(state="complete").exists() for study in studies))
    for study in studies:
        actions.stop(study, home[1])
    wait_until(lambda: all(state_of(study) == "stopped" for study in studies))


def test_a_study_launched_while_redis_is_empty_of_it_is_rung_again(
    home: tuple[Team, User], start_workers: Workers
) -> None:
    study = make_study(make_version(*home), home[1], max_trials=4)
    actions.launch(study, home[1])
    with bell.connection() as redis:
        redis.flushall()
    start_workers(1)
    wait_until(lambda: state_of(study) == "complete")
    assert_nothing_lost_or_doubled(study, 4)


def test_a_worker_refuses_jobs_that_are_not_ours(
    home: tuple[Team, User], start_workers: Workers, tmp_path: object
) -> None:
    marker = f"{tmp_path}/marker"
    with bell.connection() as redis:
        queue = django_rq.get_queue(bell.QUEUE, connection=redis)
        job = queue.enqueue_call("os.mkdir", args=(marker,))
    start_workers(1)
    study = make_study(make_version(*home), home[1], max_trials=2)
    actions.launch(study, home[1])
    wait_until(lambda: state_of(study) == "complete")
    assert not os.path.exists(marker)
    with bell.connection() as redis:
        assert not redis.exists(f"rq:job:{job.id}")


def test_a_worker_that_is_told_to_stop_gives_nothing_up(home: tuple[Team, User], start_workers: Workers) -> None:
    study = slow_study(home, max_trials=4, parallel=1)
    (first,) = start_workers(1)
    actions.launch(study, home[1])
    wait_until(lambda: study.trials.filter(state="running").exists())
    first.terminate()
    assert first.wait(timeout=35) == 0
    assert not WorkerProcess.objects.filter(name__endswith=f"-{first.pid}").exists()
    assert study.trial_counts()["running"] == 0
    start_workers(1)
    wait_until(lambda: state_of(study) == "complete")
    assert_nothing_lost_or_doubled(study, 4)
    assert not Trial.objects.filter(study=study, attempts__outcome=Outcome.LOST).exists()
