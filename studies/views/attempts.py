"""Attempts in plain words: where one ran, how it ended, and what became of its trial."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from studies.models import Attempt, Outcome, Trial, TrialState

SHOWN_LOST = 50
LOOKED_AT = 500


class Place(NamedTuple):
    """A worker's name, which is made of its machine's, its own and its process id."""

    worker: str
    host: str


@dataclass(frozen=True)
class Ending:
    """How an attempt stands: the mark, the word beside it, and a sentence."""

    mark: str
    word: str
    why: str
    counts: str = ""


@dataclass(frozen=True)
class AttemptRow:
    number: int
    place: Place
    started_at: datetime
    ended_at: datetime | None
    seconds: float
    ending: Ending


@dataclass(frozen=True)
class Loss:
    """A trial whose worker or process was lost, and what became of it since."""

    trial: Trial
    at: datetime
    worker: str
    why: str
    since: str


def place_of(worker: str) -> Place:
    parts = worker.rsplit("-", 2)
    if len(parts) == 3 and parts[2].isdigit():
        return Place(f"{parts[1]}, process {parts[2]}", parts[0])
    return Place(worker, "")


def attempt_rows(trial: Trial, attempts: Sequence[Attempt], is_next: bool = False) -> list[AttemptRow]:
    """The trial's attempts by number; `is_next`: the one under way has its turn still to come."""
    now, lost, rows = timezone.now(), 0, []
    for attempt in attempts:
        lost += attempt.outcome == Outcome.LOST
        seconds = max(0.0, ((attempt.ended_at or now) - attempt.started_at).total_seconds())
        is_last = attempt is attempts[-1] and trial.state not in {TrialState.WAITING, TrialState.RUNNING}
        ending = _ending(attempt, lost, is_last)
        if is_next and attempt.outcome == Outcome.RUNNING:
            ending = Ending("waiting", "Next", "its worker runs another trial first")
        rows.append(
            AttemptRow(attempt.number, place_of(attempt.worker), attempt.started_at, attempt.ended_at, seconds, ending)
        )
    return rows


def _ending(attempt: Attempt, lost: int, is_last: bool) -> Ending:
    """`lost`: how many attempts were lost so far, this one included; `is_last`: it decided the trial."""
    why = attempt.detail
    if attempt.outcome == Outcome.LOST:
        return Ending("lost", "Lost", why, f"loss {lost} of {settings.MAX_ATTEMPTS}")
    if attempt.outcome == Outcome.KILLED and not is_last:
        return Ending("waiting", "Given back", why, "not counted as a loss")
    if attempt.outcome == Outcome.KILLED:
        stopped = "stop" in why.lower() and "limit" not in why.lower()
        return Ending("stopped" if stopped else "failed", "Ended" if stopped else "Killed", why)
    if attempt.outcome == Outcome.RUNNING:
        return Ending("running", "Running", "it shows life every few seconds")
    return Ending(attempt.outcome, attempt.get_outcome_display(), why)


def losses(period: timedelta, studies: Sequence[int] | None = None, most: int = SHOWN_LOST) -> list[Loss]:
    """Attempts lost within the period, the latest first, one per trial and worker; of these studies or of all."""
    since = timezone.now() - period
    rows = Attempt.objects.filter(outcome=Outcome.LOST, ended_at__gt=since).order_by("-ended_at", "-pk")
    if studies is not None:  # in two steps: the few that were lost, by their index, not all attempts of a long study
        recent = list(rows.values_list("trial_id", flat=True)[:LOOKED_AT])
        if not recent:
            return []
        rows = rows.filter(trial__in=recent, trial__study__in=studies)
    rows = rows.select_related("trial__study__audit__study").defer("trial__traceback")[:most]
    return [Loss(row.trial, row.ended_at or since, row.worker, row.detail, _since(row.trial)) for row in rows]


def _since(trial: Trial) -> str:
    if trial.state == TrialState.RUNNING:
        return "runs again"
    if trial.state == TrialState.WAITING:
        return "waits to run again"
    if trial.state == TrialState.COMPLETE:
        return "ran again and is complete"
    return f"is {trial.get_state_display().lower()}"
