"""Services that a site may be told of instead of its own: a PostgreSQL database and a Redis with a password."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex

import redis
from django.conf import settings

from studies.management.site.embedded_redis import server_program
from tests.site import free_port


def on_postgresql() -> bool:
    return settings.DATABASES["default"]["ENGINE"].endswith("postgresql")


@contextmanager
def outside_services() -> Iterator[dict[str, str]]:
    """DATABASE_URL and REDIS_URL of fresh ones on the PostgreSQL leg; nothing on SQLite, where a site has its own."""
    if not on_postgresql():
        yield {}
        return
    with fresh_database() as database, outside_redis() as queue:
        yield {"DATABASE_URL": database, "REDIS_URL": queue}


@contextmanager
def fresh_database() -> Iterator[str]:
    """A URL of an empty database on the PostgreSQL server that the tests run on."""
    import psycopg

    options = settings.DATABASES["default"]
    host, name = options["OPTIONS"].get("host") or options["HOST"], f"site_{token_hex(6)}"
    where = {"host": host, "port": options["PORT"] or None, "user": options["USER"], "dbname": "postgres"}
    with psycopg.connect(**where, password=options["PASSWORD"] or None, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            user = f"{options['USER']}:{options['PASSWORD']}" if options["PASSWORD"] else options["USER"]
            yield f"postgres://{user}@:{options['PORT'] or 5432}/{name}?host={host}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
