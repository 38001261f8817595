"""The workers' page: who lives, what runs, what waits and why, what was lost."""

import hashlib
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from studies.engine import measures
from studies.engine.bell import queued_jobs
from studies.engine.fitness import why_nobody
from studies.engine.sharing import all_busy
from studies.evaluation import catalogue
from studies.models import ASKING, Lane, Method, Study, Trial, TrialState

from .worker_rows import Row, worker_rows

DAY = timedelta(days=1)
STEP = 10  # seconds; how often what only ages is shown anew
SHOWN_WAITING = 20


@dataclass(frozen=True)
class Waiting:
    """A study with work for more parallel trials than it has now."""

    study: Study
    held: int
    why: str


@require_safe
def workers(request: HttpRequest) -> HttpResponse:
    return render(request, "workers/workers.html", _context(request) | _figures())


@require_safe
def workers_live(request: HttpRequest) -> HttpResponse:
    context = _context(request)
    if request.GET.get("since") == context["since"]:
        return HttpResponse(status=204)
    return render(request, "workers/_live.html", context | _figures() | {"oob": True})


def _context(request: HttpRequest) -> dict[str, Any]:
    teams = {membership.team_id for membership in request.memberships}
    held = list(Lane.objects.exclude(token="").select_related("study__audit__study").order_by("study_id", "number"))
    rows = worker_rows(teams, held)
    queued = queued_jobs()
    serving = [row for row in rows if row.alive and not row.refuses]
    refusing = sum(row.alive and bool(row.refuses) for row in rows)
    alive, busy = len(serving), sum(bool(row.doing) for row in serving)
    waiting = _waiting(teams, why_waiting(alive, busy, queued is None, refusing))
    since = measures.waiting_since()
    return {
        "section": "workers",
        "rows": rows,
        "alive": alive,
        "busy": busy,
        "refusing": refusing,
        "gone": sum(not row.alive for row in rows),
        "queued": None if queued is None else len(queued),
        "oldest": (timezone.now() - since).total_seconds() if since else None,
        "waiting": waiting,
        "lanes": len(held),
        "since": _cursor(rows, queued, waiting, len(held)),
    }


def _figures() -> dict[str, Any]:
    """What the cursor does not look at, and what takes longer the more trials there are."""
    return {"pace": measures.trials_per_minute(), "lost_today": measures.lost_attempts(DAY)}


def why_waiting(alive: int, busy: int, redis_away: bool, refusing: int = 0) -> str:
    if not alive:
        return "no worker takes work; the reasons stand above." if refusing else "no worker is running."
    if redis_away:
        return "Redis does not answer; it begins when Redis is back."
    return all_busy(alive) if busy >= alive else "a worker takes it up in a moment."


def _waiting(teams: set[int], why: str) -> list[Waiting]:
    """Studies of these teams with work and a lane that nobody serves, the longest waiting first."""
    waits = Trial.objects.filter(study=OuterRef("pk"), state=TrialState.WAITING)
    asks = Q(exhausted=False, next_number__lt=F("max_trials")) & ~Q(method=Method.MANUAL)
    studies = (
        Study.objects.filter(team__in=teams, state__in=ASKING)
        .select_related("audit__study")
        .filter(Exists(waits) | asks)
        .annotate(held=Count("lanes", filter=~Q(lanes__token="")))
        .annotate(rung=Count("lanes", filter=Q(lanes__token="", lanes__rung_at__isnull=False)))
        .filter(Q(held=0) | Q(rung__gt=0), held__lt=F("parallel"))
        .order_by("updated_at")
    )
    return [Waiting(study, study.held, _lacks(study) or why) for study in studies[:SHOWN_WAITING]]  # type: ignore[attr-defined]


def _lacks(study: Study) -> str:
    """A study of a model that needs an extra package waits for another reason than the rest."""
    entry = catalogue.get(study.estimator)
    return why_nobody(study) if entry and entry.packages else ""


def _cursor(rows: list[Row], queued: list[str] | None, waiting: list[Waiting], lanes: int) -> str:
    """A fingerprint of all that is shown; what only ages is shown anew every few seconds, while there is any."""
    shown = [
        (row.worker.name, row.alive, row.refuses, row.doing, [(loss.trial.pk, loss.since) for loss in row.lost])
        for row in rows
    ]
    waits = [(w.study.pk, w.held, w.why) for w in waiting]
    tick = int(time.time()) // STEP if lanes or waits else 0
    seen = (shown, None if queued is None else len(queued), waits, lanes, tick)
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]
