"""A trial that somebody proposes the team should stand behind, and what the team decided."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from .study import Study
from .team import Membership
from .team_rows import TeamRows
from .trial import Trial


class ProposalState(models.TextChoices):
    OPEN = "open", "Waits for a decision"
    APPROVED = "approved", "Approved"
    CHANGES_ASKED = "changes_asked", "Changes asked"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"
    SUPERSEDED = "superseded", "Approved once, then superseded"
    TAKEN_BACK = "taken_back", "Approval taken back"


def sent_back() -> Q:
    """Changes were asked for, and no later proposal answers."""
    later = Proposal.objects.filter(study=OuterRef("study"), pk__gt=OuterRef("pk"))
    return Q(state=ProposalState.CHANGES_ASKED) & ~Exists(later)


class ProposalQuerySet(TeamRows):
    team_path = "study__team"

    def standing(self, study_ids: Iterable[int]) -> "dict[int, Standing]":
        """What is open and what is approved now, by the study's id; one query however many there are."""
        found: dict[int, dict[str, Proposal]] = {pk: {} for pk in study_ids}
        states = [ProposalState.OPEN, ProposalState.APPROVED]
        for proposal in self.filter(study__in=found, state__in=states).with_numbers():
            found[proposal.study_id][proposal.state] = proposal
        return {pk: Standing(**proposals) for pk, proposals in found.items()}

    def with_numbers(self) -> "ProposalQuerySet":
        """Annotates `number`, the trial's, so that nobody loads whole trials for it."""
        return self.annotate(number=models.F("trial__number"))

    def unanswered(self) -> "ProposalQuerySet":
        """Open, or sent back to the proposer and not answered since."""
        return self.filter(Q(state=ProposalState.OPEN) | sent_back())

    def waiting_for(self, membership: Membership) -> "ProposalQuerySet":
        """What waits for this person: an owner's decision, or a proposer's answer to the changes asked for."""
        waits = sent_back() & Q(by=membership.user_id)
        if membership.can_manage:
            others = Membership.objects.owners_beside(membership.team_id, membership.user_id)
            waits |= Q(state=ProposalState.OPEN) & (~Q(by=membership.user_id) | ~Exists(others))
        return self.of_team(membership.team).filter(waits)


class Proposal(models.Model):
    """The engine (engine/review.py) alone moves it from state to state."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="proposals")
    trial = models.ForeignKey(Trial, models.CASCADE, related_name="proposals")
    reason = models.TextField(max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(max_length=254)
    at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=15, choices=ProposalState.choices, default=ProposalState.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_by_name = models.CharField(max_length=254, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    why = models.TextField("the reason of the decision", max_length=2000, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["study"], name="one_open_proposal", condition=Q(state="open")),
            models.UniqueConstraint(fields=["study"], name="one_approved_trial", condition=Q(state="approved")),
        ]

    def __str__(self) -> str:
        return f"proposal {self.pk} of study {self.study_id}"

    @property
    def is_open(self) -> bool:
        return self.state == ProposalState.OPEN

    @property
    def is_approved(self) -> bool:
        return self.state == ProposalState.APPROVED


@dataclass(frozen=True)
class Standing:
    """A study's open proposal and its approved one; both carry `number`, the trial's."""

    open: Proposal | None = None
    approved: Proposal | None = None


def may_decide(membership: Membership, proposal: Proposal) -> bool:
    """An owner decides; on the own proposal only where nobody else could."""
    if not membership.can_manage:
        return False
    others = Membership.objects.owners_beside(membership.team_id, membership.user_id)
    return proposal.by_id != membership.user_id or not others.exists()
