"""The splits of a dataset: looked at before a study is begun."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from studies.models import Role, Team, User
from tests.factories import make_person, make_version, make_visits


def test_every_split_is_shown_with_its_folds_and_begins_a_study(
    browser: Client,
    team: Team,
    alice: User,
    django_assert_max_num_queries: Callable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    version = make_visits(team, alice)
    address = reverse("splits", args=[version.dataset_id])
    with django_assert_max_num_queries(14):
        page = browser.get(address, {"kind": "group", "folds": "4"}).content.decode()
    assert 'value="group" checked' in page
    assert "24 groups of patient_id; each is whole in one fold." in page
    assert page.count('<th scope="row">Fold 4</th>') == 2  # its rows, and its classes
    assert "All 120 rows of the file are in folds" in page
    query = f"dataset_version={version.pk}&amp;kind=group&amp;folds=4&amp;repeats=1"
    assert f'href="{reverse("new_study")}?{query}">New study with this plan' in page
    form = browser.get(reverse("new_study") + "?" + query.replace("&amp;", "&")).content.decode()
    assert 'value="group" selected' in form
    by_time = browser.get(address, {"kind": "time"}).content.decode()
    assert "From old to new by visit_date." in by_time

    monkeypatch.setattr("studies.views.splits.LARGE", 120)  # a large table: the page is there before its folds
    at_once = browser.get(address, {"kind": "group"}).content.decode()
    assert f'hx-get="{address}?kind=group" hx-trigger="load"' in at_once
    assert "Fold 4" not in at_once
    for later in (browser.get(address, {"wait": "1"}), browser.get(address, headers={"HX-Request": "true"})):
        assert "Fold 4" in later.content.decode()


def test_what_cannot_be_had_says_why_and_a_viewer_may_look(
    client_of: Callable[[User], Client], team: Team, alice: User
) -> None:
    version = make_version(team, alice, rows=40)
    viewer = client_of(make_person(team, Role.VIEWER, "vera@example.org"))
    address = reverse("splits", args=[version.dataset_id])
    page = viewer.get(address, {"folds": "21"}).content.decode()
    assert "These folds cannot be drawn." in page
    assert "from 2 to 20" in page
    assert "No column has the role group" in page
    assert "New study with this plan" not in page
    assert viewer.get(address, {"kind": "sideways", "folds": "x"}).status_code == 200
    assert address in viewer.get(reverse("dataset", args=[version.dataset_id])).content.decode()
    version.columns.filter(role="target").update(role="ignored")
    assert "No column is to be predicted yet" in viewer.get(address).content.decode()
