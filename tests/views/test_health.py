"""/healthz and /readyz: alive, and able to work."""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from studies.management.site.embedded_redis import server_program
from studies.models import WorkerProcess

OK = {"redis": "ok", "database": "ok", "worker": "ok"}


@pytest.fixture
def socket_path(settings) -> Iterator[str]:
    """Where the queue is said to be; nothing listens there yet."""
    with tempfile.TemporaryDirectory(prefix="health-") as folder:
        path = str(Path(folder) / "s.sock")
        settings.RQ_QUEUES = {"lanes": {"URL": f"unix://{path}?db=0"}}
        yield path


@pytest.fixture
def queue(socket_path: str) -> Iterator[subprocess.Popen]:
    """A real server of this test's own."""
    folder = str(Path(socket_path).parent)
    command = [server_program(), "--port", "0", "--unixsocket", socket_path, "--dir", folder, "--save", ""]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    while True:
        try:
            with redis.Redis(unix_socket_path=socket_path) as client:
                client.ping()
            break
        except redis.RedisError:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    yield server
    server.kill()
    server.wait()


def make_worker(seconds_ago: float) -> None:
    now = timezone.now()
    seen = now - timedelta(seconds=seconds_ago)
    WorkerProcess.objects.create(name="w", host="h", pid=1, started_at=now, seen_at=seen)


def test_healthz_needs_nobody_and_no_database(client: Client) -> None:
    # No database fixture: any query would fail this test.
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"alive\n")
    assert client.head("/healthz").status_code == 200
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_readyz_says_ok_when_all_parts_are(client: Client, queue: subprocess.Popen) -> None:
    make_worker(seconds_ago=1)
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, OK)
    assert client.post("/readyz").status_code == 405


@pytest.mark.django_db
def test_readyz_misses_a_live_worker(client: Client, queue: subprocess.Popen) -> None:
    make_worker(seconds_ago=60)
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, OK | {"worker": "none"})


@pytest.mark.django_db
def test_readyz_says_that_redis_is_down(client: Client, socket_path: str) -> None:
    make_worker(seconds_ago=1)
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, OK | {"redis": "down"})


@pytest.mark.django_db
def test_readyz_answers_within_a_second_while_redis_is_frozen(client: Client, socket_path: str) -> None:
    make_worker(seconds_ago=1)
    with socket.socket(socket.AF_UNIX) as frozen:
        frozen.bind(socket_path)
        frozen.listen()
        started = time.monotonic()
        response = client.get("/readyz")
        assert time.monotonic() - started < 1
    assert (response.status_code, response.json()) == (503, OK | {"redis": "down"})


@pytest.mark.django_db
def test_readyz_says_that_the_database_is_down(client: Client, queue: subprocess.Popen) -> None:
    def refuse(*args: object) -> None:
        raise OperationalError("the disk is gone")

    with connection.execute_wrapper(refuse):
        response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"redis": "ok", "database": "down", "worker": "unknown"})
    assert b"disk" not in response.content
