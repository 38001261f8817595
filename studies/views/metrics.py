"""Figures for Prometheus: counts over all teams and no names, for who knows METRICS_TOKEN."""

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from studies.engine import bell, measures
from studies.engine.vital_signs import Part, answers, disk_free

Sample = tuple[str, dict[str, str], float]
HELP = {
    "database_up": "1 while the database answers",
    "redis_up": "1 while Redis answers",
    "disk_free_bytes": "Room left for the data folder",
    "queue_length": "Bells that wait in Redis for a worker",
    "oldest_waiting_seconds": "How long the bell that waits longest has waited; 0 when none does",
    "lanes_held": "Parallel trials in use",
    "workers": "Worker processes: alive and at work, refusing it, or lost within the past hour",
    "last_tick_seconds": "Since a worker last showed life and looked for lost work",
    "studies": "Studies by state",
    "trials": "Trials by state",
    "attempts": "Attempts at trials by how they ended; lost: their worker or process died",
    "attempts_repeated": "Attempts beyond a trial's first",
}


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """404 without METRICS_TOKEN; at most a second, whatever hangs: what is silent is left out and its `up` is 0."""
    if not settings.METRICS_TOKEN:
        raise Http404
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not constant_time_compare(token.strip(), settings.METRICS_TOKEN):
        return HttpResponse("A bearer token is needed.\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    rows, queue, disk = answers(DATABASE, QUEUE, DISK)
    samples: list[Sample] = [
        ("database_up", {}, float(bool(rows))),
        ("redis_up", {}, float(queue is not None)),
        *([("disk_free_bytes", {}, float(disk))] if disk is not None else []),
        *([("queue_length", {}, float(queue))] if queue is not None else []),
        *(rows or []),
    ]
    return HttpResponse(exposition(samples), content_type="text/plain; version=0.0.4; charset=utf-8")


def exposition(samples: list[Sample]) -> str:
    """Prometheus' text format, one group of lines per name. Labels are our own words, so none needs escaping."""
    lines: list[str] = []
    for name, text in HELP.items():
        found = [(labels, value) for sample, labels, value in samples if sample == name]
        if found:
            lines += [f"# HELP tuningsite_{name} {text}", f"# TYPE tuningsite_{name} gauge"]
        for labels, value in found:
            shown = ",".join(f'{key}="{word}"' for key, word in labels.items())
            lines.append(f"tuningsite_{name}{f'{{{shown}}}' if shown else ''} {value:.12g}")
    return "\n".join(lines) + "\n"


def _database_samples() -> list[Sample] | None:
    try:
        return measures.samples()
    except DatabaseError:
        return None


def _queue_length() -> int | None:
    try:
        with bell.connection() as redis_connection:
            return redis_connection.llen(f"rq:queue:{bell.QUEUE}")
    except redis.RedisError:
        return None


DATABASE = Part(_database_samples, fresh_for=5.0)  # counting every trial is not for every scraper anew
QUEUE = Part(_queue_length)
DISK = Part(disk_free)
