"""Studies of a team that stand still until a person decides."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, Subquery

from studies.models import (
    ASKING,
    ExpectedScore,
    Method,
    Proposal,
    ProposalState,
    Study,
    StudyState,
    Team,
    Trial,
    TrialState,
)
from studies.models.expected_score import ExpectedScoreQuerySet
from studies.models.proposal import ProposalQuerySet

SHOWN = 3
CONVERGED = ("converged", "no_pattern")


@dataclass(frozen=True)
class Decisions:
    """The latest of them, each with why it waits, and how many more there are."""

    shown: list[tuple[Study, str]]
    more: int


def wants_decision() -> Q:
    """Failed, paused, under review, converged and going on, or by hand and without a trial in progress."""
    unfinished = Trial.objects.filter(study=OuterRef("pk"), state__in=[TrialState.WAITING, TrialState.RUNNING])
    waits_for_a_trial = Q(method=Method.MANUAL, state__in=ASKING) & ~Q(Exists(unfinished))
    return (
        Q(state__in=[StudyState.FAILED, StudyState.PAUSED])
        | waits_for_a_trial
        | Q(Exists(_open_proposal()))
        | Q(state__in=ASKING, stop_when_converged=False) & Q(Exists(_converged()))
    )


def _converged() -> ExpectedScoreQuerySet:
    """It goes on although more trials would only fit noise."""
    return ExpectedScore.objects.filter(study=OuterRef("pk"), verdict__in=CONVERGED)


def _open_proposal() -> ProposalQuerySet:
    return Proposal.objects.filter(study=OuterRef("pk"), state=ProposalState.OPEN)


def decisions(team: Team) -> Decisions:
    wanting = Study.objects.of_team(team).filter(wants_decision(), archived_at=None)
    proposed = Subquery(_open_proposal().values("trial__number"))
    latest = [
        (study, _why(study))
        for study in wanting.annotate(proposed=proposed, converged=Exists(_converged())).order_by("-updated_at", "-pk")[
            :SHOWN
        ]
    ]
    return Decisions(latest, max(0, wanting.count() - SHOWN))


def _why(study: Study) -> str:
    if study.proposed is not None:
        return f"trial {study.proposed} waits for an owner"
    if study.state == StudyState.FAILED:
        return study.reason.partition(". ")[0].rstrip(".") or "failed"
    if study.state == StudyState.PAUSED:
        return "paused: resume or stop?"
    return "converged: stop or extend?" if study.converged else "waits for your next trial"
