"""What people do in a review: propose a trial, decide, take back, comment.

Each raises Refused, with a sentence for the person, when somebody was faster or the state forbids it; nothing has
changed then. Who may do what is the views' and the API's to ask; who decides on an own proposal is asked here, because
it depends on who else is there at that moment. Every act is on record, and raises the change that pages poll.
"""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from studies.engine import moves
from studies.engine.actions import Refused
from studies.models import (
    Comment,
    Membership,
    Proposal,
    ProposalState,
    Study,
    StudyState,
    TrialState,
    User,
    may_decide,
)

DECIDED = {
    ProposalState.APPROVED: "approved",
    ProposalState.CHANGES_ASKED: "asked for changes to",
    ProposalState.REJECTED: "rejected",
}


def propose(study: Study, who: User, number: int, reason: str) -> Proposal:
    """Ask the team to stand behind a complete trial."""
    if study.state == StudyState.DRAFT:
        raise Refused("The study is a draft: it has no trial to propose yet.")
    trial = study.trials.filter(number=number).only("pk", "state", "study_id").first()
    if trial is None:
        raise Refused(f"There is no trial {number} in this study.")
    if trial.state != TrialState.COMPLETE:
        raise Refused(f"Trial {number} is {trial.state}; only a complete trial has a value to stand behind.")
    try:
        with transaction.atomic():
            proposal = Proposal.objects.create(study=study, trial=trial, reason=reason, by=who, by_name=str(who))
            _record(study.pk, "proposed", who, number, reason)
    except IntegrityError as error:
        raise Refused(_already_open(study)) from error
    return proposal


def approve(proposal: Proposal, membership: Membership, why: str = "") -> None:
    """The team stands behind the trial; what was approved before is superseded."""
    with transaction.atomic():
        earlier = Proposal.objects.filter(study=proposal.study_id, state=ProposalState.APPROVED)
        number = _decide(proposal, membership, ProposalState.APPROVED, why, supersedes=earlier)
        own = "approved by the proposer, the only owner" if proposal.by_id == membership.user_id else ""
        _record(proposal.study_id, "approved", membership.user, number, "; ".join(filter(None, [own, why])))


def ask_for_changes(proposal: Proposal, membership: Membership, why: str) -> None:
    """Back to the proposer, who answers with a new proposal or withdraws this one."""
    _refuse(proposal, membership, ProposalState.CHANGES_ASKED, why)


def reject(proposal: Proposal, membership: Membership, why: str) -> None:
    _refuse(proposal, membership, ProposalState.REJECTED, why)


def withdraw(proposal: Proposal, who: User) -> None:
    """The proposer takes the proposal back, while it is open or changes were asked for."""
    if proposal.by_id != who.pk:
        raise Refused(f"Only {proposal.by_name} can withdraw this proposal; an owner can reject it.")
    with transaction.atomic():
        before = [ProposalState.OPEN, ProposalState.CHANGES_ASKED]
        if not _move(proposal, before, state=ProposalState.WITHDRAWN):
            raise Refused(_too_late(proposal))
        _record(proposal.study_id, "withdrew", who, _number(proposal))


def take_back_approval(proposal: Proposal, who: User, why: str) -> None:
    """The team no longer stands behind the trial; no earlier approval comes back by itself."""
    with transaction.atomic():
        fields = _decision(ProposalState.TAKEN_BACK, who, why)
        if not _move(proposal, [ProposalState.APPROVED], **fields):
            raise Refused(_too_late(proposal))
        _record(proposal.study_id, "took back the approval of", who, _number(proposal), why)


def comment(study: Study, who: User, text: str, trial_number: int | None = None, chart: str = "") -> Comment:
    """Say something about the study, one of its trials or one of its charts (the caller knows which there are)."""
    if trial_number is not None and not study.trials.filter(number=trial_number).exists():
        raise Refused(f"There is no trial {trial_number} in this study.")
    with transaction.atomic():
        said = Comment.objects.create(
            study=study, by=who, by_name=str(who), text=text, trial_number=trial_number, chart=chart
        )
        moves.record(study.pk, "commented", who, _place(said))
        moves.touch(study.pk)
    return said


def edit_comment(said: Comment, who: User, text: str) -> None:
    if not said.may_be_edited_by(who):
        raise Refused("Only the person who wrote a comment can edit it, for a day.")
    if text == said.text:
        return
    with transaction.atomic():
        rows = Comment.objects.filter(pk=said.pk, deleted_at=None)
        if rows.update(text=text, edited_at=timezone.now()) != 1:
            raise Refused("The comment has been deleted meanwhile.")
        moves.record(said.study_id, "edited a comment", who, _place(said))
        moves.touch(said.study_id)


def delete_comment(said: Comment, who: User) -> None:
    """Its text goes; its place, its writer and who deleted it stay."""
    with transaction.atomic():
        rows = Comment.objects.filter(pk=said.pk, deleted_at=None)
        if rows.update(text="", deleted_at=timezone.now(), deleted_by_name=str(who)) != 1:
            raise Refused("The comment has been deleted already.")
        own = said.by_id == who.pk
        moves.record(said.study_id, "deleted a comment", who, _place(said) if own else f"of {said.by_name}")
        moves.touch(said.study_id)


def _refuse(proposal: Proposal, membership: Membership, state: str, why: str) -> None:
    with transaction.atomic():
        number = _decide(proposal, membership, state, why)
        _record(proposal.study_id, DECIDED[ProposalState(state)], membership.user, number, why)


def _decide(proposal: Proposal, membership: Membership, state: str, why: str, supersedes: Any = None) -> int:
    """From open to decided, in one conditional UPDATE; the number of the trial."""
    if not may_decide(membership, proposal):
        raise Refused("You proposed this trial yourself, so another owner decides.")
    if supersedes is not None:
        supersedes.exclude(pk=proposal.pk).update(state=ProposalState.SUPERSEDED)
    if not _move(proposal, [ProposalState.OPEN], **_decision(state, membership.user, why)):
        raise Refused(_too_late(proposal))
    return _number(proposal)


def _decision(state: str, who: User, why: str) -> dict[str, Any]:
    return {
        "state": state,
        "decided_by": who,
        "decided_by_name": str(who),
        "decided_at": timezone.now(),
        "why": why,
    }


def _move(proposal: Proposal, before: list[ProposalState], **fields: Any) -> bool:
    """False when somebody was faster."""
    return Proposal.objects.filter(pk=proposal.pk, state__in=before).update(**fields) == 1


def _record(study_id: int, verb: str, who: User, number: int, said: str = "") -> None:
    moves.record(study_id, f"{verb} trial {number}", who, " ".join(said.split()))
    moves.touch(study_id)


def _number(proposal: Proposal) -> int:
    return Proposal.objects.values_list("trial__number", flat=True).get(pk=proposal.pk)


def _too_late(proposal: Proposal) -> str:
    """Who was faster, and with what."""
    now = Proposal.objects.with_numbers().get(pk=proposal.pk)
    decided = f" by {now.decided_by_name}" if now.decided_by_name else ""
    return f"The proposal of trial {now.number} is no longer open: {now.get_state_display().lower()}{decided}."


def _already_open(study: Study) -> str:
    other = study.proposals.with_numbers().filter(state=ProposalState.OPEN).first()
    if other is None:
        return "Somebody else acted on this review just now. Look at it again."
    return (
        f"{other.by_name} has proposed trial {other.number}, and it still waits for a decision. "
        "One trial is decided on at a time."
    )


def _place(said: Comment) -> str:
    if said.trial_number is not None:
        return f"on trial {said.trial_number}"
    return f"on the {said.chart} chart" if said.chart else ""
