"""The price of a search in minutes: asked for when the form rests, said in words when it cannot be had."""

import pytest
from django.test import Client
from django.utils import timezone

from studies.engine import bell
from studies.models import ProbeState, ProbeTiming, WorkerProcess
from tests.factories import make_study, make_trial, make_version
from tests.views.reading import posted_back, words_of

URL = "/studies/new/"


@pytest.fixture
def workers(db, monkeypatch):
    """Two workers that are alive, and a queue that takes the bell; the job itself is tested with real workers."""
    now = timezone.now()
    for name in "ab":
        WorkerProcess.objects.create(name=name, host="h", pid=1, started_at=now, seen_at=now)
    monkeypatch.setattr(bell, "ring_probe", lambda probe: True)


def checked(browser: Client, **typed: str):
    return browser.post(f"{URL}check/", posted_back(browser.get(URL)) | typed)


def test_it_asks_only_once_the_form_rests(browser, version, workers, bob) -> None:
    assert "Timing a few fits" in words_of(checked(browser))
    assert not ProbeTiming.objects.exists()
    response = checked(browser, timing="1")
    assert "A few fits are timed as soon as a worker is free" in words_of(response)
    assert 'data-timing="wanted"' in response.content.decode()
    assert ProbeTiming.objects.get().asked_by == bob


def test_the_range_comes_first_then_the_sum_then_what_else(browser, version, workers) -> None:
    checked(browser, timing="1")
    ProbeTiming.objects.update(
        state=ProbeState.DONE, low=1.0, typical=2.0, high=3.0, timed=12, timed_rows=48, train_rows=48
    )
    response = checked(browser, repeats="1", trials="60", parallel="2")
    words = words_of(response)
    assert "3 to 8 min on 2 workers" in words  # 60 × (5 × 1 s + 0.04 s) / 2 to 60 × (5 × 3 s + 0.04 s) / 2
    assert "From 12 timed fits on your data, about 2.0 s each." in words
    assert "300 fits" in words
    assert "On 1 worker5 to 15 min" in words
    assert "With 3 repeats8 to 23 min" in words
    assert "A worker fitted and scored the defaults and 11 points" in words
    assert 'data-timing=""' in response.content.decode()
    assert "3 to 5 min on 2 workers" in words_of(checked(browser, minutes="5"))  # its own limit ends it
    assert "5 to 15 s a trial" in words_of(checked(browser, method="manual"))


def test_other_ranges_show_the_old_timing_meanwhile(browser, version, workers) -> None:
    checked(browser, timing="1")
    ProbeTiming.objects.update(state=ProbeState.DONE, low=1.0, typical=2.0, high=3.0, timed=12, timed_rows=48)
    response = checked(browser, **{"space.C.high": "10"})
    assert "As timed with other ranges. Timing a few fits" in words_of(response)
    assert 'data-timing="wanted"' in response.content.decode()


def test_what_the_model_said_is_shown_before_the_launch(browser, version, workers) -> None:
    checked(browser, timing="1")
    ProbeTiming.objects.update(state=ProbeState.FAILED, error="Fold 1 of 2: <b>singular</b>")
    response = checked(browser)
    assert "&lt;b&gt;singular" in response.content.decode()
    assert 'data-timing=""' in response.content.decode()


def test_without_a_worker_it_says_so_and_launching_works(browser, version) -> None:
    assert "No worker is running, so no fit can be timed" in words_of(checked(browser, timing="1"))
    assert browser.post(URL, posted_back(browser.get(URL)) | {"action": "launch"}).status_code == 302


def test_without_script_the_refresh_button_asks(browser, version, workers) -> None:
    browser.post(URL, posted_back(browser.get(URL)) | {"action": "refresh"})
    assert ProbeTiming.objects.count() == 1


def test_nothing_is_timed_while_something_is_wrong(browser, version, workers) -> None:
    checked(browser, timing="1", trials="-3")
    checked(browser, timing="1", **{"space.C.low": "x"})
    assert not ProbeTiming.objects.exists()


def test_a_check_stays_quick_with_many_trials(browser, version, bob, django_assert_max_num_queries) -> None:
    study = make_study(version, bob, state="complete")
    for number in range(60):
        make_trial(study, number, score_times=[0.01] * 5)
    data = posted_back(browser.get(f"{URL}?clone={study.pk}"))
    with django_assert_max_num_queries(14):
        response = browser.post(f"{URL}check/", data)
    assert "From 60 finished trials of this model on this data" in words_of(response)


def test_another_teams_timings_and_trials_are_not_used(browser, version, workers, client_of, charlie) -> None:
    make_version(charlie.teams.get(), charlie, rows=60, name="Mine")
    checked(browser, timing="1")
    ProbeTiming.objects.update(state=ProbeState.DONE, low=1.0, typical=2.0, high=3.0, timed=12, timed_rows=48)
    response = checked(client_of(charlie), timing="1")
    assert "A few fits are timed as soon as" in words_of(response)
    assert ProbeTiming.objects.of_team(charlie.teams.get()).count() == 1


def test_viewers_time_nothing(client_of, vera, version, workers) -> None:
    assert client_of(vera).post(f"{URL}check/", {"timing": "1"}).status_code == 403
    assert not ProbeTiming.objects.exists()
