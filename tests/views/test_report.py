"""The report: one file that says what the pages say, runs nothing and asks no server for anything."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.test import Client

from studies.engine import actions, review
from studies.models import Membership, Proposal, Study, User
from tests.factories import make_expected_score, make_study, make_trial, make_version

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
HOSTILE = "<script>alert('x')</script>\"&"


@pytest.fixture
def study(alice: User, bob: User) -> Study:
    """Complete, 24 trials, one failed; bob proposed trial 12 and alice approved it."""
    study = make_study(make_version(alice.teams.get(), alice, name=HOSTILE), alice, name=HOSTILE, max_trials=25)
    actions.launch(study, alice)
    study.trials.all().delete()
    make_trial(study, 0, value=0.7, config=study.defaults)
    for number in range(1, 24):
        make_trial(study, number)
    make_trial(study, 24, state="failed", reason="timed_out", value=None, stderr=None, fold_scores=[])
    Study.objects.filter(pk=study.pk).update(state="complete")
    study.refresh_from_db()
    review.propose(study, bob, 12, f"It is steady. {HOSTILE}")
    owner = Membership.objects.select_related("user", "team").get(user=alice)
    review.approve(Proposal.objects.get(), owner, "Agreed: the folds agree.")
    return study


def report(client: Client, study: Study) -> str:
    answer = client.get(f"/studies/{study.pk}/report.html")
    assert answer["Content-Disposition"] == f'attachment; filename="study-{study.pk}-report.html"'
    return answer.content.decode()


def test_it_says_what_was_searched_found_and_decided(client_of: ClientOf, vera: User, study: Study) -> None:
    text = report(client_of(vera), study)
    for words in (
        "alice@example.org approved trial 12",
        "The best 20 of 24 complete trials",
        "Agreed: the folds agree.",
        "Checklist of trial 12",
        "5 stratified folds",
        "1e−4 to 10,000, log",
        "alice@example.org made the draft",
        "def cross_validate(",
        study.dataset_version.content_hash,
    ):
        assert words in text, words
    assert text.count('<circle class="complete"') + text.count('<circle class="best"') + text.count('"below"') == 24


def test_nothing_in_it_runs_or_is_fetched(client_of: ClientOf, vera: User, study: Study) -> None:
    text = report(client_of(vera), study)
    found: list[tuple[str, dict[str, str | None]]] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            found.append((tag, dict(attributes)))

    Tags().feed(text)
    assert not {tag for tag, _ in found} & {"script", "link", "img", "iframe", "object", "form", "base"}
    for tag, attributes in found:
        names = set(attributes)
        assert not {name for name in names if name.startswith("on")} | names & {"src", "href", "style"}, tag
    assert "url(" not in text
    assert "@import" not in text
    assert 'http-equiv="Content-Security-Policy" content="default-src &#x27;none&#x27;' in text
    assert text.count("&lt;script&gt;") >= 3


def test_a_study_without_a_score_has_a_report(client_of: ClientOf, alice: User) -> None:
    study = make_study(make_version(alice.teams.get(), alice), alice)
    text = report(client_of(alice), study)
    assert "No trial has a score yet" in text
    assert not re.search("<svg[^>]*Best", text)


def test_strangers_and_wrong_verbs(client_of: ClientOf, charlie: User, vera: User, study: Study) -> None:
    path = f"/studies/{study.pk}/report.html"
    assert client_of(charlie).get(path).status_code == 404
    assert client_of(vera).post(path).status_code == 405
    assert path in client_of(vera).get(f"/studies/{study.pk}/").content.decode()


def test_it_takes_few_queries(
    client_of: ClientOf, vera: User, study: Study, django_assert_max_num_queries: Callable
) -> None:
    client = client_of(vera)
    make_expected_score(study, tied=[12, 11])
    with django_assert_max_num_queries(47):
        text = report(client, study)
    assert re.search(r"Expected on new data <span class=\"n\"><b>0\.80", text)
    assert "2 trials are tied with the best" in text
    assert "Over-fitting to validation is stated" in text
    assert text.count("<td>tied</td>") == 2
