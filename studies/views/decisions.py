"""Studies of a team that stand still until a person decides."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from studies.models import ASKING, Method, Study, StudyState, Team, Trial, TrialState

SHOWN = 3


@dataclass(frozen=True)
class Decisions:
    """The latest of them, each with why it waits, and how many more there are."""

    shown: list[tuple[Study, str]]
    more: int


def wants_decision() -> Q:
    """Failed, paused, or by hand and without a trial in progress."""
    unfinished = Trial.objects.filter(study=OuterRef("pk"), state__in=[TrialState.WAITING, TrialState.RUNNING])
    waits_for_a_trial = Q(method=Method.MANUAL, state__in=ASKING) & ~Q(Exists(unfinished))
    return Q(state__in=[StudyState.FAILED, StudyState.PAUSED]) | waits_for_a_trial


def decisions(team: Team) -> Decisions:
    wanting = Study.objects.of_team(team).filter(wants_decision(), archived_at=None)
    latest = [(study, _why(study)) for study in wanting.order_by("-updated_at", "-pk")[:SHOWN]]
    return Decisions(latest, max(0, wanting.count() - SHOWN))


def _why(study: Study) -> str:
    if study.state == StudyState.FAILED:
        return study.reason.partition(". ")[0].rstrip(".") or "failed"
    return "paused: resume or stop?" if study.state == StudyState.PAUSED else "waits for your next trial"
