"""The list of studies."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from studies.models import Study, WorkerProcess
from tests.factories import make_study, make_trial, make_version
from tests.views.reading import words_of


@pytest.fixture
def version(team, alice):
    return make_version(team, alice, name="Readmission")


def cursor_of(response):
    return re.search(r"studies-live/\?[^\"]*since=([^\"&]+)", response.content.decode())[1]


def test_a_row_says_what_a_study_is_and_how_far_it_came(client_of, alice, version):
    study = make_study(version, alice, name="Boosting", state="running", max_trials=20, launched_at=timezone.now())
    make_trial(study, 0, value=0.7, stderr=0.016)
    make_trial(study, 1, value=0.784, stderr=0.016)
    make_trial(study, 2, value=0.75)
    make_trial(study, 3, state="failed", value=None, stderr=None, reason="timed_out")
    make_trial(study, 4, state="running", value=None, stderr=None, fit_seconds=None, score_seconds=None)
    page = words_of(client_of(alice).get("/"))
    assert f"Readmission v1, {study.target}, Logistic regression" in page
    assert "0.784 ± 0.016" in page
    assert "4 of 20" in page
    assert "left" in page
    assert "3 complete, 1 running, 1 failed" in page
    assert "1 study, 1 trial in progress" in page


def test_the_best_of_a_metric_to_minimise_is_the_lowest(client_of, alice, version):
    study = make_study(version, alice, metric="log_loss", direction="minimize", state="complete")
    for number, value in enumerate([0.5, 0.31, 0.42]):
        make_trial(study, number, value=value, stderr=0.01)
    response = client_of(alice).get("/")
    assert response.context["rows"][0].progress.best.number == 1
    assert [i.number for i in response.context["rows"][0].progress.incumbents] == [0, 1]


def test_no_worker_says_what_to_start(client_of, alice):
    assert "script/server" in words_of(client_of(alice).get("/"))
    WorkerProcess.objects.create(name="w", host="h", pid=1, started_at=timezone.now(), seen_at=timezone.now())
    assert "1 worker serves" in words_of(client_of(alice).get("/"))


def test_a_worker_not_seen_for_a_while_does_not_serve(client_of, alice):
    past = timezone.now() - timedelta(minutes=1)
    WorkerProcess.objects.create(name="w", host="h", pid=1, started_at=past, seen_at=past)
    assert "No worker is running" in words_of(client_of(alice).get("/"))


def test_newcomers_are_led_to_a_table_and_then_to_a_study(client_of, alice, team):
    browser = client_of(alice)
    assert "Upload a table" in words_of(browser.get("/"))
    make_version(team, alice)
    assert "Start the first study" in words_of(browser.get("/"))


def test_compare_is_a_plain_form(client_of, alice, version):
    study = make_study(version, alice)
    page = client_of(alice).get("/").content.decode()
    assert f'<form action="{reverse("compare")}" method="get"' in page
    assert f'name="study" value="{study.pk}"' in page
    assert "Tick two or more studies" in page


def test_search_by_name_and_dataset(client_of, alice, team, version):
    make_study(version, alice, name="Boosting")
    make_study(make_version(team, alice, name="Energy"), alice, name="Forest")
    browser = client_of(alice)
    assert [row.study.name for row in browser.get("/?q=boost").context["rows"]] == ["Boosting"]
    assert [row.study.name for row in browser.get("/?q=energy").context["rows"]] == ["Forest"]
    assert "No study’s name or dataset contains that" in words_of(browser.get("/?q=nothing"))
    assert browser.get("/?q=boost%00").context["rows"]


def test_fifty_on_a_page(client_of, alice, version):
    for i in range(53):
        make_study(version, alice, name=f"Study {i}")
    browser = client_of(alice)
    assert len(browser.get("/").context["rows"]) == 50
    assert len(browser.get("/?page=2").context["rows"]) == 3


def test_the_number_of_queries_does_not_grow(client_of, alice, version, django_assert_max_num_queries):
    browser = client_of(alice)
    for i in range(12):
        study = make_study(version, alice, name=f"Study {i}", state="running")
        for number in range(4):
            make_trial(study, number)
    with django_assert_max_num_queries(13):
        browser.get("/")


def test_polling_answers_204_until_something_changes(client_of, alice, version, django_assert_max_num_queries):
    study = make_study(version, alice, state="running")
    browser = client_of(alice)
    cursor = cursor_of(browser.get("/"))
    with django_assert_max_num_queries(6):
        assert browser.get(f"/studies-live/?since={cursor}").status_code == 204
    Study.objects.filter(pk=study.pk).update(change=study.change + 1)
    answer = browser.get(f"/studies-live/?since={cursor}")
    assert answer.status_code == 200
    assert cursor_of(answer) != cursor
    assert 'id="study-rows" data-live hx-swap-oob="true"' in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_new_study_and_a_new_worker_move_the_cursor(client_of, alice, version):
    browser = client_of(alice)
    seen = {cursor_of(browser.get("/"))}
    make_study(version, alice)
    seen.add(cursor_of(browser.get("/")))
    WorkerProcess.objects.create(name="w", host="h", pid=1, started_at=timezone.now(), seen_at=timezone.now())
    seen.add(cursor_of(browser.get("/")))
    assert len(seen) == 3


def test_names_are_escaped(client_of, alice, version):
    make_study(version, alice, name="<script>alert(1)</script>")
    assert "<script>alert(1)" not in client_of(alice).get("/").content.decode()


def test_strangers_see_nothing_of_it(client_of, charlie, alice, version):
    make_study(version, alice, name="Secret boosting", state="running")
    for path in ("/", "/studies-live/"):
        page = client_of(charlie).get(path)
        assert "Secret boosting" not in page.content.decode()
        assert page.context["now"]["studies"] == 0


def test_visitors_are_sent_to_sign_in(client, db):
    assert client.get("/").status_code == 302
    assert client.get("/studies-live/").status_code == 302


def test_wrong_verb(client_of, alice):
    assert client_of(alice).post("/").status_code == 405
    assert client_of(alice).post("/studies-live/").status_code == 405
