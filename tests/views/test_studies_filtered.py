"""The list of studies filtered and put in order: all of it in the address."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from studies.models import Study, Tag
from tests.factories import make_study, make_trial, make_version
from tests.views.reading import words_of


@pytest.fixture
def version(team, alice):
    return make_version(team, alice, name="Readmission")


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
