"""Nothing but our own functions, called with plain numbers, is taken from the queue."""

import json
import zlib

import django_rq
import pytest
from redis import Redis
from rq import Callback, Repeat, Retry
from rq.queue import Queue

from studies.engine import bell
from studies.engine.hearing import Call, hear, read


@pytest.fixture
def queue(redis_server: None) -> Queue:
    return django_rq.get_queue(bell.QUEUE, connection=bell.connection(5))


def heard(queue: Queue) -> Call | None:
    redis: Redis = queue.connection
    call = hear(redis, queue, 1)
    assert not redis.keys("rq:job:*")  # heard or refused, it is gone
    return call


def test_our_own_bells_are_heard_and_nothing_that_hangs_on_them(queue: Queue) -> None:
    ours = {"timeout": -1, "result_ttl": 0, "failure_ttl": 60}
    queue.enqueue_call(bell.JOB, args=(7, 0), job_id="one", **ours)
    assert heard(queue) == Call("one", bell.JOB, (7, 0))
    queue.enqueue_call(bell.PROBE_JOB, args=(3,), ttl=600, job_id="two", **ours)
    assert heard(queue) == Call("two", bell.PROBE_JOB, (3,))
    queue.enqueue_call("os.system", args=("true",), **ours)
    assert heard(queue) is None
    for extra in (
        {"on_success": Callback("os.getcwd")},
        {"on_failure": Callback("os.getcwd")},
        {"on_stopped": Callback("os.getcwd")},
        {"retry": Retry(max=2)},
        {"repeat": Repeat(times=2)},
        {"meta": {"x": 1}},
    ):
        queue.enqueue_call(bell.JOB, args=(7, 0), **ours, **extra)
        assert heard(queue) is None, extra
    for arguments in ((7,), (7, "0"), (7, 0.5), (7, True), (7, -1), (7, [0]), (7, 2**70)):
        queue.enqueue_call(bell.JOB, args=arguments, **ours)
        assert heard(queue) is None, arguments
    queue.enqueue_call(bell.JOB, args=(7, 0), kwargs={"more": 1}, **ours)
    assert heard(queue) is None


@pytest.mark.parametrize("field", ["webhooks", "dependency_ids", "rate_limit_key", "group_id", "repeats_left"])
def test_fields_that_make_rq_do_more_are_refused(field: str) -> None:
    data = zlib.compress(json.dumps([bell.JOB, None, [1, 0], {}]).encode())
    assert read("x", {"data": data, field: b""}).numbers == (1, 0)
    with pytest.raises(ValueError, match=field):
        read("x", {"data": data, field: b"[1]"})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not compressed",
        zlib.compress(b"not json"),
        zlib.compress(b"[1, 2]"),
        zlib.compress(b"null"),
        zlib.compress(b"[" * 100_000),
        zlib.compress(b'["' + b"x" * 10**7 + b'", null, [], {}]'),
        zlib.compress(json.dumps([bell.JOB, "instance", [1, 0], {}]).encode()),
        zlib.compress(json.dumps([bell.JOB, None, 5, {}]).encode()),
        zlib.compress(json.dumps([["a"], None, [1, 0], {}]).encode()),
    ],
)
def test_what_cannot_be_read_ends_no_worker(data: bytes, queue: Queue) -> None:
    queue.connection.hset("rq:job:strange", mapping={"data": data})
    queue.connection.rpush(queue.key, "strange")
    assert heard(queue) is None
