"""Django's SQLite backend, but for how it waits while another process writes.

SQLite's own wait is no queue: it sleeps up to 0.1 s between two looks, and who comes just as the lock is free gets it.
Of eight processes that write all the time one waits for seconds so. Here every look is a few milliseconds after the
last one, which is as long as our transactions take, so that nobody is overtaken for long.
"""

import random
import sqlite3
import time
from typing import Any

from django.db.backends.sqlite3 import base

LOOKS = (0.0005, 0.003)  # seconds from one look to the next, drawn anew each time
DEFAULT_TIMEOUT = 5.0  # sqlite3's own


class DatabaseWrapper(base.DatabaseWrapper):
    """`patience` is OPTIONS["timeout"], as always the seconds until "database is locked"; it may be set at any time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patience = float(self.settings_dict["OPTIONS"].get("timeout", DEFAULT_TIMEOUT))

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.execute("PRAGMA busy_timeout = 0")  # from here on the cursor waits
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        cursor = self.connection.cursor(factory=WaitingCursor)
        cursor.patience = self.patience
        return cursor


class WaitingCursor(base.SQLiteCursorWrapper):
    """Waits in what stands alone or begins a transaction; one that has begun holds the lock already."""

    patience = DEFAULT_TIMEOUT

    def execute(self, query: str, params: Any = None) -> Any:
        deadline = None
        while True:
            try:
                return super().execute(query, params)
            except sqlite3.OperationalError as error:
                is_busy = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
                if not is_busy or self.connection.in_transaction:
                    raise
                now = time.monotonic()
                deadline = now + self.patience if deadline is None else deadline
                if now >= deadline:
                    raise
            time.sleep(random.uniform(*LOOKS))  # noqa: S311 (nobody gains by guessing it)
