"""The page of one study, its actions and its live part."""

import csv
import io
import re

import pytest
from django.utils import timezone

from studies.models import Lane, Study, Trial, WorkerProcess
from tests.factories import (
    make_attempt,
    make_expected_score,
    make_running_study,
    make_study,
    make_trial,
    make_version,
)
from tests.views.reading import page_of, words_of

BASELINE = {"value": 0.55, "stderr": 0.01, "fold_scores": [0.55]}


@pytest.fixture
def version(team, alice):
    return make_version(team, alice, name="Readmission")


@pytest.fixture
def study(version, alice):
    """Runs, with the defaults at 0.71, the best (0.743) at trial 3, a failed and a running trial."""
    return make_running_study(version, alice, baseline=BASELINE)


# -- the headline


def test_the_headline_has_the_best_its_noise_and_its_gain(client_of, alice, study):
    words = words_of(page_of(client_of(alice), study))
    assert "Best CV accuracy 0.743 ± 0.006 by trial 3 of 24; 3.3 points above the library’s defaults" in words
    assert "5 of 24" in words
    assert "4 complete, 1 running, 1 failed" in words


def test_the_headline_when_nothing_beats_the_defaults(client_of, alice, version):
    study = make_study(version, alice, state="running")
    make_trial(study, 0, value=0.8, config={"C": 1.0})
    make_trial(study, 1, value=0.7)
    assert "by the library’s defaults, which no other trial has beaten" in words_of(page_of(client_of(alice), study))


def test_errors_are_compared_in_percent(client_of, alice, version):
    study = make_study(version, alice, state="running", metric="rmse", direction="minimize", task="regression")
    make_trial(study, 0, value=40.0, stderr=1.0)
    make_trial(study, 1, value=30.0, stderr=1.0)
    words = words_of(page_of(client_of(alice), study))
    assert "Best CV RMSE 30.0 ± 1.0 by trial 1 of 10; 25.0 % below the library’s defaults" in words


def test_the_headline_of_a_draft(client_of, alice, version):
    words = words_of(page_of(client_of(alice), make_study(version, alice)))
    assert "Not launched yet: 10 trials of random search" in words
    assert "Launch" in words


def test_the_headline_before_the_first_score(client_of, alice, version):
    study = make_study(version, alice, state="queued")
    make_trial(study, 0, state="waiting", value=None, stderr=None, fold_scores=[])
    browser = client_of(alice)
    assert "Waiting for a worker: none is running" in words_of(page_of(browser, study))
    WorkerProcess.objects.create(name="w", host="h", pid=1, started_at=timezone.now(), seen_at=timezone.now())
    assert "Waiting for the first trial" in words_of(page_of(browser, study))


def test_the_headline_says_why_all_failed(client_of, alice, version):
    study = make_study(version, alice, state="failed", reason="The first 3 trials all failed.")
    for number, error in enumerate(["too <b>large</b>", "too <b>large</b>\nmore", "other"]):
        make_trial(study, number, state="failed", reason="out_of_memory", error=error, value=None, stderr=None)
    response = page_of(client_of(alice), study)
    assert "All 3 trials failed" in words_of(response)
    assert "Most often: ran out of memory. too &lt;b&gt;large&lt;/b&gt;" in words_of(response)
    assert "<b>large</b>" not in response.content.decode()
    assert f'href="/studies/{study.pk}/trials/0/#error"' in response.content.decode()
    assert "More of the same would fail the same way" in words_of(response)


def test_trials_that_one_lane_took_at_once_do_not_all_run(client_of, alice, version):
    study = make_study(version, alice, state="running", parallel=2, max_trials=60)
    make_trial(study, 0)
    for number in range(1, 38):
        make_trial(study, number, state="running", value=None, stderr=None, fold_scores=[])
    browser = client_of(alice)
    assert "1 complete, 2 running, 35 waiting" in words_of(page_of(browser, study))
    words = words_of(browser.get("/"))
    assert "1 study, 2 trials in progress 35 more wait for a worker" in words


def test_what_a_lane_has_taken_and_not_begun_is_next(client_of, alice, version):
    study = make_study(version, alice, state="running", next_number=6)
    Lane.objects.create(study=study, number=0, token="a", begun=1)
    Lane.objects.create(study=study, number=1, token="b", begun=2)  # not heard of since it has begun trial 4
    for number, token in enumerate("aaaabb"):
        make_attempt(
            make_trial(study, number, state="running", token=token, value=None, fold_scores=[]),
            outcome="running",
            ended_at=None,
        )
    browser = client_of(alice)
    board = page_of(browser, study).context["board"]
    assert [line.trial.number for line in board.in_progress if line.is_next] == [2, 3, 5]
    for number, is_next in ((1, False), (3, True), (4, False), (5, True)):
        words = words_of(browser.get(f"/studies/{study.pk}/trials/{number}/"))
        assert ("Next on its worker" in words, "Being fitted now" in words) == (is_next, not is_next)
        assert ("its worker runs another trial first" in words) == is_next


def test_a_manual_study_waits_for_a_person(client_of, alice, version):
    study = make_study(version, alice, state="running", method="manual")
    make_trial(study, 0)
    words = words_of(page_of(client_of(alice), study))
    assert "waits for your next trial" in words
    assert "Finish" in words


# -- the leaderboard


def test_the_leaderboard_has_three_groups(client_of, alice, study):
    board = page_of(client_of(alice), study).context["board"]
    assert [line.trial.number for line in board.in_progress] == [5]
    assert [(line.rank, line.trial.number) for line in board.ranked] == [(1, 3), (2, 1), (3, 0), (4, 2)]
    assert [line.trial.number for line in board.without] == [4]
    assert board.without[0].why == "Ran 2 s"
    assert board.ranked[0].is_best


def test_scores_of_the_leaderboard_have_the_decimals_of_the_best(client_of, alice, version):
    study = make_study(version, alice, state="running", metric="log_loss", direction="minimize")
    make_trial(study, 0, value=0.31234, stderr=0.0163)
    make_trial(study, 1, value=0.27123, stderr=0.0241)
    words = words_of(page_of(client_of(alice), study))
    assert "0.27 ± 0.02" in words
    assert "0.31 ± 0.02" in words
    assert "0.312" not in words


def test_defaults_are_grey_and_rows_carry_their_number(client_of, alice, study):
    page = page_of(client_of(alice), study).content.decode()
    row = re.search(r'(?s)<tr data-trial="0">.*?</tr>', page)[0]
    assert row.count('class="num same"') == 2
    assert "defaults" in row
    assert 'data-trial="5"' in page


def test_twenty_rows_are_seen_a_hundred_sent_and_all_on_request(client_of, alice, version):
    study = make_study(version, alice, state="complete", max_trials=120)
    Trial.objects.bulk_create(
        Trial(study=study, number=i, source="method", config={"C": 1.0}, state="complete", value=i / 1000, stderr=0.01)
        for i in range(105)
    )
    browser = client_of(alice)
    page = page_of(browser, study)
    assert len(page.context["board"].ranked) == 100
    assert page.content.decode().count('class="beyond"') == 80
    assert 'data-first="20"' in page.content.decode()
    assert "Show all 105" in words_of(page)
    everything = page_of(browser, study, "?all")
    assert len(everything.context["board"].ranked) == 105
    assert "beyond" not in everything.content.decode()
    assert "data-first" not in everything.content.decode()
    assert "Show the first only" in words_of(everything)


def test_queries_do_not_grow_with_trials(client_of, alice, version, django_assert_max_num_queries):
    study = make_study(version, alice, state="running", max_trials=100)
    for number in range(60):
        make_trial(study, number)
    browser = client_of(alice)
    with django_assert_max_num_queries(29):
        page_of(browser, study)
    make_expected_score(study)
    with django_assert_max_num_queries(28):
        page_of(browser, study)


# -- live


def test_polling_answers_204_until_the_study_changes(client_of, alice, study, django_assert_max_num_queries):
    browser = client_of(alice)
    with django_assert_max_num_queries(7):
        assert browser.get(f"/studies/{study.pk}/live/?since={study.change}").status_code == 204
    Study.objects.filter(pk=study.pk).update(change=study.change + 1)
    answer = browser.get(f"/studies/{study.pk}/live/?since={study.change}")
    assert answer.status_code == 200
    assert '"study-changed"' in answer.headers["HX-Trigger"]
    page = answer.content.decode()
    assert f"since={study.change + 1}" in page
    assert page.count('hx-swap-oob="true"') == 3
    assert "<dialog" not in page


def test_a_live_study_says_what_keeps_it_waiting_and_what_was_lost(client_of, alice, study):
    browser = client_of(alice)
    first = page_of(browser, study)
    assert "No worker is running" in words_of(first)
    assert "Redis does not answer" in words_of(first)  # the tests' own folder has none on its socket
    seen = re.search(r"live/\?since=\d+&amp;seen=([^\"&]*)", first.content.decode())[1]
    live = f"/studies/{study.pk}/live/?since={study.change}&seen={seen}"
    assert browser.get(live).status_code == 204
    now = timezone.now()
    WorkerProcess.objects.create(name="lab-1-77", host="lab", pid=77, started_at=now, seen_at=now)
    Lane.objects.create(study=make_study(study.dataset_version), number=0, token="t", worker="lab-1-77")
    answer = words_of(browser.get(live))
    assert "No worker is running" not in answer
    assert "Waits for a worker: the only worker is busy" in answer
    Lane.objects.create(study=study, number=0, token="u", worker="lab-1-77")
    lost = make_trial(study, 7, state="running", value=None, stderr=None, fold_scores=[], token="u")
    make_attempt(lost, outcome="lost", detail="The worker lab-2-78 was lost", worker="lab-2-78")
    answer = words_of(browser.get(live))
    assert "Waits for a worker" not in answer
    assert "The 1 parallel trial goes on." in answer
    assert "The worker lab-2-78 was lost; trial 7 runs again." in answer
    assert "Attempt lost, trial 7 The worker lab-2-78 was lost; the trial runs again" in answer


def test_polling_ends_when_study_and_expected_score_are_done(client_of, alice, study):
    row = make_expected_score(study, row={"state": "running", "figures": None})
    browser = client_of(alice)
    Study.objects.filter(pk=study.pk).update(state="complete", change=9, finished_at=timezone.now())
    page = browser.get(f"/studies/{study.pk}/live/?since=8").content.decode()
    assert "since=9" in page
    assert "is being worked out" in page or "waits for a worker" in page
    row.delete()
    make_expected_score(study)
    page = browser.get(f"/studies/{study.pk}/live/?since=8").content.decode()
    assert "hx-get" not in page
    assert "data-poll" in page


def test_a_page_has_no_inline_script_or_handler(client_of, alice, study):
    page = page_of(client_of(alice), study).content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\son\w+=|hx-on|js:|javascript:", page)


# -- the CSV


def test_the_csv_has_every_trial_and_no_formula(client_of, alice, study):
    Trial.objects.filter(study=study, number=4).update(error='=HYPERLINK("http://x")')
    answer = client_of(alice).get(f"/studies/{study.pk}/trials.csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["number"] for row in rows] == ["0", "1", "2", "3", "4", "5"]
    assert float(rows[3]["value"]) == 0.743
    assert rows[4]["error"].startswith("'=")
    assert rows[5]["fold_2"] == "0.72"
    assert rows[0]["C"] == "1.0"


# -- who may


def test_who_may(client_of, vera, charlie, study):
    for path in ("", "live/", "trials.csv"):
        assert client_of(vera).get(f"/studies/{study.pk}/{path}").status_code == 200
        assert client_of(charlie).get(f"/studies/{study.pk}/{path}").status_code == 404


def test_wrong_verb(client_of, alice, study):
    for path in ("", "live/", "trials.csv"):
        assert client_of(alice).post(f"/studies/{study.pk}/{path}").status_code == 405


# -- the expected score


def test_the_page_says_what_to_expect_and_what_to_keep(client_of, alice, study):
    ledger = {"studies": 9, "people": 4, "trials": 1240, "best": 0.871, "expected": 0.822}
    make_expected_score(study, ledger=ledger, rows=60, optimism=0.02, recent={"trials": 20, "share": 0.09})
    page = page_of(client_of(alice), study)
    words = words_of(page)
    assert "Expect 0.723 accuracy on new data [0.683, 0.758]" in words
    assert "The best of 4 complete trials, trial 3, scored 0.743 in cross-validation." in words
    assert "About 2.0 points of that come from picking the best of many." in words
    assert "Keep trial 1: same score, 8 times faster." in words
    assert "With 60 rows the interval is wide" in words
    assert "It is not certain that tuning gained anything over the library’s defaults." in words
    assert "believed" not in words
    assert "Nothing has helped since trial 3" in words
    assert "The newest 20 trials win 9 % of the resamples." in words
    assert "2.3 [1.3, 4.3]" in words  # what keeping trial 1 costs
    assert "by 4 people in 9 studies; best of all 0.871, expected 0.822" in words
    html = page.content.decode()
    for part in ('id="do-stop-now"', 'id="do-extend"', "?propose=1", "expected 0.723, best CV 0.743"):
        assert part in html
    groups = [
        (group.part.kind, [(line.rank, line.trial.number, line.is_kept) for line in group.lines])
        for group in page.context["board"].groups
    ]
    assert groups == [("tied", [(1, 3, False), (2, 1, True)]), ("rest", [(3, 0, False), (4, 2, False)])]
    assert "2 of 4 trials cannot be told apart from the best" in words
    assert "At 95 %, adjusted for 3 comparisons on the same rows" in words
    curve = client_of(alice).get(f"/studies/{study.pk}/charts/convergence/").json()
    assert curve["title"] == "Nothing has helped since trial 3"
    assert curve["table"]["rows"][3][5:8] == pytest.approx([0.723, 0.698, 0.748])


def test_trials_newer_than_the_figures_are_not_compared_yet(client_of, vera, study):
    Trial.objects.filter(study=study, number__lt=5).update(finished_at=timezone.now())
    make_expected_score(study, row={"state": "waiting"}, optimism=-0.01)
    make_trial(study, 6, value=0.8, finished_at=timezone.now())
    page = page_of(client_of(vera), study)
    words = words_of(page)
    assert "No over-fitting to validation was found." in words
    assert "1 newer trial is not in these figures yet." in words
    kinds = {group.part.kind: group.part.numbers for group in page.context["board"].groups}
    assert kinds == {"tied": [3, 1], "rest": [0, 2], "new": [6]}
    assert "?propose" not in page.content.decode()  # Vera may look only
    assert 'id="do-extend"' not in page.content.decode()


def test_nothing_beyond_guessing_and_nothing_known(client_of, alice, study, version):
    make_expected_score(study, verdict="no_pattern", baseline={"gain": 0, "low": -1, "high": 1, "pattern": False})
    words = words_of(page_of(client_of(alice), study))
    assert "No pattern beyond guessing found (best CV 0.743, guessing 0.550)" in words
    assert "Keep trial" not in words
    assert "search learns from these rows" not in words
    Study.objects.filter(pk=study.pk).update(method="evolutionary")
    words = words_of(page_of(client_of(alice), study))
    chart = client_of(alice).get(f"/studies/{study.pk}/charts/convergence/").json()
    assert chart["title"] == "Nothing here beats guessing"
    assert chart["title"] in words
    assert "Evolutionary search learns from these rows as well: without any pattern its expected accuracy came" in words
    other = make_running_study(version, alice)
    assert "The expected score on new data waits for a worker." in words_of(page_of(client_of(alice), other))
    make_expected_score(other, available=False, why="Time cannot be resampled.")
    words = words_of(page_of(client_of(alice), other))
    assert "There is no expected score on new data: Time cannot be resampled." in words
    assert "4 complete trials, best first" in words


def test_of_many_tied_trials_the_one_to_keep_is_always_seen(client_of, alice, version):
    study = make_study(version, alice, state="complete", metric="rmse", direction="minimize", task="regression")
    Trial.objects.bulk_create(
        Trial(study=study, number=i, config={}, state="complete", value=30 + i / 100, stderr=1.0) for i in range(300)
    )
    make_expected_score(study)
    page = page_of(client_of(alice), study)
    tied, rest = page.context["board"].groups
    assert (len(tied.part.numbers), len(tied.lines), len(rest.lines)) == (150, 101, 20)
    assert [line.trial.number for line in tied.lines if not line.beyond] == [*range(12), 149]
    assert "Show all 150" in words_of(page)
