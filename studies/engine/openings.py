"""Opening a dataset's held-out set: one trial is scored on rows that no study has seen, after saying what is expected.

The claim is stored with the reason before anything is read, so that nobody can fit it to the result.
"""

from typing import Any

import numpy as np
from django.db import IntegrityError, transaction
from django.utils import timezone

from studies.engine import errands, moves
from studies.engine.actions import Refused
from studies.evaluation.honesty import hand_picked
from studies.evaluation.honesty.intervals import SHRINK
from studies.models import ErrandState, ExpectedScore, HeldOutSet, Opening, Study, Trial, TrialState, User

LONGEST_REASON = 2000


def why_not(study: Study, trial: Trial | None) -> str:
    """Why the set cannot be opened for a trial now, in a sentence; "" where it can."""
    version = study.dataset_version
    if study.holdout != "on" or version.dataset.held_out_set is None:
        return "No rows were held out of this study, so there is nothing to open."
    if not version.held_out_rows:
        return "None of the held-out rows is in this version of the dataset."
    if not study.is_terminal:
        return "The search is not over. Let it end, or stop it: what the held-out set says must not steer it."
    if trial is None or trial.state != TrialState.COMPLETE:
        return "Only a complete trial can be scored."
    if Opening.objects.filter(trial=trial).exists():
        return f"The set was opened for trial {trial.number} already; scoring it again would say the same."
    if ExpectedScore.objects.filter(study=study, state__in=[ErrandState.WAITING, ErrandState.RUNNING]).exists():
        return "The expected score is being worked out, and the claim to be tested rests on it. Try again in a moment."
    return ""


def claim_of(study: Study, trial: Trial) -> dict[str, Any]:
    """What is expected of the trial before the set is opened, as Opening.claim keeps it."""
    told = ExpectedScore.objects.filter(study=study, state=ErrandState.COMPLETE).first()
    common = {"metric": study.metric}
    if told is None or not told.figures or not told.figures["available"]:
        error = trial.stderr or 0.0
        return {
            "of": "cv",
            "value": trial.value,
            "low": trial.value - 2 * error,
            "high": trial.value + 2 * error,
            "error": error,
            "trials": 1,
        } | common
    figures = told.figures
    value, of = figures["expected"], "expected"
    if trial.number != figures["best_number"]:
        of = "hand_picked"
        value = hand_picked(trial.value, figures["optimism"], value, maximize=study.maximize)
    shift = value - figures["expected"]
    return {
        "of": of,
        "value": value,
        "low": figures["low"] + shift,
        "high": figures["high"] + shift,
        "error": SHRINK * float(np.std(np.frombuffer(told.draws, "<f8"))),
        "trials": figures["trials"],
    } | common


def open_for(study: Study, trial: Trial, who: User, reason: str) -> Opening:
    """Put the opening on record and have the trial scored. Raises Refused."""
    if why := why_not(study, trial):
        raise Refused(why)
    held_out = study.dataset_version.dataset.held_out_set
    try:
        with transaction.atomic():
            study.refresh_from_db(fields=["state"], from_queryset=Study.objects.select_for_update())
            if why := why_not(study, trial):  # somebody has let it go on in this moment
                raise Refused(why)
            found = _record(held_out, study, trial, who, reason)
            moves.record(study.pk, f"opened the held-out set for trial {trial.number}", who, reason)
            study.team.events.create(
                who=who, what=f"opened the held-out set of “{held_out.dataset}” for trial {trial.number} of “{study}”"
            )
            moves.touch(study.pk)
    except IntegrityError as error:
        raise Refused("Somebody opened the set in this moment. Look at what it said first.") from error
    errands.ring_waiting()
    return found


def _record(held_out: HeldOutSet, study: Study, trial: Trial, who: User, reason: str) -> Opening:
    last = held_out.openings.order_by("-number").values_list("number", flat=True).first()
    return Opening.objects.create(
        held_out=held_out,
        number=(last or 0) + 1,
        study=study,
        study_name=study.name,
        trial=trial,
        trial_number=trial.number,
        asked_by=who,
        by_name=str(who),
        asked_at=timezone.now(),
        reason=reason,
        claim=claim_of(study, trial),
    )


def try_again(opening: Opening) -> None:
    """A scoring that failed, for want of memory or a worker, is done anew: the record stays what it is."""
    again = {"state": ErrandState.WAITING, "attempts": 0, "rung_at": None, "error": ""}
    if not Opening.objects.filter(pk=opening.pk, state=ErrandState.FAILED).update(**again):
        raise Refused("It has not failed.")
    errands.ring_waiting()
