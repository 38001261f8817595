"""What a worker takes from the queue: one of our functions and the numbers it is called with, and nothing else.

Who can write to Redis could name any importable function, callbacks, web addresses to call, jobs to repeat or to run
afterwards. So a job is read here, field by field; rq's own reading and book-keeping are left out, and a job is deleted
as it is heard: that it was run is seen in the database.
"""

import json
import logging
import zlib
from dataclasses import dataclass

from redis import Redis
from rq.job import Job
from rq.queue import Queue

from studies.engine import bell, errands

logger = logging.getLogger(__name__)
ARGUMENTS = {bell.JOB: 2, bell.PROBE_JOB: 1} | dict.fromkeys(errands.BY_JOB, 1)
LARGEST = 2**63 - 1  # of a row's number
LONGEST = 1000  # bytes; ours are about a hundred

# What our own bells carry. A field that is not here, and not empty, makes a job of somebody else's.
PLAIN_FIELDS = {
    *("data", "origin", "description", "status", "worker_name", "timeout", "ttl", "result_ttl", "failure_ttl"),
    *("created_at", "enqueued_at", "started_at", "ended_at", "last_heartbeat"),
}


@dataclass(frozen=True)
class Call:
    """One of our functions, by its name, and its arguments."""

    id: str
    function: str
    numbers: tuple[int, ...]


def hear(redis: Redis, queue: Queue, seconds: float) -> Call | None:
    """Wait for the next job; None when none came or it was refused. Raises RedisError when Redis is away."""
    popped = redis.blpop([queue.key], seconds)
    if popped is None:
        return None
    job_id = popped[1].decode(errors="replace")
    key = Job.key_for(job_id)
    with redis.pipeline() as pipeline:
        pipeline.hgetall(key)
        pipeline.delete(key)
        fields = pipeline.execute()[0]
    if not fields:
        return None  # Redis was emptied in between
    try:
        return read(job_id, {name.decode(): value for name, value in fields.items()})
    except (ValueError, TypeError, RecursionError, zlib.error) as error:
        logger.error("Refused a job that is not ours, %s: %s", job_id[:40], error)
        return None


def read(job_id: str, fields: dict[str, bytes]) -> Call:
    """The call that a job's fields stand for; raises ValueError, TypeError or zlib.error when it is not one of ours."""
    if strange := sorted(name for name, value in fields.items() if value and name not in PLAIN_FIELDS):
        raise ValueError(f"it carries {', '.join(strange)[:100]}")
    unpacked = zlib.decompressobj()
    text = unpacked.decompress(fields.get("data", b""), LONGEST)
    function, instance, numbers, keywords = json.loads(text)
    if not isinstance(function, str) or function not in ARGUMENTS:
        raise ValueError(f"it calls {str(function)[:100]}")
    plain = all(type(number) is int and 0 <= number <= LARGEST for number in numbers)
    if instance is not None or keywords or not plain or len(numbers) != ARGUMENTS[function]:
        raise ValueError("its arguments are no plain numbers")
    return Call(job_id, function, tuple(numbers))
