"""The list of studies."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from studies.models import Study, Tag, WorkerProcess
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


@pytest.fixture
def several(team, alice, bob, version):
    make_study(version, alice, name="Boosting", state="running", method="bayesian", estimator="random_forest")
    forest = make_study(make_version(team, bob, name="Energy"), bob, name="Forest", state="complete")
    draft = make_study(version, bob, name="Ridge", method="grid")
    Tag.objects.put_on(Study.objects.filter(pk=draft.pk), team, ["For the paper"])
    Study.objects.filter(pk=make_study(version, alice, name="Old", state="failed").pk).archive(alice)
    return forest


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=boost", {"Boosting"}),
        ("q=boost%00", {"Boosting"}),
        ("q=energy", {"Forest"}),
        ("q=PAPER", {"Ridge"}),
        ("state=complete", {"Forest"}),
        ("state=active", {"Boosting"}),
        ("state=failed&archived=all", {"Old"}),
        ("estimator=random_forest", {"Boosting"}),
        ("method=grid", {"Ridge"}),
        ("tag=For+the+paper", {"Ridge"}),
        ("state=draft&method=grid&q=rid", {"Ridge"}),
        ("state=draft&method=random", set()),
        ("state=nonsense", set()),
        ("owner=x", set()),
        ("archived=only", {"Old"}),
        ("archived=all", {"Boosting", "Forest", "Ridge", "Old"}),
        ("archived=nonsense&sort=nonsense&page=nonsense", {"Boosting", "Forest", "Ridge"}),
        ("", {"Boosting", "Forest", "Ridge"}),
    ],
)
def test_filters(client_of, alice, several, query, found):
    assert set(names(client_of(alice).get(f"/?{query}"))) == found


def test_filters_by_dataset_and_owner(client_of, alice, bob, several):
    browser = client_of(alice)
    assert names(browser.get(f"/?dataset={several.dataset_version.dataset_id}")) == ["Forest"]
    assert set(names(browser.get(f"/?owner={bob.pk}"))) == {"Forest", "Ridge"}


def test_the_options_are_what_the_team_has(client_of, alice, charlie, several):
    make_study(make_version(charlie.teams.get(), charlie, name="Secret"), charlie, method="evolutionary")
    choices = {choice.key: dict(choice.options) for choice in client_of(alice).get("/").context["filter"].choices}
    assert set(choices["dataset"].values()) == {"Energy", "Readmission"}
    assert set(choices["method"]) == {"bayesian", "grid", "random"}
    assert set(choices["owner"].values()) == {"alice@example.org", "bob@example.org"}
    assert set(choices["tag"]) == {"For the paper"}


def test_another_teams_dataset_finds_nothing_and_says_nothing(client_of, charlie, several):
    response = client_of(charlie).get(f"/?dataset={several.dataset_version.dataset_id}")
    assert names(response) == []
    assert "Energy" not in response.content.decode()


def test_what_is_active_is_said_and_can_be_taken_away(client_of, alice, several):
    browser = client_of(alice)
    response = browser.get("/?q=rid&method=grid&sort=name")
    page = words_of(response)
    assert "3 studies, 1 shown" in page
    assert "1 archived" in page
    chips = {chip.words: chip.without for chip in response.context["filter"].chips}
    assert chips == {"contains “rid”": "/?method=grid&sort=name", "Method: Grid": "/?q=rid&sort=name"}
    assert 'aria-label="Remove the filter: Method: Grid"' in response.content.decode()
    assert "Show all" in page
    assert "Show all" not in words_of(browser.get("/"))


def test_nothing_found_says_what_to_do(client_of, alice, several):
    response = client_of(alice).get("/?q=nothing&sort=name")
    assert "No study matches" in words_of(response)
    assert 'href="/?sort=name">Show all studies' in response.content.decode()
    assert 'href="/?q=nothing&amp;sort=name&amp;archived=all">Look among the archived' in response.content.decode()


def test_all_archived_says_where_they_are(client_of, alice, version):
    make_study(version, alice)
    Study.objects.archive(alice)
    assert "Every study is archived" in words_of(client_of(alice).get("/"))


def test_the_address_of_live_parts_has_the_filters(client_of, alice, several):
    browser = client_of(alice)
    page = browser.get("/?state=draft&sort=-name").content.decode()
    poll = re.search(r'hx-get="(/studies-live/[^"]+)"', page)[1].replace("&amp;", "&")
    assert "state=draft&sort=-name&since=" in poll
    Study.objects.update(change=7)
    live = browser.get(poll)
    assert names(live) == ["Ridge"]
    assert 'id="study-found" data-live hx-swap-oob="true"' in live.content.decode()
    assert "since=" not in live.context["filter"].here


# -- order


@pytest.fixture
def ordered(alice, version):
    now = timezone.now()
    for name, state, value, seconds, metric in (
        ("b", "complete", 0.9, 5.0, "accuracy"),
        ("A", "running", 0.7, 50.0, "accuracy"),
        ("c", "failed", None, None, "accuracy"),
        ("d", "complete", 0.3, 0.5, "log_loss"),
        ("e", "complete", 0.2, 1.0, "log_loss"),
    ):
        direction = "minimize" if metric == "log_loss" else "maximize"
        study = make_study(version, alice, name=name, state=state, metric=metric, direction=direction)
        if value is not None:
            make_trial(study, 0, value=value, fit_seconds=seconds, score_seconds=0.0)
            worse = value - 0.1 if direction == "maximize" else value + 0.1
            make_trial(study, 1, value=worse, fit_seconds=0.0, score_seconds=None)
        moved = now - timedelta(hours=ord(name.lower()) - 97)
        Study.objects.filter(pk=study.pk).update(updated_at=moved, created_at=moved)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", "Abcde"),
        ("-updated", "Abcde"),
        ("updated", "edcbA"),
        ("name", "Abcde"),
        ("-name", "edcbA"),
        ("created", "edcbA"),
        ("state", "Acbde"),
        ("time", "debAc"),
        ("-time", "Abedc"),
        ("-best", "bAced"),
        ("best", "Abcde"),
    ],
)
def test_orders(client_of, alice, ordered, sort, order):
    assert "".join(names(client_of(alice).get(f"/?sort={sort}"))) == order


def test_the_heading_says_the_order_and_turns_it(client_of, alice, ordered):
    browser = client_of(alice)
    page = browser.get("/?sort=name&state=complete").content.decode()
    assert 'aria-sort="ascending"><a href="/?state=complete&amp;sort=-name">Name</a>' in page
    assert 'aria-sort="descending"><a href="/?sort=updated">Updated</a>' in browser.get("/").content.decode()


def test_scores_of_several_metrics_are_ranked_metric_by_metric(client_of, alice, ordered):
    browser = client_of(alice)
    assert "cannot be ranked together" in words_of(browser.get("/?sort=-best"))
    assert "cannot be ranked together" not in words_of(browser.get("/?sort=-best&state=running"))
    assert "cannot be ranked together" not in words_of(browser.get("/"))


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
        with django_assert_max_num_queries(20):
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
