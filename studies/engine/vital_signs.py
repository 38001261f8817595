"""Whether each part that the site rests on does its work; never longer than a moment, whatever hangs.

A frozen Redis, a PostgreSQL behind a cut cable and a stale network disk do not fail, they are silent; their drivers
wait for seconds. So every part is asked in a thread of its own. Only the web server imports this: no process that
forks may have threads.
"""

import shutil
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Generic, TypeVar

import redis
from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from studies.engine import bell
from studies.models import ReconcilerLock, WorkerProcess

PATIENCE = 0.8  # seconds that an answer may take
WRITE_PATIENCE = 0.3  # seconds that another writer may hold SQLite's lock
NO_DATABASE = {"database": "down", "migrations": "unknown", "worker": "unknown"}
T = TypeVar("T")


class Look(threading.Thread, Generic[T]):
    """One question, asked in a thread; a daemon, so that no shutdown waits for what hangs."""

    def __init__(self, ask: Callable[[], T]) -> None:
        super().__init__(daemon=True)
        self.ask = ask
        self.ended_at: float | None = None
        self.answer: T | None = None

    def run(self) -> None:
        try:
            self.answer = self.ask()
        finally:
            self.ended_at = time.monotonic()
            connections.close_all()


class Part(Generic[T]):
    """Something that may hang: asked by one thread at a time, however many want to know.

    `fresh_for`: seconds for which an answer is good for others too.
    """

    def __init__(self, ask: Callable[[], T], fresh_for: float = 0.0) -> None:
        self.ask = ask
        self.fresh_for = fresh_for
        self.lock = threading.Lock()
        self.look: Look[T] | None = None

    def begin(self) -> Look[T]:
        with self.lock:
            if self.look is None or self._is_stale(self.look):
                self.look = Look(self.ask)
                self.look.start()
            return self.look

    def _is_stale(self, look: Look[T]) -> bool:
        if look.ended_at is None:
            return False
        return look.answer is None or time.monotonic() - look.ended_at >= self.fresh_for


def answers(*parts: Part[T], patience: float = PATIENCE) -> list[T | None]:
    """What each part says; None of one that is silent. Together they take `patience` seconds at most."""
    deadline = time.monotonic() + patience
    looks = [part.begin() for part in parts]
    for look in looks:
        look.join(max(0.0, deadline - time.monotonic()))
    return [look.answer if look.ended_at is not None else None for look in looks]


def words() -> dict[str, str]:
    """A word per part; "ok" where all is well."""
    said = answers(QUEUE, DATABASE, DISK)
    silent = ({"redis": "down"}, {"database": "down", "migrations": "unknown", "worker": "unknown"}, {"disk": "down"})
    return {
        part: word for found, instead in zip(said, silent, strict=True) for part, word in (found or instead).items()
    }


def redis_words() -> dict[str, str]:
    try:
        with bell.connection() as redis_connection:
            return {"redis": "ok" if redis_connection.ping() else "down"}
    except redis.RedisError:
        return {"redis": "down"}


def database_words() -> dict[str, str]:
    try:
        if connection.vendor == "sqlite":
            connection.patience = WRITE_PATIENCE  # this thread's own connection
        applied = MigrationRecorder(connection).applied_migrations()
        alive = WorkerProcess.objects.serving().exists()
    except DatabaseError:
        return NO_DATABASE
    return {
        "database": "ok" if is_writable() else "read-only",
        "migrations": "ok" if migrations_on_disk() <= set(applied) else "pending",
        "worker": "ok" if alive else "none",
    }


def is_writable() -> bool:
    """An UPDATE of no row: refused by a read-only server or disk, and by SQLite while somebody holds its lock."""
    try:
        ReconcilerLock.objects.filter(pk=-1).update(beat=0)
    except DatabaseError:
        return False
    return True


@cache
def migrations_on_disk() -> set[tuple[str, str]]:
    """Those of this version of the site, by app and name."""
    return set(MigrationLoader(None).graph.nodes)


def disk_words() -> dict[str, str]:
    return {"disk": "ok" if disk_free() >= settings.DISK_FREE_MB * 2**20 else "full"}


def disk_free() -> int:
    """Bytes left for the site's own files."""
    return shutil.disk_usage(settings.DATA).free


QUEUE = Part(redis_words)
DATABASE = Part(database_words)
DISK = Part(disk_words)
