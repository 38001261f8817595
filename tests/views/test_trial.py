"""The page of one trial."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from studies.models import Attempt, Study, Trial
from tests.factories import make_attempt, make_expected_score, make_study, make_trial, make_version
from tests.views.reading import words_of


@pytest.fixture
def study(team, alice):
    study = make_study(make_version(team, alice), alice, name="Boosting", state="running", method="bayesian")
    make_trial(study, 0, value=0.71, stderr=0.012, config={"C": 1.0, "l1_ratio": 0.0}, off_space=True)
    make_trial(study, 1, value=0.743, stderr=0.006, config={"C": 0.5, "l1_ratio": 0.25})
    make_trial(study, 3, value=0.71, stderr=0.02, config={"C": 1.0, "l1_ratio": 0.5})
    return study


def trial_page(browser, study, number):
    return browser.get(f"/studies/{study.pk}/trials/{number}/")


def test_the_sentence_has_score_rank_and_gain(client_of, alice, study):
    browser = client_of(alice)
    best = words_of(trial_page(browser, study, 1))
    assert "CV accuracy 0.743 ± 0.006, the best so far; 3.3 points above the library’s defaults" in best
    assert "Proposed by Bayesian search" in best
    defaults = words_of(trial_page(browser, study, 0))
    assert "CV accuracy 0.710 ± 0.012, rank 2: the library’s defaults" in defaults
    assert "Lies outside the search space" in defaults
    assert "rank 3" in words_of(trial_page(browser, study, 3))


def test_parameters_beside_best_and_defaults(client_of, alice, study):
    rows = {row.name: row for row in trial_page(client_of(alice), study, 3).context["parameters"]}
    assert (rows["C"].here, rows["C"].best, rows["C"].default) == ("1", "0.5", "1")
    assert (rows["C"].differs_from_default, rows["C"].differs_from_best) == (False, True)
    assert rows["l1_ratio"].differs_from_default


def test_a_parameter_that_does_not_count_is_a_dash(client_of, alice, study):
    make_trial(study, 4, config={"C": 2.0})
    rows = {row.name: row for row in trial_page(client_of(alice), study, 4).context["parameters"]}
    assert rows["l1_ratio"].here == "–"
    assert rows["l1_ratio"].differs_from_default


def test_folds_with_scores_and_times(client_of, alice, study):
    make_trial(study, 5, fold_scores=[0.61, 0.62], fit_times=[0.5, 0.7], score_times=[0.002, 0.003], state="running")
    response = trial_page(client_of(alice), study, 5)
    folds = response.context["folds"]
    assert [fold.score for fold in folds] == [0.61, 0.62, None, None, None]
    assert [fold.fit for fold in folds] == [0.5, 0.7, None, None, None]
    assert [fold.best for fold in folds] == [0.68, 0.7, 0.72, 0.71, 0.74]
    assert "Being fitted now: 2 of 5 folds scored" in words_of(response)


def test_repeats_are_named(client_of, alice, study):
    Study.objects.filter(pk=study.pk).update(plan_spec={"kind": "stratified", "folds": 2, "repeats": 2})
    make_trial(study, 6, fold_scores=[0.6, 0.7, 0.8, 0.9], fit_times=[0.1] * 4)
    names = [fold.name for fold in trial_page(client_of(alice), study, 6).context["folds"][:4]]
    assert names == ["Repeat 1, fold 1", "Repeat 1, fold 2", "Repeat 2, fold 1", "Repeat 2, fold 2"]


def test_a_failure_shows_its_whole_error_escaped(client_of, alice, study):
    error = "first line <script>alert(1)</script>"
    make_trial(study, 7, state="failed", reason="timed_out", error=error, traceback="Traceback\n  deep & down",
               value=None, stderr=None, fold_scores=[0.6])  # fmt: skip
    response = trial_page(client_of(alice), study, 7)
    words = words_of(response)
    assert "Failed: ran out of time" in words
    assert "1 fold had been scored" in words
    assert "deep &amp; down" in words
    assert "<script>alert(1)" not in response.content.decode()


def test_attempts_and_warnings(client_of, alice, study):
    trial = make_trial(study, 8, warnings=["lbfgs failed to converge"])
    now = timezone.now()
    for number, outcome, detail in ((1, "lost", "its worker was gone"), (2, "complete", "")):
        Attempt.objects.create(trial=trial, number=number, token=str(number), lane=0, worker=f"worker-{number}",
                               started_at=now, ended_at=now, outcome=outcome, detail=detail)  # fmt: skip
    words = words_of(trial_page(client_of(alice), study, 8))
    assert "2 attempts" in words
    assert "its worker was gone" in words
    assert "1 warning during the fits" in words
    assert "lbfgs failed to converge" in words


def test_attempts_say_in_plain_words_how_each_ended_and_what_counts(client_of, alice, study):
    trial = make_trial(study, 8, state="failed", reason="timed_out", error="x", value=None, stderr=None)
    began = timezone.now() - timedelta(seconds=90)
    ends = (
        ("lost", "The worker lab-3-1-4242 was lost", 6),
        ("killed", "The worker was stopped", 25),
        ("lost", "The fitting process ended: signal 9 (SIGKILL)", 1),
        ("killed", "Stopped at the limit of 2 s per trial.", 2),
    )
    for number, (outcome, detail, seconds) in enumerate(ends, 1):
        ended = began + timedelta(seconds=seconds)
        worker = f"lab-3-{number}-4242"
        make_attempt(trial, number, outcome=outcome, detail=detail, worker=worker, started_at=began, ended_at=ended)
    response = trial_page(client_of(alice), study, 8)
    rows = response.context["attempts"]
    assert [row.ending.word for row in rows] == ["Lost", "Given back", "Lost", "Killed"]
    assert [row.place for row in rows[:2]] == [("1, process 4242", "lab-3"), ("2, process 4242", "lab-3")]
    assert [row.seconds for row in rows] == [6, 25, 1, 2]
    words = words_of(response)
    assert "The worker was stopped Not counted as a loss." in words
    assert "signal 9 (SIGKILL) Loss 2 of 3." in words
    assert "Killed Stopped at the limit of 2 s per trial." in words
    assert 'id="trial-poll"></div>' in response.content.decode()


def test_a_trial_under_way_is_followed_to_its_end(client_of, alice, study, django_assert_max_num_queries):
    browser = client_of(alice)
    trial = make_trial(study, 9, state="waiting", value=None, stderr=None, fold_scores=[])

    def poll(page):
        return browser.get(re.search(r'hx-get="([^"]*live/[^"]*)"', page.content.decode())[1])

    page = trial_page(browser, study, 9)
    with django_assert_max_num_queries(6):
        assert poll(page).status_code == 204
    Trial.objects.filter(pk=trial.pk).update(state="running", fold_scores=[0.7])
    make_attempt(trial, outcome="running", ended_at=None)
    page = poll(page)
    assert "Being fitted now: 1 of 5 folds scored" in words_of(page)
    assert "1 attempt" in words_of(page)
    assert page.content.decode().count('hx-swap-oob="true"') == 4
    Trial.objects.filter(pk=trial.pk).update(state="complete", value=0.7)
    assert poll(page).headers["HX-Refresh"] == "true"


def test_previous_and_next_skip_missing_numbers(client_of, alice, study):
    context = trial_page(client_of(alice), study, 1).context
    assert (context["previous"], context["next"]) == (0, 3)
    assert trial_page(client_of(alice), study, 0).context["previous"] is None


def test_variation_is_for_editors_of_an_open_study(client_of, bob, vera, study):
    link = f"/studies/{study.pk}/?from=1"
    assert link in trial_page(client_of(bob), study, 1).content.decode()
    assert link not in trial_page(client_of(vera), study, 1).content.decode()
    Study.objects.filter(pk=study.pk).update(state="complete")
    assert link not in trial_page(client_of(bob), study, 1).content.decode()


@pytest.mark.parametrize("state", ["waiting", "running", "cancelled", "pruned"])
def test_every_state_has_a_page(client_of, alice, study, state):
    make_trial(study, 9, state=state, value=None, stderr=None, fold_scores=[], fit_seconds=None, score_seconds=None,
               reason="stopped" if state == "cancelled" else "")  # fmt: skip
    assert trial_page(client_of(alice), study, 9).status_code == 200


def test_queries(client_of, alice, study, django_assert_max_num_queries):
    browser = client_of(alice)
    with django_assert_max_num_queries(17):
        trial_page(browser, study, 1)


def test_who_may_and_what_is_not_there(client_of, alice, vera, charlie, study):
    assert trial_page(client_of(charlie), study, 1).status_code == 404
    assert trial_page(client_of(vera), study, 1).status_code == 200
    assert trial_page(client_of(alice), study, 2).status_code == 404
    assert client_of(alice).post(f"/studies/{study.pk}/trials/1/").status_code == 405


EXPLOIT = {"kind": "exploit", "predicted": 0.74, "low": 0.71, "high": 0.77, "best": 0.743, "succeeds": 0.85}


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        (0.75, "It scored 0.750, within the interval, and beat the score to beat."),
        (0.70, "It scored 0.700, below the interval, and did not beat the score to beat."),
        (0.79, "It scored 0.790, above the interval, and beat the score to beat."),
        (0.7431, "It scored 0.743, within the interval and level with the score to beat."),
    ],
)
def test_why_it_was_proposed_and_whether_that_came_true(client_of, alice, study, value, outcome):
    make_trial(study, 5, value=value, origin=EXPLOIT)
    words = words_of(trial_page(client_of(alice), study, 5))
    assert "Proposed to exploit: predicted 0.740 (0.710 to 0.770), 0.743 to beat" in words
    assert "The model gave it a chance of 85 % to have a score at all." in words
    assert outcome in words


def test_why_without_a_score_a_prediction_or_a_reason(client_of, alice, study):
    browser = client_of(alice)
    make_trial(study, 5, state="failed", value=None, origin=EXPLOIT | {"kind": "explore"})
    assert "It has no score to compare: failed." in words_of(trial_page(browser, study, 5))
    make_trial(study, 6, state="running", value=None, origin=EXPLOIT)
    assert "It has no score yet." in words_of(trial_page(browser, study, 6))
    make_trial(study, 7, origin={"kind": "start"})
    assert trial_page(browser, study, 7).context["why"].interval is None
    assert "Proposed to begin the search" in words_of(trial_page(browser, study, 7))
    make_trial(study, 8, origin={"kind": "child", "parents": [1, 3]})
    for number in (1, 8):
        assert trial_page(browser, study, number).context["why"] is None


def test_what_the_resamples_say_of_a_trial(client_of, alice, study):
    browser = client_of(alice)
    assert trial_page(browser, study, 1).context["honest"] is None
    make_expected_score(
        study, chosen={"1": 0.6, "0": 0.004}, tied=[1, 0], optimism=0.02, expected=0.723, low=0.7, high=0.75
    )
    best = words_of(trial_page(browser, study, 1))
    assert "It is what the search chooses; on new data expect 0.723 [0.700, 0.750]" in best
    assert "1 other is tied with it. how? It would have been chosen in 60 % of the resamples." in best
    tied = words_of(trial_page(browser, study, 0))
    assert "Picked by hand, expect about 0.690 on new data: its CV score minus the over-fitting found for" in tied
    assert "(2.0 points), at most the expected score" in tied
    assert "It is tied with the best. how? It would have been chosen in &lt; 1 % of the resamples." in tied
    other = words_of(trial_page(browser, study, 3))
    assert "It is not tied with the best. how? It would have been chosen in none of the resamples." in other
    make_trial(study, 9, finished_at=timezone.now() + timedelta(minutes=1))
    assert trial_page(browser, study, 9).context["honest"] is None
