"""Asking for the model of a trial, and ringing until a worker has made it."""

from datetime import timedelta
from importlib.util import find_spec

from django.db.models import F
from django.utils import timezone

from studies.engine import bell
from studies.models import Event, ModelFile, ModelFileState, Trial, TrialState, User

from .actions import Refused
from .fitness import models_are_served

RING_AGAIN = timedelta(seconds=60)
RING_SOON = timedelta(seconds=4)
MAX_ATTEMPTS = 3


def can_be_made() -> bool:
    """Whether skops, an extra, is installed."""
    return find_spec("skops") is not None


def ask_for_model(trial: Trial, who: User) -> ModelFile:
    """Have the trial's configuration fitted on all rows. Asking while it is under way changes nothing."""
    if not can_be_made():
        raise Refused("The extra skops is not installed where the site runs.")
    if trial.state != TrialState.COMPLETE:
        raise Refused("Only a complete trial has a model.")
    now = timezone.now()
    wanted, made = ModelFile.objects.get_or_create(trial=trial, defaults={"asked_by": who, "asked_at": now})
    if not made:
        ended = ModelFile.objects.filter(pk=wanted.pk, state__in=[ModelFileState.COMPLETE, ModelFileState.FAILED])
        made = bool(
            ended.update(
                state=ModelFileState.WAITING, attempts=0, asked_by=who, asked_at=now, rung_at=None, error="", size=0
            )
        )
    if made:
        Event.objects.create(study=trial.study, who=who, verb=f"asked for the model of trial {trial.number}")
        ring_waiting()
    return ModelFile.objects.get(pk=wanted.pk)


def ring_waiting() -> None:
    """Ring for what waits and was not rung for lately; Redis may have been away, or emptied."""
    for wanted in ModelFile.objects.filter(state=ModelFileState.WAITING):
        rested = wanted.rung_at is None or abs(timezone.now() - wanted.rung_at) > RING_AGAIN
        if rested and not (models_are_served() and bell.ring_model(wanted)):
            return


def leave_to_another(pk: int) -> None:
    """This worker cannot make it: it is rung for again soon, and another one may hear."""
    soon = timezone.now() - RING_AGAIN + RING_SOON
    ModelFile.objects.filter(pk=pk, state=ModelFileState.WAITING).update(rung_at=soon)


def give_back(pk: int) -> None:
    """Whoever was fitting it is gone: it waits again, and after three attempts it has failed."""
    running = ModelFile.objects.filter(pk=pk, state=ModelFileState.RUNNING)
    lost = running.filter(attempts__gte=MAX_ATTEMPTS)
    error = f"{MAX_ATTEMPTS} workers were lost while they fitted it; memory may be too small."
    lost.update(state=ModelFileState.FAILED, error=error, finished_at=timezone.now())
    running.update(state=ModelFileState.WAITING, rung_at=None, beat=F("beat") + 1)
