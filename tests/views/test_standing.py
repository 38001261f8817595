"""The approved trial is shown wherever the study is, and comments are counted where they belong."""

import re

import pytest
from django.test import Client
from django.utils.dateparse import parse_datetime

from studies.engine import review
from studies.models import ApiToken, Membership, Proposal, Study
from tests.factories import make_running_study, make_version
from tests.views.reading import page_of, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def study(team, alice) -> Study:
    return make_running_study(make_version(team, alice), alice)


@pytest.fixture
def approved(study, alice, bob) -> Proposal:
    proposal = review.propose(study, bob, 2, "Good.")
    review.approve(proposal, Membership.objects.select_related("user", "team").get(user=alice))
    return proposal


def test_wherever_the_study_is(client_of, vera, charlie, study, approved, bob, alice) -> None:
    other = make_running_study(study.dataset_version, alice)
    review.propose(study, bob, 3, "Better still.")
    browser = client_of(vera)
    for path in ("/", f"/studies/{study.pk}/", f"/compare/?study={study.pk}&study={other.pk}"):
        words = words_of(browser.get(path))
        assert "Trial 2 approved" in words, path
        assert "Trial 3 in review" in words, path
    for path in (f"/studies/{study.pk}/trials/2/", f"/studies/{study.pk}/trials/3/"):
        words = words_of(browser.get(path))
        assert ("Approved" in words) is path.endswith("/trials/2/")
        assert ("In review" in words) is path.endswith("/trials/3/")
    assert "The team stands behind trial 2" in words_of(browser.get(f"/studies/{study.pk}/trials/1/"))
    assert "approved" not in words_of(client_of(charlie).get("/"))


def test_what_is_in_review_wants_a_decision(client_of, vera, study, bob) -> None:
    review.propose(study, bob, 3, "Best.")
    answer = client_of(vera).get("/")
    assert [(found, why) for found, why in answer.context["decisions"].shown] == [(study, "trial 3 waits for an owner")]
    assert f'href="/studies/{study.pk}/review/"' in answer.content.decode()
    assert study.name in words_of(client_of(vera).get("/?state=decision"))


def test_a_program_reads_it(study, approved, vera) -> None:
    token = ApiToken.make(Membership.objects.get(user=vera), "a script")
    program = Client(headers={"Authorization": f"Bearer {token}"})
    told = program.get(f"/api/v1/studies/{study.pk}").json()["approved"]
    approved.refresh_from_db()
    assert (told["number"], told["by"]) == (2, "alice@example.org")
    assert parse_datetime(told["at"]) == approved.decided_at.replace(
        microsecond=approved.decided_at.microsecond // 1000 * 1000
    )
    Proposal.objects.update(state="taken_back")
    assert program.get("/api/v1/studies").json()[0]["approved"] is None


def test_the_leaderboard_marks_both(client_of, vera, study, approved, bob) -> None:
    review.propose(study, bob, 3, "Better still.")
    html = page_of(client_of(vera), study).content.decode()
    rows = {row.split('"')[0]: row.split("</tr>")[0] for row in html.split('<tr data-trial="')[1:]}
    assert [number for number, row in rows.items() if ">approved<" in row] == ["2"]
    assert [number for number, row in rows.items() if ">proposed<" in row] == ["3"]


def test_what_offers_a_proposal_and_to_whom(client_of, bob, vera, study) -> None:
    link = f"/studies/{study.pk}/review/?propose=3"
    paths = (f"/studies/{study.pk}/", f"/studies/{study.pk}/trials/3/")
    for path in paths:
        assert link in client_of(bob).get(path).content.decode()
        assert link not in client_of(vera).get(path).content.decode()
        assert f"/studies/{study.pk}/review/" in client_of(vera).get(path).content.decode()
    failed = client_of(bob).get(f"/studies/{study.pk}/trials/4/").content.decode()
    assert "?propose=" not in failed
    review.propose(study, bob, 3, "Best.")
    for path in paths:
        assert link not in client_of(bob).get(path).content.decode()


def test_every_figure_of_the_page_can_be_commented_on(client_of, vera, study) -> None:
    anchors = re.findall(r"/review/\?on=(chart-[a-z-]+)#say", page_of(client_of(vera), study).content.decode())
    assert len(anchors) >= 7
    form = client_of(vera).get(f"/studies/{study.pk}/review/").content.decode()
    assert all(f'<option value="{anchor}">' in form for anchor in anchors)


def test_comments_are_counted_at_their_anchor(client_of, vera, study) -> None:
    for keywords in ({"trial_number": 3}, {"trial_number": 3}, {"chart": "convergence"}, {}):
        said = review.comment(study, vera, "Hm.", **keywords)
    html = page_of(client_of(vera), study).content.decode()
    assert f'/studies/{study.pk}/review/?on=chart-convergence#say">1 comment<' in html
    assert f'/studies/{study.pk}/review/?on=chart-parallel#say">Comment<' in html
    assert "4 comments" in words_of(page_of(client_of(vera), study))
    assert "2 comments" in words_of(client_of(vera).get(f"/studies/{study.pk}/trials/3/"))
    review.delete_comment(said, vera)
    assert "3 comments" in words_of(page_of(client_of(vera), study))
