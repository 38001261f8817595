"""What one fit of a search would take: from trials that the team has finished, else from a few fits timed on a worker.

Nothing is fitted in a request. A choice of data, model, folds and space is timed once; a person has one timing in the
queue, for what the form shows now.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from django.db import IntegrityError, transaction
from django.db.models import Case, Q, When
from django.utils import timezone

from studies.engine import bell
from studies.engine.spec_examination import Examination, Plan
from studies.evaluation import Entry, Metric, Table
from studies.evaluation.timing import Seconds, spread
from studies.models import (
    UNFINISHED,
    DatasetVersion,
    ProbeState,
    ProbeTiming,
    Team,
    Trial,
    TrialState,
    User,
    WorkerProcess,
)
from studies.search import Space, make_method

CONFIGS = 12  # with the defaults; as many of them as the seconds allow are timed
ENOUGH_TRIALS, MOST_TRIALS = 12, 200
MOST_PER_HOUR = 60
LOST_AFTER = timedelta(seconds=40)
RING_AGAIN_AFTER = timedelta(seconds=5)
MOST_ATTEMPTS = 2
TRY_AGAIN_AFTER = timedelta(minutes=10)  # what failed may have been an accident: a busy machine, a killed process


class Pending(Enum):
    """Why there is no timing of this very choice yet."""

    NOT_ASKED = "not asked"
    WAITING = "waiting"
    RUNNING = "running"
    NO_WORKER = "no worker"
    NO_QUEUE = "no queue"
    TOO_MANY = "too many"
    FAILED = "failed"


@dataclass(frozen=True)
class Timing:
    """Seconds of one fit, where they come from, and what is still on its way."""

    seconds: Seconds | None = None
    trials: int = 0  # finished ones that it rests on
    probe: ProbeTiming | None = None  # that it rests on; of other ranges while `pending`
    pending: Pending | None = None
    error: str = ""  # what the model said to some or all of the timed configurations

    @property
    def is_on_its_way(self) -> bool:
        return self.pending in {Pending.NOT_ASKED, Pending.WAITING, Pending.RUNNING}


@dataclass(frozen=True)
class Choice:
    """The pieces of a spec that decide what one fit takes; all of them are there."""

    team: Team
    version: DatasetVersion
    table: Table
    estimator: Entry
    metric: Metric
    plan: Plan
    space: Space

    @property
    def fold_rows(self) -> tuple[int, int]:
        """Training and validation rows of one fit; by time, those of the middle fold."""
        rows, folds = self.table.n_rows, self.plan.folds
        if self.plan.kind == "time":
            return max(1, rows // 2), max(1, round(rows / (folds + 1)))
        valid = max(1, round(rows / folds))
        return rows - valid, valid


def timing_of(found: Examination, user: User, may_ask: bool = False) -> Timing | None:
    """What is known; with `may_ask` a timing is begun where there is none. None while the spec is not whole enough."""
    choice = choice_of(found)
    if choice is None:
        return None
    from_trials = _from_trials(choice)
    if from_trials is not None:
        return from_trials
    group, key = _keys(choice)
    probe, other = _known(group, key)
    if may_ask and probe is not None and probe.state == ProbeState.FAILED:
        _try_again(probe, user)
    if probe is None or probe.state in UNFINISHED:
        probe, pending = _asked(choice, user, group, key, probe) if may_ask else (probe, _waits(probe))
        if probe is None or probe.state in UNFINISHED:
            return Timing(_seconds(other), probe=other, pending=pending) if other else Timing(pending=pending)
    if probe.state == ProbeState.FAILED or probe.typical is None:
        return Timing(probe=probe, pending=Pending.FAILED, error=probe.error)
    return Timing(_seconds(probe), probe=probe, error=probe.error)


def choice_of(found: Examination) -> Choice | None:
    """What there is to time, if the spec has all of it."""
    pieces = (found.version, found.table, found.estimator, found.metric, found.plan, found.space)
    if any(piece is None for piece in pieces) or found.estimator.problem(found.table):
        return None
    return Choice(found.team, *pieces)


def _from_trials(choice: Choice) -> Timing | None:
    """Real trials of the same data, model and folds whose configurations lie in this space."""
    trials = Trial.objects.filter(
        study__team=choice.team,
        study__audit=None,
        study__dataset_version=choice.version,
        study__estimator=choice.estimator.key,
        study__target=choice.table.target,
        study__task=choice.table.task,
        state=TrialState.COMPLETE,
    ).order_by("-pk")
    plan, seconds = choice.plan.to_json() | {"repeats": 1}, []
    rows = trials.values_list("config", "fit_times", "score_times", "study__plan_spec")[:MOST_TRIALS]
    for config, fits, scores, other in rows:
        if fits and len(fits) == len(scores) and other | {"repeats": 1} == plan and choice.space.contains(config):
            seconds.append((sum(fits) + sum(scores)) / len(fits))
    return Timing(spread(seconds), trials=len(seconds)) if len(seconds) >= ENOUGH_TRIALS else None


def _keys(choice: Choice) -> tuple[str, str]:
    """Names of the choice without and with its space; a corrected dataset is stored anew, under another name."""
    version, table = choice.version, choice.table
    data = [version.pk, version.stored_as, list(table.names), table.target, table.task]
    parts = [*data, choice.estimator.key, *choice.fold_rows]
    parameters = [{k: v for k, v in entry.items() if k != "why"} for entry in choice.space.to_json()["parameters"]]
    return _name(parts), _name([*parts, parameters])


def _name(parts: list[object]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _waits(probe: ProbeTiming | None) -> Pending:
    if probe is None:
        return Pending.NOT_ASKED
    return Pending.RUNNING if probe.state == ProbeState.RUNNING else Pending.WAITING


def _known(group: str, key: str) -> tuple[ProbeTiming | None, ProbeTiming | None]:
    """The timing of this very choice, and the newest one of the same data, model and folds with other ranges."""
    this_one_first = Case(When(key=key, then=0), default=1)
    rows = ProbeTiming.objects.filter(group=group).filter(Q(key=key) | Q(state=ProbeState.DONE, typical__isnull=False))
    found = list(rows.order_by(this_one_first, "-pk")[:2])
    probe = next((row for row in found if row.key == key), None)
    return probe, next((row for row in found if row.key != key), None)


def _seconds(probe: ProbeTiming) -> Seconds:
    return Seconds(probe.low, probe.typical, probe.high)


# -- asking for a timing


def _asked(
    choice: Choice, user: User, group: str, key: str, probe: ProbeTiming | None
) -> tuple[ProbeTiming | None, Pending]:
    """Begin a timing, or look after one that is on its way."""
    if not WorkerProcess.objects.alive().exists():
        return probe, Pending.NO_WORKER
    now = timezone.now()
    if probe is None:
        if ProbeTiming.objects.filter(asked_by=user, asked_at__gt=now - timedelta(hours=1)).count() >= MOST_PER_HOUR:
            return None, Pending.TOO_MANY
        row = _row(choice, group) | {"asked_by": user, "asked_at": now}
        _give_place(user, {"key": key, **row})
        probe, _ = ProbeTiming.objects.get_or_create(key=key, defaults=row)
    elif probe.state == ProbeState.RUNNING and probe.started_at and abs(now - probe.started_at) > LOST_AFTER:
        give_back(probe, "The process that timed the fits died twice.")
        probe = ProbeTiming.objects.filter(pk=probe.pk).first()
        if probe is None:  # its dataset was deleted in this moment
            return None, Pending.NOT_ASKED
    is_due = probe.rung_at is None or abs(now - probe.rung_at) > RING_AGAIN_AFTER
    if probe.state == ProbeState.WAITING and is_due and not bell.ring_probe(probe):
        return probe, Pending.NO_QUEUE
    return probe, _waits(probe)


def _give_place(user: User, row: dict[str, object]) -> None:
    """What the form showed before gives its place in the queue to what it shows now. Were it taken out of the queue,
    two forms that are open side by side would take out one another's for as long as the workers are busy."""
    waiting = ProbeTiming.objects.filter(asked_by=user, state=ProbeState.WAITING)
    first = waiting.order_by("pk").values_list("pk", flat=True).first()
    waiting.exclude(pk=first).delete()
    try:
        with transaction.atomic():
            waiting.filter(pk=first).update(**row)
    except IntegrityError:  # somebody else asks for the same
        waiting.filter(pk=first).delete()


def _try_again(probe: ProbeTiming, user: User) -> None:
    """A timing that failed a while ago waits anew, as if it had just been asked for."""
    now = timezone.now()
    if abs(now - probe.asked_at) > TRY_AGAIN_AFTER and WorkerProcess.objects.alive().exists():
        failed = ProbeTiming.objects.filter(pk=probe.pk, state=ProbeState.FAILED)
        anew = {"state": ProbeState.WAITING, "attempts": 0, "rung_at": None, "error": ""}
        if failed.update(asked_by=user, asked_at=now, **anew):
            probe.state, probe.rung_at = ProbeState.WAITING, None


def _row(choice: Choice, group: str) -> dict[str, object]:
    train, valid = choice.fold_rows
    return {
        "version": choice.version,
        "group": group,
        "target": choice.table.target,
        "task": choice.table.task,
        "estimator": choice.estimator.key,
        "metric": choice.metric.key,
        "train_rows": train,
        "valid_rows": valid,
        "configs": _configs(choice),
    }


def _configs(choice: Choice) -> list[dict[str, object]]:
    """The defaults, then points spread evenly over the space, so that cheap and dear corners are among them."""
    method = make_method("random", choice.space, seed=0, direction="maximize")
    return [choice.estimator.defaults(choice.table), *method.ask(n=CONFIGS - 1, history=[], start=0)]


def give_back(probe: ProbeTiming, why: str) -> None:
    """A timing whose process ended without a word: once more, then failed."""
    again = probe.attempts < MOST_ATTEMPTS
    fields = (
        {"state": ProbeState.WAITING, "rung_at": None} if again else {"state": ProbeState.FAILED, "error": why[:500]}
    )
    with transaction.atomic():
        ProbeTiming.objects.filter(pk=probe.pk, state=ProbeState.RUNNING, attempts=probe.attempts).update(**fields)
