"""The review page: who sees and may do what, what comes back when refused, and what the facts say."""

import re

import pytest
from django.urls import reverse

from studies.engine import review
from studies.models import Comment, Membership, Proposal, Study
from tests.factories import make_person, make_running_study, make_study, make_trial, make_version
from tests.views.reading import words_of

pytestmark = pytest.mark.django_db
MINE = "We looked at it twice."


@pytest.fixture
def study(team, alice) -> Study:
    return make_running_study(make_version(team, alice), alice)


def page(browser, study, query=""):
    return browser.get(f"/studies/{study.pk}/review/{query}")


def act(browser, proposal, name, **fields):
    return browser.post(reverse("decide", args=[proposal.study_id, proposal.pk, name]), fields)


def owner(alice) -> Membership:
    return Membership.objects.select_related("user", "team").get(user=alice)


def test_nothing_proposed_yet(client_of, alice, bob, vera, study) -> None:
    for person, may in ((alice, True), (bob, True), (vera, False)):
        answer = page(client_of(person), study)
        words = words_of(answer)
        assert "No trial is proposed yet; the best so far is trial 3" in words
        assert "0.743 ± 0.006" in words
        assert ('id="propose"' in answer.content.decode()) is may
        assert 'id="approve"' not in answer.content.decode()


def test_three_people_from_proposal_to_approval(client_of, alice, bob, vera, study) -> None:
    alice_s, bob_s, vera_s = client_of(alice), client_of(bob), client_of(vera)
    answer = bob_s.post(reverse("propose", args=[study.pk]), {"trial": 3, "reason": MINE}, follow=True)
    assert "It waits for an owner now" in words_of(answer)
    first = Proposal.objects.get()
    for browser, waits in (
        (alice_s, "it waits for you"),
        (bob_s, "it waits for an owner"),
        (vera_s, "it waits for an owner"),
    ):
        words = words_of(page(browser, study))
        assert "Do we stand behind trial 3?" in words
        assert waits in words
        assert MINE in words
    assert act(alice_s, first, "changes", why="Why not trial 1?").status_code == 302
    assert "it waits for you" in words_of(page(bob_s, study))
    assert "Why not trial 1?" in words_of(page(vera_s, study))
    bob_s.post(reverse("propose", args=[study.pk]), {"trial": 1, "reason": "As asked."})
    act(alice_s, Proposal.objects.first(), "approve", why="Good.")
    words = words_of(page(vera_s, study))
    assert "We stand behind trial 1 Approved" in words
    assert "alice@example.org approved trial 1" in words
    assert "The best so far, trial 3, scored 0.743" in words


@pytest.mark.parametrize("name", ["approve", "changes", "reject"])
def test_only_owners_decide(client_of, bob, vera, charlie, study, name) -> None:
    proposal = review.propose(study, bob, 3, MINE)
    for person, status in ((bob, 403), (vera, 403), (charlie, 404)):
        assert act(client_of(person), proposal, name, why="x").status_code == status
    for person in (bob, vera):
        html = page(client_of(person), study).content.decode()
        assert f'id="{name}"' not in html
        assert f"/{name}/" not in html
    proposal.refresh_from_db()
    assert proposal.is_open


def test_who_proposes_and_who_withdraws(client_of, alice, bob, vera, charlie, study) -> None:
    fields = {"trial": 3, "reason": MINE}
    for person, status in ((vera, 403), (charlie, 404)):
        assert client_of(person).post(reverse("propose", args=[study.pk]), fields).status_code == status
    assert not Proposal.objects.exists()
    proposal = review.propose(study, bob, 3, MINE)
    assert act(client_of(vera), proposal, "withdraw").status_code == 403
    act(client_of(alice), proposal, "withdraw")
    proposal.refresh_from_db()
    assert proposal.is_open
    act(client_of(bob), proposal, "withdraw")
    assert "bob@example.org withdrew trial 3" in words_of(page(client_of(vera), study))


@pytest.mark.parametrize("name", ["changes", "reject"])
def test_a_decision_needs_its_reason(client_of, alice, bob, study, name) -> None:
    proposal = review.propose(study, bob, 3, MINE)
    answer = act(client_of(alice), proposal, name, why="  ")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert re.search(rf'<dialog class="ask" id="{name}"[^>]* open data-open>', html)
    assert f'id="id_{name}_why_error"' in html
    proposal.refresh_from_db()
    assert proposal.is_open


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"trial": 4, "reason": MINE}, "only a complete trial"),
        ({"trial": 99, "reason": MINE}, "There is no trial 99"),
        ({"trial": "x", "reason": MINE}, "Enter a whole number"),
        ({"trial": 9e18, "reason": MINE}, "Enter a whole number"),
        ({"trial": 3, "reason": ""}, "This field is required"),
        ({"trial": 3, "reason": "x" * 2001}, "at most 2000 characters"),
    ],
)
def test_a_refused_proposal_comes_back_as_typed(client_of, bob, study, fields, said) -> None:
    answer = client_of(bob).post(reverse("propose", args=[study.pk]), fields)
    html = answer.content.decode()
    assert said in words_of(answer)
    assert re.search(r'<dialog class="ask" id="propose"[^>]* open data-open>', html)
    assert f'value="{fields["trial"]}"' in html
    assert fields["reason"][:50] in html
    assert not Proposal.objects.exists()


def test_the_second_proposal_and_the_second_decision_are_told(client_of, alice, bob, study) -> None:
    proposal = review.propose(study, bob, 3, MINE)
    answer = client_of(alice).post(reverse("propose", args=[study.pk]), {"trial": 1, "reason": "Mine."})
    assert "it still waits for a decision" in words_of(answer)
    assert "Mine.</textarea>" in answer.content.decode()
    act(client_of(alice), proposal, "reject", why="No.")
    late = client_of(alice).post(reverse("decide", args=[study.pk, proposal.pk, "approve"]), follow=True)
    assert "no longer open: rejected by alice@example.org." in words_of(late)


def test_an_owner_alone_says_so_and_two_owners_do_not(client_of, alice, team, study) -> None:
    browser = client_of(alice)
    browser.post(reverse("propose", args=[study.pk]), {"trial": 3, "reason": MINE})
    assert "are the only owner; the history says so" in words_of(page(browser, study))
    make_person(team, "owner", "olga@example.org")
    words = words_of(page(browser, study))
    assert "it waits for another owner" in words
    assert "Ask for changes" not in words
    act(browser, Proposal.objects.get(), "approve")
    assert Proposal.objects.get().is_open


def test_an_approval_can_be_taken_back_by_owners(client_of, alice, bob, study) -> None:
    proposal = review.propose(study, bob, 3, MINE)
    review.approve(proposal, owner(alice))
    assert act(client_of(bob), proposal, "take-back", why="x").status_code == 403
    assert "This field is required" in words_of(act(client_of(alice), proposal, "take-back"))
    act(client_of(alice), proposal, "take-back", why="The table was wrong.")
    words = words_of(page(client_of(bob), study))
    assert "took back the approval of trial 3" in words
    assert "The table was wrong." in words


def test_everybody_comments_with_an_anchor(client_of, vera, study) -> None:
    browser, url = client_of(vera), reverse("add_comment", args=[study.pk])
    for on, text in (("", "All in all **fine**"), ("trial-3", "Why so fast?"), ("chart-convergence", "Flat since 3.")):
        assert browser.post(url, {"on": on, "text": text}).status_code == 302
    html = page(browser, study).content.decode()
    assert "All in all <strong>fine</strong>" in html
    assert f'on <a href="/studies/{study.pk}/trials/3/">trial 3</a>' in html
    assert f'on <a href="/studies/{study.pk}/#convergence">Convergence</a>' in html
    assert [comment.anchor for comment in Comment.objects.all()] == ["", "trial-3", "chart-convergence"]


@pytest.mark.parametrize("on", ["trial-99", "trial-x", "chart-nope", "nonsense", "trial-99999999999999999999"])
def test_a_comment_on_nothing_comes_back(client_of, vera, study, on) -> None:
    answer = client_of(vera).post(reverse("add_comment", args=[study.pk]), {"on": on, "text": "I typed this"})
    assert answer.status_code == 200
    assert "I typed this" in answer.content.decode()
    assert 'id="id_say_on_error"' in answer.content.decode()
    assert not Comment.objects.exists()


@pytest.mark.parametrize("text", ["", "x" * 5001, "a\0b"])
def test_an_impossible_comment_is_refused(client_of, vera, study, text) -> None:
    answer = client_of(vera).post(reverse("add_comment", args=[study.pk]), {"text": text})
    assert 'id="id_say_text_error"' in answer.content.decode()
    assert not Comment.objects.exists()


def test_a_hostile_comment_is_only_words(client_of, alice, vera, study) -> None:
    review.comment(study, vera, "<script>alert(1)</script> ![p](https://evil.example/p.png) [x](javascript:alert(1))")
    html = page(client_of(alice), study).content.decode()
    assert "<script>alert" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


def test_own_comments_are_edited_for_a_day_and_deleted(client_of, alice, bob, vera, charlie, study) -> None:
    said = review.comment(study, vera, "Fold 2 is odd.")
    edit, delete = (reverse(name, args=[study.pk, said.pk]) for name in ("edit_comment", "delete_comment"))
    assert edit in page(client_of(vera), study).content.decode()
    assert edit not in page(client_of(alice), study).content.decode()
    assert delete not in page(client_of(bob), study).content.decode()
    for person, status in ((bob, 403), (alice, 403), (charlie, 404)):
        assert client_of(person).post(edit, {"text": "x"}).status_code == status
    for person, status in ((bob, 403), (charlie, 404)):
        assert client_of(person).post(delete).status_code == status
    refused = client_of(vera).post(edit, {"text": ""})
    assert refused.status_code == 200
    client_of(vera).post(edit, {"text": "Fold 1 is odd."})
    assert "Fold 1 is odd." in words_of(page(client_of(bob), study))
    Comment.objects.update(at="2026-01-01T00:00Z")
    assert edit not in page(client_of(vera), study).content.decode()
    late = client_of(vera).post(edit, {"text": "x"}, follow=True)
    assert "for a day" in words_of(late)
    client_of(alice).post(delete)
    words = words_of(page(client_of(bob), study))
    assert "Deleted by alice@example.org" in words
    assert "Fold 1 is odd." not in words
    assert "alice@example.org deleted a comment of vera@example.org" in words


def test_a_comment_of_another_study_is_not_there(client_of, alice, study) -> None:
    other = make_study(study.dataset_version, alice)
    said = review.comment(other, alice, "Here.")
    assert client_of(alice).post(reverse("delete_comment", args=[study.pk, said.pk])).status_code == 404


def test_verbs_and_acts_that_are_none(client_of, alice, bob, study) -> None:
    proposal = review.propose(study, bob, 3, MINE)
    browser = client_of(alice)
    assert browser.post(f"/studies/{study.pk}/review/").status_code == 405
    assert browser.get(reverse("propose", args=[study.pk])).status_code == 405
    assert browser.get(reverse("decide", args=[study.pk, proposal.pk, "approve"])).status_code == 405
    assert act(browser, proposal, "applaud").status_code == 404
    assert browser.post(reverse("decide", args=[study.pk, proposal.pk + 1, "approve"])).status_code == 404


@pytest.mark.parametrize(
    "query", ["?propose=3", "?propose=x", "?propose=99999999999", "?open=nope", "?on=%00", "?on=trial-3"]
)
def test_whatever_the_address_asks_for(client_of, alice, study, query) -> None:
    assert page(client_of(alice), study, query).status_code == 200


def test_links_from_elsewhere_fill_the_forms_in(client_of, alice, study) -> None:
    html = page(client_of(alice), study, "?propose=1&on=trial-2").content.decode()
    assert re.search(r'<dialog class="ask" id="propose"[^>]* open data-open>', html)
    assert 'name="trial" value="1"' in html
    assert '<option value="trial-2" selected>Trial 2</option>' in html


def test_a_draft_and_a_study_without_scores_have_a_page(client_of, alice, study) -> None:
    draft = make_study(study.dataset_version, alice)
    words = words_of(page(client_of(alice), draft))
    assert "There is nothing to review yet" in words
    assert "Propose" not in words


def test_the_inbox_and_its_count(client_of, alice, bob, vera, charlie, study) -> None:
    review.propose(study, bob, 3, MINE)
    browser = client_of(alice)
    answer = browser.get("/inbox/")
    assert "1 decision waits for you" in words_of(answer)
    assert MINE in words_of(answer)
    assert '<span class="count">1' in browser.get("/help/").content.decode()
    for person in (bob, vera):
        answer = client_of(person).get("/inbox/")
        assert "Nothing waits for you" in words_of(answer)
        assert "Waits for others" in words_of(answer)
        assert '<span class="count">' not in answer.content.decode()
    assert MINE not in words_of(client_of(charlie).get("/inbox/"))
    review.reject(Proposal.objects.get(), owner(alice), "Leaky.")
    assert "Decided lately" in words_of(browser.get("/inbox/"))
    assert browser.post("/inbox/").status_code == 405


def test_queries_do_not_grow_with_the_review(client_of, alice, bob, study, django_assert_max_num_queries) -> None:
    for number in (3, 2, 1):
        review.reject(review.propose(study, bob, number, MINE), owner(alice), "No.")
    review.propose(study, bob, 3, MINE)
    for number in range(8):
        review.comment(study, bob, f"comment {number}", trial_number=3)
    for number in range(10, 30):
        make_trial(study, number)
    browser = client_of(alice)
    with django_assert_max_num_queries(25):
        page(browser, study)
    with django_assert_max_num_queries(8):
        browser.get("/inbox/")


def test_long_threads_and_histories_show_the_latest_and_a_link_to_all(client_of, alice, study) -> None:
    for number in range(105):
        review.comment(study, alice, f"word{number}.")
    words = words_of(page(client_of(alice), study))
    assert "word104." in words
    assert "word2." not in words
    assert "Show earlier comments" in words
    assert "word2." in words_of(page(client_of(alice), study, "?all"))
