"""What each worker is at: a trial of some study, the timing of fits for a form, the fit of a model, or a table."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from studies.engine import errands
from studies.models import (
    Dataset,
    Errand,
    ErrandState,
    Lane,
    ModelFile,
    ProbeState,
    ProbeTiming,
    TableReading,
    Trial,
    TrialState,
    VersionDifference,
    WorkerProcess,
)
from studies.models.worker import ALIVE_FOR

from .attempts import Loss, Place, losses, place_of

REMEMBERED = timedelta(hours=1)  # how long a worker that is gone stays on the page


@dataclass(frozen=True)
class Doing:
    """`name` and `link` are empty where it is for another team; `more`: trials that the same lane has at hand."""

    what: str
    name: str = ""
    link: str = ""
    trial: int | None = None
    trial_link: str = ""
    since: datetime | None = None
    more: int = 0
    horse_pid: int | None = None


@dataclass(frozen=True)
class Row:
    """`lost`: trials of these teams that the worker took along; `lost_of_others`: how many of other teams."""

    worker: WorkerProcess
    place: Place
    alive: bool
    doing: list[Doing]
    lost: list[Loss]
    lost_of_others: int

    @property
    def refuses(self) -> str:
        """Why it takes no work; empty where it does."""
        return self.worker.refuses or self.worker.trouble


def worker_rows(teams: Collection[int], held: list[Lane]) -> list[Row]:
    """Those alive first, then those lost within the hour; `held`: the lanes in use, with their studies."""
    now = timezone.now()
    processes = list(WorkerProcess.objects.filter(seen_at__gt=now - REMEMBERED))
    gone = {process.name for process in processes if process.seen_at <= now - ALIVE_FOR}
    doing, lost = _doing(teams, held), defaultdict(list)
    for loss in losses(REMEMBERED) if gone else []:
        lost[loss.worker].append(loss)
    rows = []
    for process in processes:
        ours = [loss for loss in lost[process.name] if loss.trial.study.team_id in teams]
        others = len(lost[process.name]) - len(ours)
        place = place_of(process.name)
        rows.append(Row(process, place, process.name not in gone, doing.get(process.name, []), ours, others))
    return sorted(rows, key=lambda row: (not row.alive, row.worker.host, row.worker.started_at, row.worker.name))


def _doing(teams: Collection[int], held: list[Lane]) -> dict[str, list[Doing]]:
    """By worker's name."""
    doing: dict[str, list[Doing]] = defaultdict(list)
    trials: dict[str, list[Trial]] = defaultdict(list)
    running = Trial.objects.filter(token__in=[lane.token for lane in held], state=TrialState.RUNNING)
    for trial in running.only("token", "number", "study_id", "started_at").order_by("number"):
        trials[trial.token].append(trial)
    for lane in held:
        doing[lane.worker].append(_at_lane(lane, trials[lane.token], lane.study.team_id in teams))
    for probe in _probes():
        doing[probe.worker].append(_at_probe(probe, probe.version.dataset.team_id in teams))
    for errand, at in _at_errands(teams):
        doing[errand.worker].append(at)
    return doing


def _at_lane(lane: Lane, trials: list[Trial], is_ours: bool) -> Doing:
    at = next((trial for trial in trials if trial.number == lane.begun), trials[0] if trials else None)
    since = at.started_at if at else None
    if not is_ours:
        return Doing("another team’s study", since=since)
    link = reverse("study", args=[lane.study.shown.pk])
    if lane.study.audit_id is not None:
        page = f"{link}#audit"
        return Doing("nested audit of", lane.study.shown.name, page, since=since, horse_pid=lane.horse_pid)
    if at is None:
        return Doing("", lane.study.name, link, horse_pid=lane.horse_pid)
    more = sum(trial.number > at.number for trial in trials)
    page = reverse("trial", args=[lane.study_id, at.number])
    return Doing("", lane.study.name, link, at.number, page, since, more, lane.horse_pid)


def _probes() -> list[ProbeTiming]:
    """Under way; a worker that died in the midst of one is not shown at it for ever."""
    longest = timedelta(seconds=3 * settings.PROBE_SECONDS + settings.LEASE_SECONDS)
    rows = ProbeTiming.objects.filter(state=ProbeState.RUNNING, started_at__gt=timezone.now() - longest)
    return list(rows.exclude(worker="").select_related("version__dataset").defer("configs"))


def _at_probe(probe: ProbeTiming, is_ours: bool) -> Doing:
    if not is_ours:
        return Doing("times fits for another team’s form", since=probe.started_at)
    dataset = probe.version.dataset
    return Doing(
        "times fits for a form on", dataset.name, reverse("dataset", args=[dataset.pk]), since=probe.started_at
    )


def _at_errands(teams: Collection[int]) -> Iterator[tuple[Errand, Doing]]:
    """What is done beside trials; most of the time there is nothing, and one query says so."""
    under_way = defaultdict(list)
    for model, pk in errands.running():
        under_way[model].append(pk)

    def rows(model: type[Errand], *related: str) -> Iterable[Any]:
        if model not in under_way:
            return ()
        found = model._default_manager.filter(pk__in=under_way[model], state=ErrandState.RUNNING).exclude(worker="")
        return found.select_related(*related)

    for wanted in rows(ModelFile, "trial__study"):
        yield wanted, _at_model(wanted, wanted.trial.study.team_id in teams)
    for reading in rows(TableReading, "version__dataset"):
        yield reading, _at_table(reading, reading.version.dataset, f"reads version {reading.version.number} of", teams)
    for one in rows(VersionDifference, "before", "after__dataset"):
        what = f"compares versions {one.before.number} and {one.after.number} of"
        yield one, _at_table(one, one.after.dataset, what, teams)


def _at_table(errand: Errand, dataset: Dataset, what: str, teams: Collection[int]) -> Doing:
    if dataset.team_id not in teams:
        return Doing("is at a table of another team", since=errand.started_at)
    return Doing(what, dataset.name, reverse("dataset", args=[dataset.pk]), since=errand.started_at)


def _at_model(wanted: ModelFile, is_ours: bool) -> Doing:
    if not is_ours:
        return Doing("fits a model for another team", since=wanted.started_at)
    trial = wanted.trial
    page = reverse("trial_model", args=[trial.study_id, trial.number])
    name = f"{trial.study.name}, trial {trial.number}"
    return Doing("fits the model of", name, page, since=wanted.started_at)
