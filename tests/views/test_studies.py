"""The list of studies."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from studies.models import Study, Tag, WorkerProcess
from tests.factories import make_expected_score, make_study, make_trial, make_version
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


def test_compare_is_a_plain_form(client_of, vera, alice, version):
    studies = [make_study(version, alice) for _ in range(2)]
    browser = client_of(vera)
    page = browser.get("/").content.decode()
    assert f'name="study" value="{studies[0].pk}"' in page
    assert "Tick two or more studies" in page
    answer = browser.post("/studies/selected/", {"action": "compare", "study": [study.pk for study in studies]})
    assert answer["Location"] == f"{reverse('compare')}?study={studies[0].pk}&study={studies[1].pk}"


# -- filters


def names(response):
    return [row.study.name for row in response.context["rows"]]


# -- decisions and menus


def test_studies_that_stand_still_until_someone_decides(client_of, alice, version, charlie):
    make_study(version, alice, name="Broken", state="failed", reason="The first 10 trials all failed. Most often: x")
    make_study(version, alice, name="By hand", state="running", method="manual")
    busy = make_study(version, alice, name="By hand, busy", state="running", method="manual")
    make_trial(busy, 0, state="running", value=None, stderr=None)
    make_study(version, alice, name="Resting", state="paused")
    make_study(version, alice, name="Done", state="complete")
    make_study(version, alice, name="Put away", state="failed", archived_at=timezone.now())
    response = client_of(alice).get("/")
    assert {(study.name, why) for study, why in response.context["decisions"].shown} == {
        ("Broken", "The first 10 trials all failed"),
        ("By hand", "waits for your next trial"),
        ("Resting", "paused: resume or stop?"),
    }
    make_study(version, alice, name="One more", state="paused")
    assert "and 1 more" in words_of(client_of(alice).get("/"))
    assert len(names(client_of(alice).get("/?state=decision"))) == 4
    assert client_of(charlie).get("/").context["decisions"].shown == []


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("draft", {"Open", "Clone", "Archive"}),
        ("running", {"Open", "Clone", "Pause", "Stop…"}),
        ("paused", {"Open", "Clone", "Resume", "Stop…", "Archive"}),
        ("stopped", {"Open", "Clone", "Resume", "Archive"}),
        ("complete", {"Open", "Clone", "Archive"}),
    ],
)
def test_the_menu_has_what_the_state_and_the_role_allow(client_of, bob, vera, version, state, offered):
    study = make_study(version, bob, state=state)

    def menu(person):
        page = client_of(person).get("/").content.decode()
        part = page.split(f'id="menu-{study.pk}"')[1].split("</details>")[0].split("menu__list")[1]
        return set(re.findall(r">([A-Z][^<]*)<", part))

    assert menu(bob) == offered
    assert menu(vera) == {"Open"}


def test_an_act_from_the_list_leads_back_to_it(client_of, bob, version, django_capture_on_commit_callbacks):
    study = make_study(version, bob, state="paused", paused_at=timezone.now(), launched_at=timezone.now())
    browser = client_of(bob)
    assert browser.post(f"/studies/{study.pk}/stop/", {"next": "/?sort=name"})["Location"] == "/?sort=name"
    for bad in ("https://evil.example.com/", "//evil.example.com", "/\\evil.example.com", "javascript:alert(1)", "x"):
        answer = browser.post(f"/studies/{study.pk}/stop/", {"next": bad})
        assert answer["Location"] == f"/studies/{study.pk}/"


def test_fifty_on_a_page(client_of, alice, version):
    for i in range(53):
        make_study(version, alice, name=f"Study {i}")
    browser = client_of(alice)
    assert len(browser.get("/").context["rows"]) == 50
    second = browser.get("/?page=2&sort=name")
    assert len(second.context["rows"]) == 3
    assert "51 to 53 of 53 shown" in words_of(second)
    assert 'href="/?sort=name&amp;page=1" rel="prev"' in second.content.decode()


def test_the_number_of_queries_does_not_grow(client_of, alice, version, django_assert_max_num_queries):
    browser = client_of(alice)
    team = version.dataset.team
    for i in range(50):
        study = make_study(version, alice, name=f"Study {i}", state=["running", "paused"][i % 2])
        make_trial(study, 0)
        make_trial(study, 1)
    Tag.objects.put_on(Study.objects.all(), team, ["a", "b"])
    for query in ("", "?sort=-best&tag=a", "?sort=time&q=study"):
        with django_assert_max_num_queries(21):
            browser.get(f"/{query}")


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


def test_expected_scores_stand_in_a_column_that_sorts(client_of, alice, version):
    for name, metric, direction, expected in (
        ("Low", "accuracy", "maximize", 0.70),
        ("High", "accuracy", "maximize", 0.74),
        ("None", "accuracy", "maximize", None),
        ("Loss", "log_loss", "minimize", 0.40),
        ("Great loss", "log_loss", "minimize", 0.90),
    ):
        study = make_study(version, alice, name=name, metric=metric, direction=direction, state="complete")
        make_trial(study, 0, value=0.8, stderr=0.016)
        make_trial(study, 1, value=0.7, stderr=0.016)
        if expected is not None:
            make_expected_score(study, expected=expected, low=expected - 0.03, high=expected + 0.03)
    browser = client_of(alice)
    page = browser.get("/?sort=-expected")
    assert names(page) == ["High", "Low", "None", "Loss", "Great loss"]
    assert names(browser.get("/?sort=expected")) == ["Low", "High", "None", "Great loss", "Loss"]
    words = words_of(page)
    assert "0.740 [0.710, 0.770]" in words
    assert "each metric stands by itself" in words
    assert 'title="It has not been worked out yet"' in page.content.decode()


def test_a_converged_study_that_goes_on_wants_a_decision(client_of, alice, version):
    for name, state, by_itself in (("On", "running", False), ("Stops", "running", True), ("Ended", "complete", False)):
        study = make_study(version, alice, name=name, state=state, stop_when_converged=by_itself)
        make_trial(study, 0)
        make_trial(study, 1)
        make_expected_score(study, verdict="converged")
    shown = client_of(alice).get("/").context["decisions"].shown
    assert [(study.name, why) for study, why in shown] == [("On", "converged: stop or extend?")]
