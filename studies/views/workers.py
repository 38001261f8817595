"""The workers' page: who lives, what runs, what waits."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from studies.engine.bell import queued_jobs
from studies.models import Lane, Study, Trial, TrialState, WorkerProcess
from studies.models.worker import ALIVE_FOR

REMEMBERED = timedelta(hours=1)  # how long a worker that is gone stays on the page


@dataclass(frozen=True)
class Doing:
    """What a worker is at: `study` is None for another team's."""

    study: Study | None
    trial: Trial | None
    since: datetime | None
    horse_pid: int | None


@dataclass(frozen=True)
class Row:
    worker: WorkerProcess
    alive: bool
    doing: list[Doing]


@require_safe
def workers(request: HttpRequest) -> HttpResponse:
    return render(request, "workers/workers.html", _context(request))


@require_safe
def workers_live(request: HttpRequest) -> HttpResponse:
    context = _context(request)
    if request.GET.get("since") == context["since"]:
        return HttpResponse(status=204)
    return render(request, "workers/_live.html", context | {"oob": True})


def _context(request: HttpRequest) -> dict:
    rows = _rows(request)
    queued = queued_jobs()
    lanes = Lane.objects.exclude(token="").count()
    alive = sum(row.alive for row in rows)
    return {
        "section": "workers",
        "rows": rows,
        "alive": alive,
        "gone": len(rows) - alive,
        "busy": sum(bool(row.doing) for row in rows if row.alive),
        "queued": None if queued is None else len(queued),
        "lanes": lanes,
        "since": _cursor(rows, queued, lanes),
    }


def _rows(request: HttpRequest) -> list[Row]:
    now = timezone.now()
    processes = WorkerProcess.objects.filter(seen_at__gt=now - REMEMBERED).order_by("-seen_at")
    held = list(Lane.objects.exclude(token="").order_by("study_id", "number"))
    visible = Study.objects.visible_to(request.user).in_bulk({lane.study_id for lane in held})
    trials = {
        trial.token: trial
        for trial in Trial.objects.filter(token__in=[lane.token for lane in held], state=TrialState.RUNNING)
        .only("token", "number", "study_id", "started_at")
        .order_by("-number")
    }
    doing: dict[str, list[Doing]] = {}
    for lane in held:
        study = visible.get(lane.study_id)
        trial = trials.get(lane.token)
        since = trial.started_at if trial else None
        doing.setdefault(lane.worker, []).append(Doing(study, trial if study else None, since, lane.horse_pid))
    rows = [Row(process, process.seen_at > now - ALIVE_FOR, doing.get(process.name, [])) for process in processes]
    return sorted(rows, key=lambda row: (not row.alive, row.worker.host, row.worker.started_at, row.worker.name))


def _cursor(rows: list[Row], queued: list[str] | None, lanes: int) -> str:
    """A fingerprint of everything shown, but for the age of things."""
    shown = [
        (row.worker.name, row.alive, d.study and d.study.pk, d.trial and d.trial.number, d.horse_pid)
        for row in rows
        for d in row.doing or [Doing(None, None, None, None)]
    ]
    waiting = None if queued is None else len(queued)
    return hashlib.sha256(repr((shown, waiting, lanes)).encode()).hexdigest()[:16]
