"""Proposals and comments: who may, when, and that two people at once get one outcome."""

import threading

import pytest
from django.db import connection

from studies.engine import review
from studies.engine.actions import Refused
from studies.models import Comment, Event, Membership, Proposal, Role, Study, User
from tests.factories import make_person, make_running_study, make_study, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def study(team, alice: User) -> Study:
    return make_running_study(make_version(team, alice), alice)


def member(person: User) -> Membership:
    return Membership.objects.select_related("user", "team").get(user=person)


def verbs(study: Study) -> list[str]:
    return [f"{event.name} {event.verb}" for event in study.events.order_by("pk")]


def test_from_proposal_to_approval(study: Study, alice: User, bob: User) -> None:
    first = review.propose(study, bob, 3, "Best, and fast.")
    review.ask_for_changes(first, member(alice), "Look at fold 2.")
    second = review.propose(study, bob, 2, "Steadier over the folds.")
    review.approve(second, member(alice), "Agreed.")

    states = dict(study.proposals.values_list("trial__number", "state"))
    assert states == {3: "changes_asked", 2: "approved"}
    second.refresh_from_db()
    assert (second.decided_by, second.decided_by_name, second.why) == (alice, str(alice), "Agreed.")
    assert verbs(study) == [
        "bob@example.org proposed trial 3",
        "alice@example.org asked for changes to trial 3",
        "bob@example.org proposed trial 2",
        "alice@example.org approved trial 2",
    ]
    before = study.change
    study.refresh_from_db()
    assert study.change == before + 4


def test_a_later_approval_supersedes_and_can_be_taken_back(study: Study, alice: User, bob: User) -> None:
    for number in (3, 2):
        review.approve(review.propose(study, bob, number, "Good."), member(alice))
    assert dict(study.proposals.values_list("trial__number", "state")) == {3: "superseded", 2: "approved"}
    approved = study.proposals.get(state="approved")
    review.take_back_approval(approved, alice, "The table was wrong.")
    assert not study.proposals.filter(state="approved").exists()
    with pytest.raises(Refused, match=r"trial 2 is no longer open: approval taken back by alice"):
        review.take_back_approval(approved, alice, "Again.")


@pytest.mark.parametrize(
    ("number", "words"), [(4, "Trial 4 is failed"), (5, "Trial 5 is running"), (99, "no trial 99")]
)
def test_only_a_complete_trial_can_be_proposed(study: Study, bob: User, number: int, words: str) -> None:
    with pytest.raises(Refused, match=words):
        review.propose(study, bob, number, "Because.")
    assert not Proposal.objects.exists()
    assert not Event.objects.exists()


def test_a_draft_has_nothing_to_propose(study: Study, bob: User) -> None:
    draft = make_study(study.dataset_version, bob)
    with pytest.raises(Refused, match="draft"):
        review.propose(draft, bob, 0, "Because.")


def test_one_proposal_at_a_time(study: Study, alice: User, bob: User) -> None:
    review.propose(study, bob, 3, "Best.")
    with pytest.raises(Refused, match=r"bob@example.org has proposed trial 3, and it still waits"):
        review.propose(study, alice, 2, "Mine.")
    assert Event.objects.count() == 1


def test_the_second_decision_says_who_was_faster(study: Study, alice: User, bob: User) -> None:
    proposal = review.propose(study, bob, 3, "Best.")
    stale = Proposal.objects.get()
    review.reject(proposal, member(alice), "Leaky column.")
    for late in (
        lambda: review.approve(stale, member(alice)),
        lambda: review.ask_for_changes(stale, member(alice), "x"),
        lambda: review.withdraw(stale, bob),
    ):
        with pytest.raises(Refused, match=r"trial 3 is no longer open: rejected by alice@example.org\."):
            late()
    assert Proposal.objects.get().state == "rejected"
    assert Event.objects.count() == 2


def test_who_decides_on_an_own_proposal(study: Study, team, alice: User) -> None:
    proposal = review.propose(study, alice, 3, "Best.")
    other = make_person(team, Role.OWNER, "olga@example.org")
    with pytest.raises(Refused, match="another owner decides"):
        review.approve(proposal, member(alice))
    User.objects.filter(pk=other.pk).update(is_active=False)
    review.approve(proposal, member(alice), "Fine.")
    assert study.events.first().detail == "approved by the proposer, the only owner; Fine."


def test_only_the_proposer_withdraws(study: Study, alice: User, bob: User) -> None:
    proposal = review.propose(study, bob, 3, "Best.")
    with pytest.raises(Refused, match="Only bob"):
        review.withdraw(proposal, alice)
    review.ask_for_changes(proposal, member(alice), "Why?")
    review.withdraw(proposal, bob)
    assert Proposal.objects.get().state == "withdrawn"


def test_what_waits_for_whom(study: Study, team, alice: User, bob: User, vera: User) -> None:
    def waiting() -> list[int]:
        return [Proposal.objects.waiting_for(member(person)).count() for person in (alice, bob, vera)]

    assert waiting() == [0, 0, 0]
    proposal = review.propose(study, bob, 3, "Best.")
    assert waiting() == [1, 0, 0]
    review.ask_for_changes(proposal, member(alice), "Why?")
    assert waiting() == [0, 1, 0]
    own = review.propose(study, alice, 2, "Better.")
    assert waiting() == [1, 0, 0]  # nobody else could decide
    olga = make_person(team, Role.OWNER, "olga@example.org")
    assert waiting() == [0, 0, 0]
    assert Proposal.objects.waiting_for(member(olga)).get() == own


def test_names_outlive_accounts(study: Study, alice: User, bob: User) -> None:
    review.approve(review.propose(study, bob, 3, "Best."), member(alice))
    review.comment(study, bob, "Nice.")
    bob.delete()
    assert Proposal.objects.get().by_name == Comment.objects.get().by_name == "bob@example.org"


def test_comments_are_edited_and_deleted_with_a_mark(study: Study, alice: User, bob: User, vera: User) -> None:
    said = review.comment(study, vera, "Fold 2 is odd.", trial_number=3)
    with pytest.raises(Refused, match="Only the person who wrote"):
        review.edit_comment(said, bob, "x")
    review.edit_comment(said, vera, "Fold 1 is odd.")
    said.refresh_from_db()
    assert (said.text, said.anchor) == ("Fold 1 is odd.", "trial-3")
    assert said.edited_at is not None
    review.delete_comment(said, alice)
    said.refresh_from_db()
    assert (said.text, said.deleted_by_name) == ("", "alice@example.org")
    with pytest.raises(Refused, match="deleted"):
        review.delete_comment(said, alice)
    with pytest.raises(Refused):
        review.edit_comment(said, vera, "Back.")
    assert study.events.first().detail == "of vera@example.org"
    assert study.comments.counts() == {}
    with pytest.raises(Refused, match="no trial 77"):
        review.comment(study, vera, "x", trial_number=77)


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_counts(alice: User, bob: User, team) -> None:
    study = make_running_study(make_version(team, alice), alice)
    olga = make_person(team, Role.OWNER, "olga@example.org")
    proposal = review.propose(study, bob, 3, "Best.")
    members = [member(alice), member(olga)]
    start, outcomes = threading.Barrier(2), []

    def decide(approves: bool, membership: Membership) -> None:
        start.wait()
        try:
            if approves:
                review.approve(proposal, membership)
            else:
                review.reject(proposal, membership, "No.")
            outcomes.append("done")
        except Refused as refusal:
            outcomes.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=pair) for pair in zip((True, False), members, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes, key=len)[0] == "done"
    assert "no longer open" in sorted(outcomes, key=len)[1]
    assert study.events.count() == 2
