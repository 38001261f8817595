"""Services that a site may be told of instead of its own: a PostgreSQL database and a Redis with a password."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex

import redis

from studies.management.site.embedded_redis import server_program
from tests.postgresql import on_postgresql, server, url_of
from tests.prepared import postgresql_template
from tests.site import free_port


@contextmanager
def outside_services(empty: bool = False) -> Iterator[dict[str, str]]:
    """DATABASE_URL and REDIS_URL of fresh ones on the PostgreSQL leg; nothing on SQLite, where a site has its own.

    empty: without any table.
    """
    if not on_postgresql():
        yield {}
        return
    with fresh_database(empty) as database, outside_redis() as queue:
        yield {"DATABASE_URL": database, "REDIS_URL": queue}


@contextmanager
def fresh_database(empty: bool) -> Iterator[str]:
    """A URL of a database on the server that the tests run on: with the tables, or without any."""
    name = f"site_{token_hex(6)}"
    with server() as connection:
        connection.execute(f"CREATE DATABASE {name}" + ("" if empty else f" TEMPLATE {postgresql_template()}"))
    try:
        yield url_of(name)
    finally:
        with server() as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def outside_redis() -> Iterator[str]:
    """A URL of an ordinary server on a port of this machine, with a password, keeping nothing."""
    port, password = free_port(), token_hex(16)
    with tempfile.TemporaryDirectory(prefix="tuningsite-redis-") as folder:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--requirepass", password, "--dir", folder, "--save", ""]
        process = subprocess.Popen([server_program(), *options], stdout=subprocess.DEVNULL)
        try:
            url = f"redis://:{password}@127.0.0.1:{port}/0"
            deadline = time.monotonic() + 10
            while not answers(url):
                assert time.monotonic() < deadline, "the outside Redis did not start"
                time.sleep(0.02)
            yield url
        finally:
            process.terminate()
            process.wait(10)


def answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as connection:
            return bool(connection.ping())
    except redis.ConnectionError:
        return False
