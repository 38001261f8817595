"""Complete trials and what they said about each row, taken out of the database for a process that has none."""

import hashlib
import logging
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from studies.engine.store.versions import StorageAway
from studies.engine.tables import table_source
from studies.models import Column, SplitPlan, Study, Trial, TrialPredictions, TrialState

logger = logging.getLogger(__name__)
MOST_STUDIES = 200
LEAST_SHARE = 0.5  # of the columns, and of the rows, that two studies must share
MOST_TRIALS = 5000
MOST_BYTES = 256 * 2**20  # of stored predictions, which are in memory at once
AT_ONCE = 100


@dataclass(frozen=True)
class Told:
    """One complete trial; data: its predictions as they are stored, empty where it has none."""

    number: int
    config: dict[str, Any]
    fit_seconds: float | None
    data: bytes


@dataclass(frozen=True)
class Scored:
    """A study with the trials that are used, by number. source: what `table_from_file` wants; plan: the folds.

    complete: how many complete trials it has. key: which trials were used.
    """

    study_id: int
    version_id: int
    person_id: int | None
    source: tuple[str, ...]
    plan: bytes
    complete: int
    trials: tuple[Told, ...]
    key: str


@dataclass(frozen=True)
class Others:
    """Other studies, and how many complete trials had to be left unread."""

    scored: tuple[Scored, ...]
    unread: int


class Reader:
    """Reads studies one after the other, within limits that hold for all of them together."""

    def __init__(self, beat: Callable[[], object]) -> None:
        self.beat = beat
        self.trials_left = MOST_TRIALS
        self.bytes_left = MOST_BYTES

    def read(self, study: Study) -> Scored:
        """Its complete trials: all, or where they are too many the best and the newest. StorageAway as table_source."""
        source = table_source(study.dataset_version, study.target, study.task, self.beat)
        rows = study.trials.filter(state=TrialState.COMPLETE).order_by("number")
        complete = list(rows.values_list("pk", "number", "value"))
        chosen = _best_and_newest(complete, self.trials_left, study.maximize)
        told = list(self._with_predictions(chosen))
        self.trials_left -= len(told)
        return Scored(
            study_id=study.pk,
            version_id=study.dataset_version_id,
            person_id=study.created_by_id,
            source=source,
            plan=bytes(study.plan.fold_of_row),
            complete=len(complete),
            trials=tuple(sorted(told, key=lambda trial: trial.number)),
            key=_digest(pk for pk, *_ in chosen),
        )

    def _with_predictions(self, pks: Sequence[tuple[int, int, float | None]]) -> Iterable[Told]:
        for start in range(0, len(pks), AT_ONCE):
            self.beat()
            some = [pk for pk, *_ in pks[start : start + AT_ONCE]]
            data = dict(TrialPredictions.objects.filter(trial_id__in=some).values_list("trial_id", "data"))
            facts = Trial.objects.filter(pk__in=some).values_list("pk", "number", "config", "fit_seconds")
            told = {pk: (number, config, seconds) for pk, number, config, seconds in facts}
            for pk in some:
                stored = bytes(data.get(pk, b""))
                if pk in told and len(stored) <= self.bytes_left:
                    self.bytes_left -= len(stored)
                    yield Told(*told[pk], stored)


def others_on_the_rows(study: Study, reader: Reader) -> Others:
    """Studies of the team that may have scored the same rows with the same target and metric, the newest first."""
    rows = Study.objects.of_team(study.team).filter(target=study.target, task=study.task, metric=study.metric)
    rows = rows.exclude(pk=study.pk).exclude(plan=None).exclude(plan__kind=SplitPlan.Kind.TIME).order_by("-pk")
    found = list(rows.select_related("dataset_version").prefetch_related("plan")[:MOST_STUDIES])
    names: dict[int, set[str]] = defaultdict(set)
    versions = {study.dataset_version_id, *(other.dataset_version_id for other in found)}
    for version, name in Column.objects.filter(version__in=versions).values_list("version_id", "name"):
        names[version].add(name)
    scored, unread = [], 0
    for other in found:
        if not share_columns(names[study.dataset_version_id], names[other.dataset_version_id]):
            continue
        try:
            scored.append(reader.read(other))
        except (StorageAway, FileNotFoundError) as error:
            logger.warning("Study %s is left out of what was run on the rows of %s: %s", other.pk, study.pk, error)
            unread += other.trials.filter(state=TrialState.COMPLETE).count()
    return Others(tuple(scored), unread)


def share_columns(here: set[str], there: set[str]) -> bool:
    """Whether two tables have enough columns in common to tell rows apart."""
    return len(here & there) >= LEAST_SHARE * max(len(here), len(there))


def _best_and_newest(
    trials: list[tuple[int, int, float | None]], room: int, maximize: bool
) -> Sequence[tuple[int, int, float | None]]:
    """(key, number, value) of as many as there is room for: the first, then half by score and half by number."""
    if len(trials) <= room:
        return trials
    newest = sorted(trials, key=lambda trial: -trial[1])
    best = sorted(trials, key=lambda trial: (_loss(trial[2], maximize), trial[1]))
    order = [trials[0], *(trial for pair in zip(best, newest, strict=True) for trial in pair)]
    return list(dict.fromkeys(order))[:room]


def _loss(value: float | None, maximize: bool) -> float:
    return math.inf if value is None else -value if maximize else value


def _digest(keys: Iterable[int]) -> str:
    return hashlib.sha256(",".join(map(str, sorted(keys))).encode()).hexdigest()
