"""Who lives, what runs, what waits."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from studies.models import Lane, ModelFile, ProbeTiming, TableReading, VersionDifference, WorkerProcess
from studies.views.workers import why_waiting
from tests.factories import add_version, make_attempt, make_study, make_trial, make_version
from tests.views.reading import words_of


@pytest.fixture
def study(team, alice):
    study = make_study(make_version(team, alice), alice, name="Boosting", state="running")
    make_trial(study, 4, state="running", token="t" * 32, value=None, stderr=None, started_at=timezone.now())
    Lane.objects.create(study=study, number=0, token="t" * 32, worker="worker-1", horse_pid=4321)
    return study


def make_worker(name, seconds_ago=0):
    seen = timezone.now() - timedelta(seconds=seconds_ago)
    return WorkerProcess.objects.create(name=name, host="lab-3", pid=3000, started_at=seen, seen_at=seen)


def cursor_of(response):
    return re.search(r"workers/live/\?since=(\w+)", response.content.decode())[1]


def test_no_worker_says_what_to_start(client_of, alice):
    words = words_of(client_of(alice).get("/workers/"))
    assert "No worker is running" in words
    assert "script/worker" in words


def test_redis_that_is_away_is_said(client_of, alice):
    # The tests' own data folder has no Redis on its socket.
    assert "Redis does not answer" in words_of(client_of(alice).get("/workers/"))


def test_what_each_worker_does(client_of, alice, study):
    make_worker("worker-1")
    make_worker("worker-2")
    make_worker("worker-3", seconds_ago=120)
    make_worker("worker-4", seconds_ago=7200)
    response = client_of(alice).get("/workers/")
    words = words_of(response)
    assert "2 are alive, 1 busy" in words
    assert "1 was lost in the past hour" in words
    assert "Boosting, trial 4" in words
    assert f'href="/studies/{study.pk}/trials/4/"' in response.content.decode()
    assert "4321" in words
    assert "worker-4" not in response.content.decode()
    assert [row.alive for row in response.context["rows"]] == [True, True, False]


def test_timing_for_a_form_and_fitting_a_model_are_said_too(client_of, alice, charlie, study):
    now = timezone.now()
    make_worker("lab-3-1-77")
    make_worker("lab-3-2-78")
    ProbeTiming.objects.create(version=study.dataset_version, key="k", group="g", train_rows=1, valid_rows=1,
                               state="running", asked_at=now, started_at=now, worker="lab-3-1-77")  # fmt: skip
    ModelFile.objects.create(trial=make_trial(study, 7), state="running", asked_at=now, started_at=now,
                             worker="lab-3-2-78")  # fmt: skip
    first = study.dataset_version
    second = add_version(first)
    under_way = {"state": "running", "asked_at": now, "started_at": now}
    TableReading.objects.create(version=second, worker="lab-3-1-77", **under_way)
    VersionDifference.objects.create(before=first, after=second, worker="lab-3-2-78", **under_way)
    words = words_of(client_of(alice).get("/workers/"))
    assert f"reads version 2 of {first.dataset.name}" in words
    assert f"compares versions 1 and 2 of {first.dataset.name}" in words
    assert f"times fits for a form on {study.dataset_version.dataset.name}" in words
    assert "fits the model of Boosting, trial 7" in words
    words = words_of(client_of(charlie).get("/workers/"))
    assert "times fits for another team’s form" in words
    assert "fits a model for another team" in words
    assert words.count("is at a table of another team") == 2
    assert "Boosting" not in words
    assert study.dataset_version.dataset.name not in words


def test_a_lost_worker_says_what_became_of_its_trials(client_of, alice, charlie, study):
    make_worker("lab-3-1-77", seconds_ago=60)
    make_worker("lab-4-1-12")
    Lane.objects.update(worker="lab-4-1-12")
    again = study.trials.get(number=4)
    make_attempt(again, 1, outcome="lost", worker="lab-3-1-77", detail="The worker lab-3-1-77 was lost")
    make_attempt(make_trial(study, 5), 1, outcome="lost", worker="lab-3-1-77")
    words = words_of(client_of(alice).get("/workers/"))
    assert "Boosting, trial 4 runs again" in words
    assert "Boosting, trial 5 ran again and is complete" in words
    assert "2 attempts lost in the past day" in words
    words = words_of(client_of(charlie).get("/workers/"))
    assert "2 trials of other teams" in words
    assert "Boosting" not in words


def test_what_waits_and_why(client_of, alice, charlie, study):
    make_worker("worker-1")
    waiting = make_study(study.dataset_version, alice, name="Patience", state="queued")
    Lane.objects.create(study=waiting, number=0, job_id="j", rung_at=timezone.now() - timedelta(seconds=75))
    done = make_study(study.dataset_version, alice, name="Nothing left", state="running", max_trials=1, next_number=1)
    for study_of_trials, number in ((done, 0), (study, 6)):
        make_trial(study_of_trials, number, finished_at=timezone.now())
    response = client_of(alice).get("/workers/")
    words = words_of(response)
    assert [(w.study.name, w.held) for w in response.context["waiting"]] == [("Patience", 0)]
    assert re.search(r"The oldest for [^;]*; all workers are busy", words)
    assert "0.1 trials a minute" in words
    assert "Redis does not answer; it begins when Redis is back." in words
    assert "Patience" not in words_of(client_of(charlie).get("/workers/"))
    assert why_waiting(2, 2, redis_away=False) == "all 2 workers are busy; studies take turns of a few seconds."
    assert why_waiting(0, 0, redis_away=False) == "no worker is running."


def test_a_lane_that_took_several_trials_is_at_one(client_of, alice, study):
    make_worker("worker-1")
    for number in range(5, 12):
        make_trial(study, number, state="running", token="t" * 32, value=None, stderr=None)
    assert "Boosting, trial 4 and 7 after it" in words_of(client_of(alice).get("/workers/"))


def test_another_teams_work_has_no_name(client_of, charlie, study):
    make_worker("worker-1")
    response = client_of(charlie).get("/workers/")
    assert "another team’s study" in words_of(response)
    assert "Boosting" not in response.content.decode()
    assert f"/studies/{study.pk}/" not in response.content.decode()
    assert "4321" not in words_of(response)


def test_polling_answers_204_until_something_changes(client_of, alice, study, monkeypatch):
    monkeypatch.setattr("studies.views.workers.STEP", 10**12)  # what only ages is no change here
    make_worker("worker-1")
    browser = client_of(alice)
    cursor = cursor_of(browser.get("/workers/"))
    assert browser.get(f"/workers/live/?since={cursor}").status_code == 204
    Lane.objects.update(token="")
    answer = browser.get(f"/workers/live/?since={cursor}")
    assert answer.status_code == 200
    assert cursor_of(answer) != cursor
    assert "waits for work" in words_of(answer)
    assert 'hx-swap-oob="true"' in answer.content.decode()


def test_queries(client_of, alice, study, django_assert_max_num_queries):
    for i in range(8):
        make_worker(f"worker-{i}")
    browser = client_of(alice)
    with django_assert_max_num_queries(14):
        browser.get("/workers/")


def test_who_may(client, client_of, vera):
    assert client_of(vera).get("/workers/").status_code == 200
    assert client_of(vera).post("/workers/").status_code == 405
    assert client_of(vera).post("/workers/live/").status_code == 405
    assert client.get("/workers/").status_code == 302
