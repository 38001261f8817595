"""Take turns at SQLite's one write lock.

SQLite waits by sleeping, longer each time, so who has waited is overtaken by who comes: of eight processes that ask and
tell at once some wait for seconds. Those that queue here first are let in within a millisecond of each other.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

REST = 0.0005  # seconds between looks
PATIENCE = 1.0  # seconds; then without a turn, as everybody else who writes: a frozen process may hold it


@contextmanager
def short_transaction() -> Iterator[None]:
    """A transaction in the database, begun in turn; for the engine's hot path."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    descriptor = os.open(f"{connection.settings_dict['NAME']}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _wait(descriptor)
        with transaction.atomic():
            yield
    finally:
        os.close(descriptor)


def _wait(descriptor: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return
            time.sleep(REST)
        else:
            return
