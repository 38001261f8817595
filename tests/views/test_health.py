"""/healthz and /readyz: alive, and able to work."""

import contextlib
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from studies.engine import vital_signs
from studies.management.site.embedded_redis import server_program
from studies.models import Lane, Trial, WorkerProcess
from studies.views import metrics
from tests.factories import make_attempt, make_person, make_study, make_team, make_trial, make_version

OK = dict.fromkeys(("redis", "database", "migrations", "worker", "disk"), "ok")
SILENT = {"database": "down", "migrations": "unknown", "worker": "unknown"}


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


@pytest.fixture
def silent_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A PostgreSQL that takes connections and says nothing, as behind a network that fails."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        host, port = listener.getsockname()
        url = {"HOST": host, "PORT": port, "NAME": "x", "USER": "x", "OPTIONS": {"connect_timeout": 2}}
        there = connections.settings["default"]
        elsewhere = there | {"ENGINE": "django.db.backends.postgresql"} | url
        monkeypatch.setitem(connections.settings, "default", elsewhere)
        yield
    for part in (vital_signs.DATABASE, metrics.DATABASE):  # the listener is gone, so these end at once
        part.begin().join()


def seconds_for(client: Client, path: str, **headers: str) -> tuple[float, HttpResponse]:
    began = time.monotonic()
    response = client.get(path, headers=headers)
    return time.monotonic() - began, response


def test_healthz_needs_nobody_and_no_database(client: Client) -> None:
    # No database fixture: any query would fail this test, and so would a session.
    client.cookies["sessionid"] = "of somebody"
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"alive\n")
    assert client.head("/healthz").status_code == 200
    assert client.post("/healthz").status_code == 405
    assert "Content-Security-Policy" in response.headers


@pytest.mark.django_db(transaction=True)
def test_readyz_has_a_word_per_part(client: Client, queue: subprocess.Popen, settings) -> None:
    make_worker(seconds_ago=60)
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, OK | {"worker": "none"})
    WorkerProcess.objects.update(seen_at=timezone.now())
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, OK)
    assert client.post("/readyz").status_code == 405
    settings.DISK_FREE_MB = 10**12
    MigrationRecorder(connection).record_unapplied("studies", "0001_initial")
    try:
        assert client.get("/readyz").json() == OK | {"disk": "full", "migrations": "pending"}
    finally:
        MigrationRecorder(connection).record_applied("studies", "0001_initial")


@pytest.mark.django_db(transaction=True)
def test_readyz_answers_within_a_second_while_redis_is_frozen_or_gone(client: Client, queue: subprocess.Popen) -> None:
    make_worker(seconds_ago=1)
    assert client.get("/readyz").json() == OK
    queue.send_signal(signal.SIGSTOP)
    seconds, response = seconds_for(client, "/readyz")
    assert (response.status_code, response.json()) == (503, OK | {"redis": "down"})
    assert seconds < 1
    assert seconds_for(client, "/healthz")[0] < 0.05
    queue.kill()
    queue.wait()
    assert client.get("/readyz").json() == OK | {"redis": "down"}


@pytest.mark.django_db(transaction=True)
def test_readyz_answers_within_a_second_while_the_database_is_silent(
    client: Client, socket_path: str, silent_database: None, settings
) -> None:
    settings.METRICS_TOKEN = "a long token"
    client.cookies["sessionid"] = "of somebody"
    for _ in range(2):  # the second finds the first one's question still on its way
        seconds, response = seconds_for(client, "/readyz")
        assert (response.status_code, response.json()) == (503, OK | SILENT | {"redis": "down"})
        assert seconds < 1
    seconds, response = seconds_for(client, "/metrics", authorization="Bearer a long token")
    assert seconds < 1
    assert "tuningsite_database_up 0" in response.content.decode()
    assert "tuningsite_trials" not in response.content.decode()
    assert seconds_for(client, "/healthz")[0] < 0.05


@pytest.mark.django_db(transaction=True)
def test_readyz_does_not_wait_for_a_locked_database(client: Client, queue: subprocess.Popen) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has one lock for all")
    make_worker(seconds_ago=1)
    with contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        seconds, response = seconds_for(client, "/readyz")
    assert (response.status_code, response.json()) == (503, OK | {"database": "read-only"})
    assert seconds < 1


@pytest.mark.django_db(transaction=True)
def test_metrics_are_counts_for_who_knows_the_token(client: Client, queue: subprocess.Popen, settings) -> None:
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "a long token"
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"authorization": "Bearer another"}).status_code == 401
    team = make_team("Secret team")
    study = make_study(make_version(team, make_person(team)), name="Secret study", state="running")
    for number in range(3):
        make_attempt(make_trial(study, number), outcome="lost" if number else "complete")
    make_attempt(Trial.objects.get(number=1), number=2)
    Lane.objects.create(study=study, number=0, token="t", worker="w")
    Lane.objects.create(study=study, number=1, rung_at=timezone.now() - timedelta(seconds=40))
    make_worker(seconds_ago=1)
    with redis.Redis(unix_socket_path=settings.RQ_QUEUES["lanes"]["URL"].removeprefix("unix://")[:-5]) as client_of:
        client_of.rpush("rq:queue:lanes", "a", "b")
    answer = client.get("/metrics", headers={"authorization": "bearer a long token"})
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    text = answer.content.decode()
    assert "ecret" not in text
    told = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    expected = {
        "database_up": 1, "redis_up": 1, "queue_length": 2, "lanes_held": 1, 'workers{state="alive"}': 1,
        'workers{state="lost"}': 0, 'trials{state="complete"}': 3, 'trials{state="running"}': 0,
        'studies{state="running"}': 1, 'attempts{outcome="lost"}': 2, "attempts_repeated": 1,
    }  # fmt: skip
    assert {name: float(told[f"tuningsite_{name}"]) for name in expected} == expected
    assert 40 <= float(told["tuningsite_oldest_waiting_seconds"]) < 100
    assert 0 < float(told["tuningsite_last_tick_seconds"]) < 60
    assert float(told["tuningsite_disk_free_bytes"]) > 0
    for name in told:  # one HELP and one TYPE line before each name's samples
        assert text.count(f"# TYPE {name.partition('{')[0]} gauge") == 1
