"""Ask: which trial a lane runs next, claimed in one short transaction.

A proposal is computed outside any transaction and taken only if nobody took another one meanwhile; so
history-based methods see every earlier proposal as pending, without a lock.
"""

import logging
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from studies.engine import moves
from studies.models import ASKING, Attempt, Lane, Method, Source, Study, StudyState, Trial, TrialState
from studies.search import Observation, Space, make_method

logger = logging.getLogger(__name__)


class LaneLost(Exception):
    """The lane's token is no longer ours: somebody gave this slice up."""


def next_trial(study_id: int, lane: Lane) -> Trial | None:
    """The next trial of the study, running under the lane's token; None when there is nothing to do.

    Raises LaneLost when the lane was given to another slice.
    """
    while True:
        study = Study.objects.get(pk=study_id)
        if study.state not in ASKING:
            return None
        trial = _claim_waiting(study, lane)
        if trial is not None:
            return trial
        if study.method == Method.MANUAL or study.exhausted or study.next_number >= study.max_trials:
            return None
        try:
            config = propose(study)
        except DatabaseError:
            raise
        except Exception as error:  # whatever a method raises, it would raise again in the next slice, and the next
            logger.exception("The method %s of study %s could not propose", study.method, study_id)
            why = f"The method {study.method} could not propose trial {study.next_number}: {error}"
            moves.begin_stopping(study_id, list(ASKING), StudyState.FAILED, why)
            return None
        if config is None:  # for good: pending trials count as tried
            Study.objects.filter(pk=study_id, next_proposal=study.next_proposal).update(exhausted=True)
            return None
        trial = _claim_proposal(study, lane, config)
        if trial is not None:
            return trial


def propose(study: Study) -> dict[str, Any] | None:
    """The method's proposal number `next_proposal`: a pure function of space, history, seed and that number."""
    space = Space.from_json(study.space)
    method = make_method(study.method, space, seed=study.seed, direction=study.direction, **study.method_options)
    history = history_of(study) if study.method in {Method.BAYESIAN, Method.EVOLUTIONARY} else []
    configurations = method.ask(n=1, history=history, start=study.next_proposal)
    return configurations[0] if configurations else None


def history_of(study: Study) -> list[Observation]:
    """What the method may know, by trial number; cancelled trials never happened."""
    rows = (
        study.trials.exclude(state=TrialState.CANCELLED)
        .order_by("number")
        .values_list("config", "value", "state", "fold_scores", "stderr", "fit_seconds")
    )
    return [
        Observation(config, value, state, fold_scores=scores or None, noise=stderr, cost=seconds)
        for config, value, state, scores, stderr, seconds in rows
    ]


def _claim_waiting(study: Study, lane: Lane) -> Trial | None:
    """Take the waiting trial with the lowest number.

    An UPDATE with a condition across a join becomes `id IN (SELECT ...)`, and PostgreSQL does not look at that
    again when another lane has just taken the row: the row's own state must stand beside it.
    """
    asking = Study.objects.filter(pk=study.pk, state__in=ASKING)
    while True:
        trial = study.trials.filter(state=TrialState.WAITING).order_by("number").first()
        if trial is None:
            return None
        with transaction.atomic():
            hold(lane)
            taken = Trial.objects.filter(pk=trial.pk, state=TrialState.WAITING, study__in=asking).update(
                state=TrialState.RUNNING, token=lane.token, started_at=timezone.now()
            )
            if taken:
                _begin_attempt(trial, lane)
                Study.objects.filter(pk=study.pk).update(change=F("change") + 1)
                return Trial.objects.get(pk=trial.pk)
        if not asking.exists():
            return None


def _claim_proposal(study: Study, lane: Lane, config: dict[str, Any]) -> Trial | None:
    """Make the proposal a running trial, unless another lane asked in between."""
    with transaction.atomic():
        hold(lane)
        ours = Study.objects.filter(
            pk=study.pk,
            state__in=ASKING,
            next_proposal=study.next_proposal,
            next_number=study.next_number,
        ).update(
            next_proposal=study.next_proposal + 1,
            next_number=study.next_number + 1,
            change=F("change") + 1,
            updated_at=timezone.now(),
        )
        if not ours:
            return None
        trial = Trial.objects.create(
            study=study,
            number=study.next_number,
            source=Source.METHOD,
            proposal_index=study.next_proposal,
            config=config,
            state=TrialState.RUNNING,
            token=lane.token,
            started_at=timezone.now(),
        )
        _begin_attempt(trial, lane)
        return trial


def hold(lane: Lane) -> None:
    """Raise the lane's beat under our token, as a sign of life or in the transaction that takes a trial."""
    if Lane.objects.filter(pk=lane.pk, token=lane.token).update(beat=F("beat") + 1) != 1:
        raise LaneLost


def _begin_attempt(trial: Trial, lane: Lane) -> None:
    Attempt.objects.create(
        trial=trial,
        number=trial.attempts.count() + 1,
        token=lane.token,
        lane=lane.number,
        worker=lane.worker,
        started_at=timezone.now(),
    )
