"""Figures as JSON."""

from datetime import timedelta

import pytest
from django.utils import timezone

from studies.models import Study
from tests.factories import make_attempt, make_study, make_trial, make_version

SLUGS = (
    "convergence",
    "parallel",
    "importance",
    "slice",
    "effect",
    "check",
    "pair",
    "distribution",
    "folds",
    "timeline",
    "lineage",
)


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
    for slug in SLUGS:
        assert client_of(alice).get(f"/studies/{study.pk}/charts/{slug}/").status_code == 200


def test_slice_against_the_parameter_asked_for(client_of, alice, study):
    browser = client_of(alice)
    data = browser.get(f"/studies/{study.pk}/charts/slice/?parameter=l1_ratio").json()
    assert data["notes"]["parameter"] == "l1_ratio"
    assert [row[:2] for row in data["table"]["rows"]] == [[0, "complete"], [1, "complete"], [2, "failed"]]
    assert browser.get(f"/studies/{study.pk}/charts/slice/?parameter=bogus").json()["notes"]["parameter"] == "C"


def test_the_map_of_two_parameters_asked_for(client_of, alice, study):
    browser = client_of(alice)
    data = browser.get(f"/studies/{study.pk}/charts/pair/?px=l1_ratio").json()
    assert (data["notes"]["px"], data["notes"]["py"]) == ("l1_ratio", "C")
    assert [row[:2] for row in data["table"]["rows"]] == [[1, 1], [0, 2], [2, None]]


def test_importance_waits_for_trials_and_then_orders_axes_and_slice(client_of, alice, study):
    browser = client_of(alice)
    early = browser.get(f"/studies/{study.pk}/charts/importance/").json()
    assert early["title"] == "Too few trials to tell what matters: 2 of 10"
    for number in range(4, 60):
        share = number * 0.618 % 1
        make_trial(study, number, config={"C": 10.0 ** (number % 7 - 3), "l1_ratio": share}, value=0.5 + share / 3)
    data = browser.get(f"/studies/{study.pk}/charts/importance/").json()
    assert data["table"]["rows"][0][0] == "l1_ratio"
    axes = browser.get(f"/studies/{study.pk}/charts/parallel/").json()["notes"]["axes"]
    assert [axis["name"] for axis in axes] == ["l1_ratio", "C", "Accuracy"]
    assert axes[0]["share"] > 0.5
    assert browser.get(f"/studies/{study.pk}/charts/slice/").json()["notes"]["parameter"] == "l1_ratio"


def test_the_model_shows_an_effect_and_whether_it_predicts(client_of, alice, study, django_assert_num_queries):
    browser = client_of(alice)
    early = browser.get(f"/studies/{study.pk}/charts/effect/").json()
    assert early["title"] == "Too few trials for a model to believe anything: 2 of 10"
    assert browser.get(f"/studies/{study.pk}/charts/check/").json()["notes"]["empty"]
    for number in range(4, 60):
        share = number * 0.618 % 1
        make_trial(study, number, config={"C": 10.0 ** (number % 7 - 3), "l1_ratio": share}, value=0.5 + share / 3)
    effect = browser.get(f"/studies/{study.pk}/charts/effect/").json()
    assert effect["notes"]["effect"] == "l1_ratio"
    assert effect["title"] == "The model expects the best scores at the upper end of l1_ratio"
    other = browser.get(f"/studies/{study.pk}/charts/effect/?effect=C").json()
    assert other["notes"]["effect"] == "C"
    assert other["figure"]["layout"]["yaxis"]["range"] == effect["figure"]["layout"]["yaxis"]["range"]
    with django_assert_num_queries(5):  # session, person, team, study; how many trials ended: the rest is kept
        check = browser.get(f"/studies/{study.pk}/charts/check/").json()
    assert check["notes"]["verdict"] == "predicts"
    assert sorted(check["trials"]) == [
        0,
        1,
        *range(4, 59),
    ]  # a running study is asked anew when it has grown by a twentieth


def test_distribution_counts_and_marks(client_of, alice, study):
    data = client_of(alice).get(f"/studies/{study.pk}/charts/distribution/").json()
    assert data["title"] == "The only other trial beats the defaults"
    assert sum(row[2] for row in data["table"]["rows"]) == 2
    assert "1 failed trial without a score" in data["subtitle"]


def test_folds_by_value_or_by_number(client_of, alice, study):
    browser = client_of(alice)
    for query, numbers in (("", [1, 0]), ("?order=number", [0, 1]), ("?order=bogus", [1, 0])):
        data = browser.get(f"/studies/{study.pk}/charts/folds/{query}").json()
        assert [row[0] for row in data["table"]["rows"]] == numbers
    assert data["table"]["header"][2:] == [f"Fold {i + 1}" for i in range(5)]


def test_timeline_has_every_attempt(client_of, alice, study):
    first, second = study.trials.get(number=0), study.trials.get(number=3)
    start = study.launched_at
    make_attempt(first, 1, started_at=start, ended_at=start + timedelta(seconds=4), outcome="lost")
    make_attempt(first, 2, started_at=start + timedelta(seconds=5), ended_at=start + timedelta(seconds=9), lane=1)
    make_attempt(second, 1, started_at=start + timedelta(seconds=6), outcome="running", ended_at=None)
    rows = client_of(alice).get(f"/studies/{study.pk}/charts/timeline/").json()["table"]["rows"]
    assert [row[:6] for row in rows] == [
        [0, 1, 1, "lost", 0.0, 4.0],
        [0, 2, 2, "complete", 5.0, 9.0],
        [3, 1, 1, "running", 6.0, None],
    ]


def test_lineage_has_the_parents_of_each_trial(client_of, alice, study):
    make_trial(study, 4, value=0.8, origin={"kind": "child", "parents": [1, 0]})
    make_trial(study, 5, value=0.7, origin={"kind": "child", "parents": [2]})
    data = client_of(alice).get(f"/studies/{study.pk}/charts/lineage/").json()
    assert data["title"] == "The best, trial 4, descends from 2 trials over 1 generation"
    assert [row[2] for row in data["table"]["rows"]] == [None, None, "1, 0", None]


def test_best_so_far_of_two(client_of, alice, team, study):
    other = make_study(study.dataset_version, alice, name="Other", state="complete")
    make_trial(other, 0, value=0.8, fit_seconds=2.0, score_seconds=0.5)
    path = f"/compare/charts/best-so-far/?study={study.pk}&study={other.pk}&x=seconds"
    rows = client_of(alice).get(path).json()["table"]["rows"]
    assert ["Other", 0, 0.8, 2.5] in rows


def test_distributions_of_two(client_of, alice, charlie, study):
    other = make_study(study.dataset_version, alice, name="Other", state="complete")
    make_trial(other, 0, value=0.8)
    lines = client_of(alice).get(f"/compare/charts/parallel/?study={study.pk}&study={other.pk}").json()
    assert sorted(lines["notes"]["places"]) == [[study.pk, 0], [study.pk, 1], [other.pk, 0]]
    path = f"/compare/charts/distribution/?study={study.pk}&study={other.pk}"
    rows = client_of(alice).get(path).json()["table"]["rows"]
    assert [row[:2] for row in rows] == [["A study", 2], ["Other", 1]]
    assert client_of(charlie).get(path).status_code == 404
    assert client_of(alice).get(path.replace("distribution", "pie")).status_code == 404


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
    for slug in SLUGS:
        with django_assert_max_num_queries(7):
            browser.get(f"/studies/{study.pk}/charts/{slug}/")


def test_who_may_and_what_is_not_there(client_of, alice, vera, charlie, study):
    path = f"/studies/{study.pk}/charts/convergence/"
    viewer, stranger = client_of(vera), client_of(charlie)
    for slug in SLUGS:
        assert viewer.get(f"/studies/{study.pk}/charts/{slug}/").status_code == 200
        assert stranger.get(f"/studies/{study.pk}/charts/{slug}/").status_code == 404
    assert client_of(alice).get(f"/studies/{study.pk}/charts/pie/").status_code == 404
    assert client_of(alice).post(path).status_code == 405
    assert client_of(alice).get(f"/compare/charts/best-so-far/?study={study.pk}").status_code == 404
    assert client_of(charlie).get(f"/compare/charts/best-so-far/?study={study.pk}").status_code == 404
