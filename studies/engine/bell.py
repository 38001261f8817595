"""Redis only rings the bell: a job says "there may be work for this lane", nothing more.

Nothing here raises when Redis is away; the reconciler rings again.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import django_rq
import redis
from django.conf import settings
from django.utils import timezone
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue

from studies.models import Lane, ProbeTiming

logger = logging.getLogger(__name__)
QUEUE = "lanes"
JOB = "studies.engine.lane.run_lane"
PROBE_JOB = "studies.engine.probe_job.run_probe"
REDIS_TIMEOUT = 0.5  # seconds; no page and no slice waits longer for Redis
AWAY_SECONDS = 1.0  # after a failure nobody in this process asks again for so long: waits must not add up in a request

_away_until: dict[str, float] = {}  # by URL, on the monotonic clock


def connection(timeout: float = REDIS_TIMEOUT) -> redis.Redis:
    """A connection that gives up after `timeout` seconds."""
    return redis.Redis.from_url(
        settings.RQ_QUEUES[QUEUE]["URL"],
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=Retry(NoBackoff(), 0),
    )


@contextmanager
def _queue() -> Iterator[Queue]:
    """The queue; RedisError when Redis does not answer, at once where it did not a moment ago."""
    url = settings.RQ_QUEUES[QUEUE]["URL"]
    if time.monotonic() < _away_until.get(url, 0.0):
        raise redis.ConnectionError("Redis did not answer a moment ago")
    try:
        with connection() as redis_connection:
            yield django_rq.get_queue(QUEUE, connection=redis_connection)
    except (redis.ConnectionError, redis.TimeoutError):
        _away_until[url] = time.monotonic() + AWAY_SECONDS
        raise


def forget_outage() -> None:
    """Ask Redis again at once: it has just been started."""
    _away_until.clear()


def queued_jobs() -> list[str] | None:
    """Ids of the jobs that wait in the queue; None when Redis does not answer."""
    try:
        with _queue() as queue:
            return queue.job_ids
    except redis.RedisError:
        return None


def ring(lane: Lane) -> bool:
    """Enqueue one job for the lane under a fresh id; False when Redis is away.

    A re-used id would be deleted by the job that ends (rq, result_ttl 0). Double bells are harmless.
    """
    job_id = uuid4().hex
    Lane.objects.filter(pk=lane.pk).update(job_id=job_id, rung_at=timezone.now())
    try:
        with _queue() as queue:
            queue.enqueue_call(
                JOB, args=(lane.study_id, lane.number), job_id=job_id, timeout=-1, result_ttl=0, failure_ttl=60
            )
    except redis.RedisError:
        Lane.objects.filter(pk=lane.pk, job_id=job_id).update(job_id="", rung_at=None)
        logger.warning("Redis does not answer; study %s waits for the queue", lane.study_id)
        return False
    return True


def ring_probe(probe: ProbeTiming) -> bool:
    """Enqueue the timing of a few fits, ahead of the lanes: somebody looks at a form; False when Redis is away."""
    try:
        with _queue() as queue:
            queue.enqueue_call(
                PROBE_JOB, args=(probe.pk,), timeout=-1, result_ttl=0, failure_ttl=60, ttl=600, at_front=True
            )
    except redis.RedisError:
        logger.warning("Redis does not answer; nothing is timed for the form")
        return False
    ProbeTiming.objects.filter(pk=probe.pk).update(rung_at=timezone.now())
    return True


def ring_errand(job: str, pk: int, at_front: bool = False) -> bool:
    """Enqueue an errand by its job's name and its row's key, behind the lanes or ahead; False when Redis is away."""
    try:
        with _queue() as queue:
            queue.enqueue_call(job, args=(pk,), timeout=-1, result_ttl=0, failure_ttl=60, at_front=at_front)
    except redis.RedisError:
        logger.warning("Redis does not answer; %s of %s waits for the queue", job.rpartition(".")[2], pk)
        return False
    return True
