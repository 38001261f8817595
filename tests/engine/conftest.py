"""Real Redis and real worker processes over the test database."""

import os
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings

from studies.engine import bell
from studies.engine.ask import Asker
from studies.management.site.embedded_redis import start_redis
from studies.models import Lane, Study, Trial
from tests.database import database_url
from tests.nursery import Started, start_command

Workers = Callable[[int], list[Started]]


@pytest.fixture
def redis_server() -> Iterator[None]:
    server = start_redis()
    bell.forget_outage()
    with bell.connection(5) as redis:
        redis.flushall()  # its file keeps what the last test has left
    yield
    server.ask_to_stop()
    server.wait(10)


@pytest.fixture
def start_workers(redis_server: None, transactional_db: None) -> Iterator[Workers]:
    """Starts worker processes on the test database; all are gone afterwards."""
    started: list[Started] = []

    def start(count: int) -> list[Started]:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tuningsite.settings",
            "TUNINGSITE_DATA": str(settings.DATA),
            "DATABASE_URL": database_url(),
            "LOG_LEVEL": "ERROR",
        }
        for _ in range(count):
            started.append(start_command(["work", "--name", f"test-{len(started)}"], environment))
        return started[-count:]

    yield start
    for process in started:
        process.kill()
        process.wait()


def next_trial(study_id: int, lane: Lane) -> Trial | None:
    """The first ask of a slice: one trial, as it does not know how long they take."""
    trials = Asker(Study.objects.get(pk=study_id), lane).ask()
    assert len(trials) < 2
    return trials[0] if trials else None


def wait_until(condition: Callable[[], object], seconds: float = 120.0) -> None:
    """Look often until the condition holds; fail with its last value when it does not in time.

    What is dear to look at is looked at less often: the processes that are waited for need the machine.
    """
    deadline = time.monotonic() + seconds
    while True:
        looked = time.monotonic()
        if last := condition():
            return
        now = time.monotonic()
        assert now < deadline, f"not within {seconds} s: {last!r}"
        time.sleep(min(0.25, max(0.02, 4 * (now - looked))))


def state_of(study: Study) -> str:
    study.refresh_from_db()
    return study.state


def is_running(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
