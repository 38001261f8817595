"""Asking for the model of a trial."""

from importlib.util import find_spec

from django.utils import timezone

from studies.engine import errands
from studies.models import Event, ModelFile, Trial, TrialState, User

from .actions import Refused


def can_be_made() -> bool:
    """Whether skops, an extra, is installed."""
    return find_spec("skops") is not None


def ask_for_model(trial: Trial, who: User) -> ModelFile:
    """Have the trial's configuration fitted on all rows. Asking while it is under way changes nothing."""
    if not can_be_made():
        raise Refused("The extra skops is not installed where the site runs.")
    if trial.state != TrialState.COMPLETE:
        raise Refused("Only a complete trial has a model.")
    asked = {"asked_by": who, "asked_at": timezone.now()}
    wanted, made = ModelFile.objects.get_or_create(trial=trial, defaults=asked)
    if made or errands.want_again(ModelFile.objects.filter(pk=wanted.pk), who, size=0):
        Event.objects.create(study=trial.study, who=who, verb=f"asked for the model of trial {trial.number}")
        errands.ring_waiting()
    return ModelFile.objects.get(pk=wanted.pk)
