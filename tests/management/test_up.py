"""`manage.py up` as a person starts it: Ready, one owner link, one site per folder, nothing left behind."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from django.conf import settings

from tests.engine.conftest import is_running, wait_until
from tests.nursery import start_command
from tests.site import Site, free_port, running_site

Start = Callable[..., subprocess.Popen]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a site on a data folder of its own."""
    started: list[subprocess.Popen] = []
    environment = {
        name: value for name, value in os.environ.items() if name not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL"}
    }

    def run(*arguments: str, **variables: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(free_port()), *arguments],
            cwd=settings.BASE_DIR,
            env=environment | {"TUNINGSITE_DATA": str(tmp_path), "TUNINGSITE_PLAIN_STATIC": "1"} | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.terminate()
        process.wait(40)


def ready_url(process: subprocess.Popen) -> str:
    for line in process.stdout:
        if found := re.fullmatch(r"Ready: (\S+)\n", line):
            return found[1]
    raise AssertionError("it ended without a Ready line")


def is_ready(address: str) -> bool:
    """False while the answer is 503: the web server may be up before the first worker."""
    try:
        with urlopen(address, timeout=10) as answer:
            return answer.status == 200
    except HTTPError:
        return False


def descendants(pid: int) -> set[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(child) for child in children}.union(*(descendants(int(child)) for child in children))


def test_ready_with_an_owner_link_and_an_ordered_stop(start: Start, tmp_path: Path) -> None:
    process = start("--workers", "1")
    url = ready_url(process)
    assert "/accounts/link/" in url
    page = urlopen(url, timeout=10).read().decode()
    assert all(f'name="{name}"' in page for name in ("email", "password", "team"))
    wait_until(lambda: is_ready(re.sub(r"/accounts.*", "/readyz", url)))
    family = descendants(process.pid)
    assert len(family) >= 4  # redis, worker, gunicorn and its server
    process.send_signal(signal.SIGINT)
    assert process.wait(40) == 0
    assert not any(is_running(pid) for pid in family)
    for private in ("secret_key", "tuningsite.sqlite3"):
        assert not (tmp_path / private).stat().st_mode & 0o077, private


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One that is left as it was."""
    with running_site(tmp_path_factory.mktemp("site"), 1, CLIENT_SILENCE_SECONDS="1") as site:
        yield site


def opened(site: Site, *pieces: bytes) -> socket.socket:
    """A connection over which these pieces were sent."""
    address = urlsplit(site.url)
    client = socket.create_connection((address.hostname, address.port), timeout=10)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for piece in pieces:
        client.sendall(piece)
    return client


def head(length: int, path: str = "/accounts/login/", more: str = "") -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Cookie: csrftoken={'a' * 32}\r\nContent-Length: {length}\r\n{more}\r\n"
    ).encode()


def told(client: socket.socket) -> bytes:
    """All that is answered until the other side hangs up."""
    with client:
        return b"".join(iter(lambda: client.recv(2**16), b""))


def test_clients_that_are_silent_or_slow_hold_nobody_up(site: Site) -> None:
    """Far more of them than there are threads, half silent and half byte by byte: in a head, in a small body, and in a
    large one of nobody. Meanwhile every page comes at once; in the end all are answered or closed."""
    kinds = [head(1000)[:40], head(1000), head(2**20), head(2**20, "/api/v1/datasets")]
    slow = [opened(site, kind) for kind in kinds * 6]
    for _ in range(4):
        for number, client in enumerate(slow):
            if number % 8 < 2:
                client.sendall(b"x")
        began = time.monotonic()
        assert urlopen(f"{site.url}/healthz", timeout=10).status == 200
        assert time.monotonic() - began < 1
    assert all(b"302 Found" in told(client) for client in slow[2::4]), "a stranger's large body is not read"
    assert all(b"401 Unauthorized" in told(client) for client in slow[3::4])
    assert [told(client) for number, client in enumerate(slow) if number % 4 < 2] == [b""] * 12, "silent for a second"


def test_requests_are_answered_however_they_are_cut(site: Site) -> None:
    get = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = get.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    byte_by_byte = [bytes([byte]) for byte in last]
    assert told(opened(site, *byte_by_byte)).count(b"200 OK") == 1
    assert told(opened(site, get + get + last[:20], last[20:])).count(b"200 OK") == 3, "three on one connection"
    body = b"username=a%40example.org&password=" + b"x" * 20_000
    assert b"403 Forbidden" in told(opened(site, head(len(body), more="Connection: close\r\n") + body[:9], body[9:]))
    asking = opened(site, head(9, more="Connection: close\r\nExpect: 100-continue\r\n"))
    assert b"100 Continue" in asking.recv(100)
    asking.sendall(b"username=")
    assert b"403 Forbidden" in told(asking)
    assert b" 431 " in told(opened(site, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 15_000))
    assert b" 400 " in told(opened(site, b"nonsense\r\n\r\n"))
    assert b" 411 " in told(opened(site, head(9).replace(b"Content-Length: 9", b"Transfer-Encoding: chunked")))


def test_a_second_start_says_who_holds_the_lock(site: Site, tmp_path: Path) -> None:
    output = tmp_path / "output"
    words = ["up", "--port", str(free_port()), "--workers", "0"]
    second = start_command(words, site.environment, {1: str(output), 2: str(output)})
    assert second.wait(30) == 1
    assert f"process {site.pid}" in output.read_text()
    assert site.url in output.read_text()


def test_a_dead_worker_is_started_again(site: Site) -> None:
    def workers() -> set[int]:
        with closing(sqlite3.connect(Path(site.environment["TUNINGSITE_DATA"]) / "tuningsite.sqlite3")) as database:
            known = {pid for (pid,) in database.execute("SELECT pid FROM studies_workerprocess")}
        return {pid for pid in known & descendants(site.pid) if is_running(pid)}

    wait_until(workers)
    (worker,) = workers()
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: workers() - {worker})


def test_killed_with_9_it_takes_everything_with_it_and_can_start_again(start: Start, tmp_path: Path) -> None:
    process = start("--workers", "1")
    ready_url(process)
    family = descendants(process.pid)
    process.kill()
    process.wait()
    wait_until(lambda: not any(is_running(pid) for pid in family))
    with running_site(tmp_path, 1, furnished=False):
        pass


def test_a_taken_port_is_refused_before_anything_starts(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        words = ["up", "--port", str(holder.getsockname()[1])]
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tuningsite.settings", "TUNINGSITE_DATA": str(tmp_path)}
        process = start_command(words, environment, {1: str(output), 2: str(output)})
        assert process.wait(30) == 1
    assert "is taken" in output.read_text()
