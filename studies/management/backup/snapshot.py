"""The database as it was at one moment, while others go on writing."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection, connections, transaction

ALIAS = "snapshot"


@contextmanager
def snapshot(folder: Path) -> Iterator[str]:
    """The name of a database connection that sees one moment only. `folder` has room for a copy."""
    if connection.vendor != "sqlite":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # files are copied meanwhile
            yield connection.alias
        return
    copy = folder / "snapshot.sqlite3"
    copy.unlink(missing_ok=True)
    # SQLite's own backup call: pages at one moment, with what is still in the write-ahead log; writers go on.
    name = connection.settings_dict["NAME"]
    with closing(sqlite3.connect(name, timeout=20)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    connections[ALIAS] = connection.copy(ALIAS)
    connections[ALIAS].settings_dict["NAME"] = str(copy)
    try:
        yield ALIAS
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        copy.unlink()
