"""Figures as JSON."""

from datetime import timedelta

import pytest
from django.utils import timezone

from studies.models import Study
from tests.factories import make_study, make_trial, make_version


@pytest.fixture
def study(team, alice):
    now = timezone.now()
    study = make_study(make_version(team, alice), alice, state="running", launched_at=now, baseline={"value": 0.55})
    make_trial(study, 0, value=0.71, finished_at=now)
    make_trial(study, 1, value=0.74, finished_at=now + timedelta(seconds=3))
    make_trial(study, 2, state="failed", value=None, stderr=None, finished_at=now)
    make_trial(study, 3, state="running", value=None, stderr=None)
    return study


def test_convergence_has_every_trial_and_a_table(client_of, alice, study):
    data = client_of(alice).get(f"/studies/{study.pk}/charts/convergence/").json()
    assert [row[:3] for row in data["table"]["rows"]] == [
        [0, "complete", 0.71],
        [1, "complete", 0.74],
        [2, "failed", None],
        [3, "running", None],
    ]
    assert data["title"]
    assert data["notes"]["axis"] == "trial"


def test_convergence_by_wall_time(client_of, alice, study):
    browser = client_of(alice)
    by_time = browser.get(f"/studies/{study.pk}/charts/convergence/?x=seconds")
    assert by_time.json()["notes"]["axis"] == "seconds"
    assert by_time.json()["table"]["rows"][1][-1] == pytest.approx(3.0)
    assert browser.get(f"/studies/{study.pk}/charts/convergence/?x=bogus").json()["notes"]["axis"] == "trial"


def test_parallel_has_a_line_for_each_complete_trial(client_of, alice, study):
    data = client_of(alice).get(f"/studies/{study.pk}/charts/parallel/").json()
    assert sorted(data["trials"]) == [0, 1]
    assert [axis["name"] for axis in data["notes"]["axes"]] == ["C", "l1_ratio", "Accuracy"]


def test_empty_studies_have_charts_too(client_of, alice, team):
    study = make_study(make_version(team, alice), alice, state="queued")
    for slug in ("convergence", "parallel"):
        assert client_of(alice).get(f"/studies/{study.pk}/charts/{slug}/").status_code == 200


def test_best_so_far_of_two(client_of, alice, team, study):
    other = make_study(study.dataset_version, alice, name="Other", state="complete")
    make_trial(other, 0, value=0.8, fit_seconds=2.0, score_seconds=0.5)
    path = f"/compare/charts/best-so-far/?study={study.pk}&study={other.pk}&x=seconds"
    rows = client_of(alice).get(path).json()["table"]["rows"]
    assert ["Other", 0, 0.8, 2.5] in rows


def test_best_so_far_with_a_study_that_has_no_trial_yet(client_of, alice, study):
    waiting = make_study(study.dataset_version, alice, name="Waiting", state="queued")
    for axis in ("trial", "seconds"):
        answer = client_of(alice).get(f"/compare/charts/best-so-far/?study={study.pk}&study={waiting.pk}&x={axis}")
        assert {row[0] for row in answer.json()["table"]["rows"]} == {"A study"}


def test_an_unchanged_chart_is_not_sent_again(client_of, alice, study):
    browser = client_of(alice)
    path = f"/studies/{study.pk}/charts/convergence/"
    etag = browser.get(path).headers["ETag"]
    again = browser.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert browser.get(path + "?x=seconds", headers={"If-None-Match": etag}).status_code == 200
    Study.objects.filter(pk=study.pk).update(change=study.change + 1)
    assert browser.get(path, headers={"If-None-Match": etag}).status_code == 200


def test_queries(client_of, alice, study, django_assert_max_num_queries):
    browser = client_of(alice)
    for slug in ("convergence", "parallel"):
        with django_assert_max_num_queries(5):
            browser.get(f"/studies/{study.pk}/charts/{slug}/")


def test_who_may_and_what_is_not_there(client_of, alice, vera, charlie, study):
    path = f"/studies/{study.pk}/charts/convergence/"
    assert client_of(vera).get(path).status_code == 200
    assert client_of(charlie).get(path).status_code == 404
    assert client_of(alice).get(f"/studies/{study.pk}/charts/pie/").status_code == 404
    assert client_of(alice).post(path).status_code == 405
    assert client_of(alice).get(f"/compare/charts/best-so-far/?study={study.pk}").status_code == 404
    assert client_of(charlie).get(f"/compare/charts/best-so-far/?study={study.pk}").status_code == 404
