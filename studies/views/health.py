"""Is the process alive, and can the site do its work? For load balancers and watchdogs: public, without secrets."""

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.backoff import NoBackoff
from redis.retry import Retry

from studies.models import WorkerProcess

PATIENCE = 0.5  # seconds: a frozen Redis must not freeze the answer


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """A word per part; 503 unless every word is ok."""
    parts = {"redis": redis_word(), **database_words()}
    return JsonResponse(parts, status=200 if set(parts.values()) == {"ok"} else 503)


def redis_word() -> str:
    connection = redis.Redis.from_url(
        settings.RQ_QUEUES["lanes"]["URL"],
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        return "ok" if connection.ping() else "down"
    except redis.RedisError:
        return "down"
    finally:
        connection.close()


def database_words() -> dict[str, str]:
    try:
        alive = WorkerProcess.objects.alive().exists()
    except DatabaseError:
        return {"database": "down", "worker": "unknown"}
    return {"database": "ok", "worker": "ok" if alive else "none"}
