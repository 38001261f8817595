"""Redis that is frozen or gone costs a request one short wait, however many bells it rings."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from studies.engine import bell
from studies.management.site.embedded_redis import start_redis
from studies.models import Lane
from tests.factories import make_person, make_study, make_team, make_version


@pytest.fixture
def frozen_redis() -> Iterator[int]:
    """A real server that accepts connections and answers nothing; its process id."""
    server = start_redis()
    bell.forget_outage()
    with bell.connection(5) as redis:
        redis.flushall()  # its file keeps what the last test has left
    os.kill(server.process.pid, signal.SIGSTOP)
    bell.forget_outage()
    yield server.process.pid
    os.kill(server.process.pid, signal.SIGCONT)
    server.ask_to_stop()
    server.wait(10)
    bell.forget_outage()


@pytest.mark.django_db
def test_many_bells_wait_once_for_a_frozen_redis_and_ring_when_it_is_back(frozen_redis: int) -> None:
    team = make_team()
    study = make_study(make_version(team, make_person(team)), state="queued")
    lanes = [Lane.objects.create(study=study, number=number) for number in range(12)]
    began = time.monotonic()
    assert bell.queued_jobs() is None
    assert not any(bell.ring(lane) for lane in lanes)
    assert time.monotonic() - began < 3  # asked anew for each, they would wait 6.5 s
    assert Lane.objects.filter(job_id="", rung_at=None).count() == 12
    os.kill(frozen_redis, signal.SIGCONT)
    bell.forget_outage()
    assert bell.ring(lanes[0])
    assert bell.queued_jobs() == [Lane.objects.get(pk=lanes[0].pk).job_id]
