"""Errands: asked for, rung until a worker takes them up, given back when that worker is gone.

The rows are the truth, as everywhere: a job carries a row's number and may arrive never, once or five times.
"""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import F, IntegerField, QuerySet, Value
from django.utils import timezone

from studies.engine import bell, fitness
from studies.engine.intake_reading import lock_dataset_of_change, lock_dataset_of_reading, refuse_version
from studies.engine.patience import patiently
from studies.engine.store.versions import StorageAway
from studies.models import (
    AuditScoring,
    DatasetChange,
    Errand,
    ErrandState,
    ExpectedScore,
    ModelFile,
    Opening,
    TableReading,
    VersionDifference,
)

logger = logging.getLogger(__name__)
RING_AGAIN = timedelta(seconds=60)
RING_SOON = timedelta(seconds=4)
MAX_ATTEMPTS = 3

E = TypeVar("E", bound=Errand)
Beat = Callable[..., bool]  # a sign of life, and values to be stored with it; False: it is not ours any more
Values = dict[str, Any]
ENDED = (ErrandState.COMPLETE, ErrandState.FAILED)
WAITS: Values = {"state": ErrandState.WAITING, "rung_at": None}  # nothing was wrong with it: it is done later


@dataclass(frozen=True)
class Kind:
    """job: the function that a worker calls with a row's key; limit: the setting with the seconds that each of its
    `parts`, one after another, may take."""

    model: type[Errand]
    job: str
    limit: str
    lost: str  # what is said when one worker after the other was lost over it
    is_served: Callable[[], bool] = lambda: True
    parts: int = 1
    is_short: bool = False  # so that lanes do not mind if it goes ahead of them
    lock: Callable[[int], object] = lambda pk: None  # takes the rows that others lock before such an errand's
    also_lost: Callable[[int], object] = lambda pk: None  # writes what belongs to its failure, in the same transaction

    @property
    def seconds(self) -> float:
        return self.parts * float(getattr(settings, self.limit))


KINDS = (
    Kind(
        ModelFile,
        "studies.engine.model_job.run_model",
        "MODEL_SECONDS",
        "workers were lost while they fitted it; memory may be too small.",
        fitness.models_are_served,
    ),
    Kind(
        AuditScoring,
        "studies.engine.audit_job.run_audit",
        "MODEL_SECONDS",
        "workers were lost while they scored it; memory may be too small.",
        parts=6,  # a fit for each of five outer folds, and the sum
    ),
    Kind(
        ExpectedScore,
        "studies.engine.expected_job.run_expected",
        "EXPECTED_SECONDS",
        "workers were lost while they worked it out; memory may be too small.",
        parts=2,  # what all trials said is read, then worked out
        is_short=True,
    ),
    Kind(
        Opening,
        "studies.engine.opening_job.run_opening",
        "MODEL_SECONDS",
        "workers were lost while they scored it; memory may be too small.",
    ),
    Kind(
        TableReading,
        "studies.engine.reading_job.run_reading",
        "READING_JOB_SECONDS",
        "workers were lost while they read it; memory may be too small.",
        # The plain reading, one with earlier corrections, the plain one again where these do not fit, one as was said.
        parts=4,
        is_short=True,  # somebody looks at its page
        lock=lock_dataset_of_reading,
        also_lost=refuse_version,
    ),
    Kind(
        VersionDifference,
        "studies.engine.difference_job.run_difference",
        "READING_JOB_SECONDS",
        "workers were lost while they compared the tables; memory may be too small.",
        is_short=True,  # somebody looks at its page
    ),
    Kind(
        DatasetChange,
        "studies.engine.change_job.run_change",
        "READING_JOB_SECONDS",
        "workers were lost while they read it again; memory may be too small.",
        parts=10,  # each version once, where rows are held out
        is_short=True,  # somebody looks at its page
        lock=lock_dataset_of_change,
    ),
)
BY_MODEL = {kind.model: kind for kind in KINDS}
BY_JOB = {kind.job: kind for kind in KINDS}


def perform(
    model: type[E],
    pk: int,
    do: Callable[[E, Beat], Values | None],
    also: Callable[[], None] = lambda: None,
) -> bool:
    """Claim one, do it, store what came of it; whether anything was stored. The claim decides who does it.

    `do` gets the row and what it must call now and then as a sign of life; it answers the values to be stored with
    it, its state among them (usually `done(...)` or `failed(...)`), or None to leave it for later, as when the worker
    is being stopped. `also` writes what belongs to it, in the same transaction.
    """
    claimed = model._default_manager.filter(pk=pk, state=ErrandState.WAITING).update(
        state=ErrandState.RUNNING,
        started_at=timezone.now(),
        attempts=F("attempts") + 1,
        beat=F("beat") + 1,
        worker=os.environ.get("RQ_WORKER_ID", ""),
    )
    if not claimed:
        return False
    errand = model._default_manager.filter(pk=pk).first()
    if errand is None:  # what it was for was deleted in this moment
        return False
    # The moment of the claim too: attempts begin anew when it is asked for again, and a worker may wake up after that.
    claim = {"attempts": errand.attempts, "started_at": errand.started_at}
    ours = model._default_manager.filter(pk=pk, state=ErrandState.RUNNING, **claim)
    try:
        values = do(errand, lambda **also: patiently(ours.update, beat=F("beat") + 1, **also) == 1)
    except (StorageAway, FileNotFoundError) as error:
        logger.warning("%s waits: %s", errand, error)
        values = {"state": ErrandState.WAITING}  # rung again after a while
    if values is None:
        values = WAITS
    if values["state"] == ErrandState.WAITING:
        values = values | {"attempts": errand.attempts - 1}
    return bool(patiently(_store, ours, values, also, partial(BY_MODEL[model].lock, pk)))


def _store(ours: QuerySet[Any], values: Values, also: Callable[[], None], lock: Callable[[], object]) -> bool:
    with transaction.atomic():
        lock()
        stored = ours.update(**values) == 1
        if stored:
            also()
    return stored


def done(**values: Any) -> Values:
    return {"state": ErrandState.COMPLETE, "finished_at": timezone.now(), "error": ""} | values


def failed(error: str) -> Values:
    return {"state": ErrandState.FAILED, "finished_at": timezone.now(), "error": error[:500]}


def want_again(rows: QuerySet[Any], who: Any, **values: Any) -> int:
    """Have those that ended done anew; how many were. What is under way stays so."""
    ended = rows.filter(state__in=ENDED)
    fresh = {"state": ErrandState.WAITING, "attempts": 0, "asked_by": who, "asked_at": timezone.now()}
    return int(ended.update(**fresh, rung_at=None, error="", **values))


def ring_waiting() -> None:
    """Ring for what waits and was not rung for lately; Redis may have been away, or emptied."""
    served: dict[type[Errand], bool] = {}
    for kind, pk, rung_at in _in_state(ErrandState.WAITING, "rung_at"):
        if rung_at is not None and abs(timezone.now() - rung_at) <= RING_AGAIN:
            continue
        if kind.model not in served:
            served[kind.model] = kind.is_served()
        if not served[kind.model]:
            continue
        if not bell.ring_errand(kind.job, pk, kind.is_short):
            return
        kind.model._default_manager.filter(pk=pk).update(rung_at=timezone.now())


def _in_state(state: str, field: str) -> list[tuple[Kind, int, Any]]:
    """Errands of all kinds in that state, each with its key and one of its fields: one query."""
    first, *others = (
        kind.model._default_manager.filter(state=state)
        .annotate(kind=Value(number, IntegerField()))
        .values_list("kind", "pk", field)
        .order_by()
        for number, kind in enumerate(KINDS)
    )
    return [(KINDS[number], pk, value) for number, pk, value in first.union(*others, all=True)]


def leave_to_another(model: type[Errand], pk: int) -> None:
    """This worker cannot do it: it is rung for again soon, and another one may hear."""
    soon = timezone.now() - RING_AGAIN + RING_SOON
    model._default_manager.filter(pk=pk, state=ErrandState.WAITING).update(rung_at=soon)


def running() -> dict[tuple[type[Errand], int], int]:
    """The beat of each that is being done, by its kind and key."""
    return {(kind.model, pk): beat for kind, pk, beat in _in_state(ErrandState.RUNNING, "beat")}


def give_back(model: type[Errand], pk: int) -> None:
    """Whoever was doing it is gone: it waits again, and after three attempts it has failed."""
    rows = model._default_manager.filter(pk=pk, state=ErrandState.RUNNING)
    with transaction.atomic():
        BY_MODEL[model].lock(pk)
        if rows.filter(attempts__gte=MAX_ATTEMPTS).update(**failed(f"{MAX_ATTEMPTS} {BY_MODEL[model].lost}")):
            BY_MODEL[model].also_lost(pk)
    rows.update(**WAITS, beat=F("beat") + 1)
