"""Processes that are killed, frozen or told to stop: F1, F2, F3, F17, F26, F30, F31 of the fault list."""

import os
import signal

import pytest
from django.core.files.base import ContentFile
from django.db.models import QuerySet
from django.test import Client

from studies.engine import actions
from studies.engine.intake import store_upload
from studies.models import DatasetVersion, Lane, Outcome, Study, TableReading, Trial, WorkerProcess
from tests.engine.conftest import state_of, wait_until
from tests.factories import csv_text
from tests.faults.conftest import Crew, Home, Launch, busy_lane, running_on
from tests.faults.oracle import is_running


def lost(study: Study) -> list[Trial]:
    return list(study.trials.filter(attempts__outcome=Outcome.LOST).distinct())


@pytest.mark.parametrize("who", ["parent", "horse", "child"])
def test_a_killed_process_costs_one_attempt(who: str, crew: Crew, launch: Launch) -> None:
    crew.start(2)
    study = launch(max_trials=8)
    for _ in range(4):  # until the kill does not meet the moment between two trials
        lane = busy_lane(study)
        parent = next(worker for worker in crew.processes if lane.worker.endswith(f"-{worker.pid}"))
        os.kill({"parent": parent.pid, "horse": lane.horse_pid, "child": lane.child_pid}[who], signal.SIGKILL)
        same = Lane.objects.filter(pk=lane.pk, token=lane.token, child_pid=lane.child_pid)
        wait_until(lambda same=same: retried(study).exists() or not same.exists())
        if retried(study).exists():
            break
        if who == "parent":
            crew.start(1)
    if who != "child":
        wait_until(lambda: not is_running(lane.horse_pid) and not is_running(lane.child_pid), 10)
    crew.check(study)
    trial = retried(study).get()
    first, second = trial.attempts.values_list("outcome", flat=True)
    # A parent's death that no other worker has lived to see is not held against the trial.
    assert first in ({Outcome.LOST, Outcome.KILLED} if who == "parent" else {Outcome.LOST})
    assert second == Outcome.COMPLETE
    assert study.trial_counts()["complete"] == 8


def retried(study: Study) -> QuerySet[Trial]:
    """Trials with an attempt that has ended and is to be made good, or was."""
    return study.trials.filter(attempts__outcome__in=[Outcome.LOST, Outcome.KILLED]).distinct()


def test_when_all_workers_are_dead_the_page_says_so_and_a_new_one_goes_on(
    crew: Crew, launch: Launch, home: Home, client_of: object, settings
) -> None:
    settings.READING_NOW_MB = 0
    version = store_upload(*home, ContentFile(csv_text().encode(), "table.csv"), "Read twice")
    content = version.upload_path.read_bytes()
    version.upload_path.unlink()
    os.mkfifo(version.upload_path)  # whoever reads it waits for more
    workers = crew.start(2)
    wait_until(TableReading.objects.filter(state="running").exists)
    study = launch(max_trials=5)
    busy_lane(study)
    for worker in workers:
        worker.kill()
        worker.wait()
    version.upload_path.unlink()
    version.upload_path.write_bytes(content)
    WorkerProcess.objects.update(seen_at="2020-01-01T00:00Z")  # as after a while
    browser: Client = client_of(home[1])
    assert "No worker is running" in browser.get("/workers/").content.decode()
    assert browser.get("/readyz").status_code == 503
    crew.start(1)
    crew.check(study)
    assert study.trial_counts()["complete"] == 5
    wait_until(lambda: DatasetVersion.objects.get(pk=version.pk).state != "reading")
    reading = TableReading.objects.get()
    assert (reading.state, reading.attempts, reading.version.rows) == ("complete", 2, 60)
    assert reading.version.table_path.exists()


def test_a_result_from_a_worker_that_was_given_up_is_refused(crew: Crew, launch: Launch) -> None:
    """The whole worker is frozen, its trial is run by the other one, then it comes back and wants to tell."""
    first, second = crew.start(2)
    study = launch(max_trials=6)
    lane = busy_lane(study)
    frozen = [first.pid if lane.worker.endswith(f"-{first.pid}") else second.pid, lane.horse_pid, lane.child_pid]
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        trial = running_on(lane)
        if trial is None:  # it ended in the last moment before
            trial = Trial.objects.filter(study=study, attempts__token=lane.token).latest("number")
        wait_until(lambda: state_of(study) == "complete")
        told = list(study.trials.order_by("number").values("state", "value", "fold_scores", "finished_at"))
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
    wait_until(lambda: not is_running(lane.horse_pid) and not is_running(lane.child_pid))
    wait_until(lambda: WorkerProcess.objects.count() == 2)
    crew.check(study, overlaps=True)
    assert list(study.trials.order_by("number").values("state", "value", "fold_scores", "finished_at")) == told
    more = launch(max_trials=4, seed=1)
    crew.check(more)  # both workers serve on


def test_a_worker_that_is_told_to_stop_hands_over(crew: Crew, launch: Launch) -> None:
    first, second = crew.start(2)
    study = launch(max_trials=8)
    lane = busy_lane(study)
    leaves, stays = (first, second) if lane.worker.endswith(f"-{first.pid}") else (second, first)
    leaves.terminate()
    assert leaves.wait(60) == 0
    assert not Lane.objects.filter(worker=lane.worker).exclude(token="").exists()
    assert not is_running(lane.horse_pid)
    crew.check(study)
    assert stays.poll() is None
    assert lost(study) == []


def test_stopping_a_study_ends_the_grandchildren_of_its_fits(crew: Crew, launch: Launch, home: Home) -> None:
    crew.start(1)
    study = launch(defaults={"x": 0.5, "fault": "joblib_grandchildren"}, max_trials=1)
    busy_lane(study)
    wait_until(lambda: len(crew.left_over()) >= 2)
    actions.stop(study, home[1])
    wait_until(lambda: state_of(study) == "stopped")
    wait_until(lambda: not crew.left_over(), 10)
    crew.check(study)


def test_a_bayesian_study_goes_on_from_the_rows_alone(crew: Crew, launch: Launch) -> None:
    """One at a time and killed in between: the same trials as a study that nobody disturbed."""
    crew.start(1)
    studies = []
    for disturbed in (False, True):
        study = launch(method="bayesian", max_trials=7, parallel=1)
        studies.append(study)
        if disturbed:
            wait_until(lambda study=study: study.trial_counts()["complete"] >= 3)
            os.kill(busy_lane(study).horse_pid, signal.SIGKILL)
        crew.check(study)
        crew.log.unlink()  # the second has the first one's seeds
    calm, disturbed = (list(study.trials.order_by("number").values_list("config", "fold_scores")) for study in studies)
    assert disturbed == calm
    assert len(lost(studies[1])) == 1
