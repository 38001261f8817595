"""The database that the tests run on, as real processes beside them are told of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import quote, urlencode

from django.db import connection

from studies.models import Lane, Study, Trial


def database_url() -> str:
    """A DATABASE_URL for the test database."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    user = quote(settings["USER"], safe="") + (
        f":{quote(settings['PASSWORD'], safe='')}" if settings["PASSWORD"] else ""
    )
    place = f"{settings['HOST']}:{settings['PORT']}" if settings["PORT"] else settings["HOST"]
    host = {name: value for name, value in settings["OPTIONS"].items() if name == "host"}
    return f"postgres://{user}@{place}/{settings['NAME']}" + (f"?{urlencode(host)}" if host else "")


@contextmanager
def locked_database() -> Iterator[None]:
    """Somebody else holds it: nobody can write, and on PostgreSQL nobody can read what the engine reads either."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
            other.execute("ROLLBACK")
    else:
        import psycopg

        tables = ", ".join(model._meta.db_table for model in (Study, Lane, Trial))
        with psycopg.connect(database_url()) as other:
            # One after the other: who waited for the second with the first in hand could be in a deadlock.
            is_locked = False
            while not is_locked:
                try:
                    other.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE NOWAIT")
                    is_locked = True
                except psycopg.errors.LockNotAvailable:
                    other.rollback()
            yield
