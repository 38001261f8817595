"""The embedded Redis keeps nothing that could not be lost; so nothing of its own keeps a site from starting."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site

from studies.engine.bell import connection
from studies.management.site.embedded_redis import NoRedis, start_redis


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.EMBEDDED_REDIS_FOLDER = tmp_path / "redis"
    settings.EMBEDDED_REDIS_SOCKET = tmp_path / "redis" / "s.sock"
    queue = settings.RQ_QUEUES["lanes"] | {"URL": f"unix://{settings.EMBEDDED_REDIS_SOCKET}?db=0"}
    settings.RQ_QUEUES = {"lanes": queue}
    return tmp_path / "redis"


def test_what_was_written_is_there_after_a_restart(folder: Path) -> None:
    assert write_and_stop() == 1
    assert write_and_stop() == 2


def test_a_broken_file_is_put_aside_and_it_begins_anew(folder: Path) -> None:
    write_and_stop()
    for path in (folder / "appendonlydir").glob("*.aof"):
        path.write_bytes(b"*3\r\n$3\r\nSET\r\n$nonsense" * 20)
    assert write_and_stop() == 1
    assert list((folder / "appendonlydir.broken").iterdir())


def test_another_fault_is_told_with_the_end_of_its_log(folder: Path, settings: Any) -> None:
    settings.EMBEDDED_REDIS_SOCKET = folder / ("x" * 120)  # longer than a socket's path may be
    with pytest.raises(NoRedis, match="did not start"):
        start_redis()


def write_and_stop() -> int:
    """Counts how often it was written to."""
    server = start_redis()
    with connection() as redis:
        count = redis.incr("count")
        assert redis.config_get("port") == {"port": "0"}, "nobody reaches it over the network"
    socket: Path = site.EMBEDDED_REDIS_SOCKET
    assert [path.stat().st_mode & 0o077 for path in (socket, socket.parent)] == [0, 0]
    server.ask_to_stop()
    server.wait(10)
    return count
