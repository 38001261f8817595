"""Studies of a team that stand still until a person decides."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, Subquery

from studies.models import ASKING, Method, Proposal, ProposalState, Study, StudyState, Team, Trial, TrialState
from studies.models.proposal import ProposalQuerySet

SHOWN = 3


@dataclass(frozen=True)
class Decisions:
    """The latest of them, each with why it waits, and how many more there are."""

    shown: list[tuple[Study, str]]
    more: int


def wants_decision() -> Q:
    """Failed, paused, under review, or by hand and without a trial in progress."""
    unfinished = Trial.objects.filter(study=OuterRef("pk"), state__in=[TrialState.WAITING, TrialState.RUNNING])
    waits_for_a_trial = Q(method=Method.MANUAL, state__in=ASKING) & ~Q(Exists(unfinished))
    return Q(state__in=[StudyState.FAILED, StudyState.PAUSED]) | waits_for_a_trial | Q(Exists(_open_proposal()))


def _open_proposal() -> ProposalQuerySet:
    return Proposal.objects.filter(study=OuterRef("pk"), state=ProposalState.OPEN)


def decisions(team: Team) -> Decisions:
    wanting = Study.objects.of_team(team).filter(wants_decision(), archived_at=None)
    proposed = Subquery(_open_proposal().values("trial__number"))
    latest = [
        (study, _why(study)) for study in wanting.annotate(proposed=proposed).order_by("-updated_at", "-pk")[:SHOWN]
    ]
    return Decisions(latest, max(0, wanting.count() - SHOWN))


def _why(study: Study) -> str:
    if study.proposed is not None:
        return f"trial {study.proposed} waits for an owner"
    if study.state == StudyState.FAILED:
        return study.reason.partition(". ")[0].rstrip(".") or "failed"
    return "paused: resume or stop?" if study.state == StudyState.PAUSED else "waits for your next trial"
