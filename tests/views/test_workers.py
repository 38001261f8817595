"""Who lives, what runs, what waits."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from studies.models import Lane, WorkerProcess
from tests.factories import make_study, make_trial, make_version
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
    assert "1 ended or was lost in the past hour" in words
    assert "Boosting, trial 4" in words
    assert f'href="/studies/{study.pk}/trials/4/"' in response.content.decode()
    assert "4321" in words
    assert "worker-4" not in response.content.decode()
    assert [row.alive for row in response.context["rows"]] == [True, True, False]


def test_another_teams_work_has_no_name(client_of, charlie, study):
    make_worker("worker-1")
    response = client_of(charlie).get("/workers/")
    assert "another team’s study" in words_of(response)
    assert "Boosting" not in response.content.decode()
    assert f"/studies/{study.pk}/" not in response.content.decode()
    assert "4321" not in words_of(response)


def test_polling_answers_204_until_something_changes(client_of, alice, study):
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
    with django_assert_max_num_queries(9):
        browser.get("/workers/")


def test_who_may(client, client_of, vera):
    assert client_of(vera).get("/workers/").status_code == 200
    assert client_of(vera).post("/workers/").status_code == 405
    assert client_of(vera).post("/workers/live/").status_code == 405
    assert client.get("/workers/").status_code == 302
