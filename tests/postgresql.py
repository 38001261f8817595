"""Databases on the PostgreSQL server that the tests run on."""

from typing import Any

from django.conf import settings


def on_postgresql() -> bool:
    return settings.DATABASES["default"]["ENGINE"].endswith("postgresql")


def server() -> Any:
    """A connection for making and dropping databases."""
    import psycopg

    options = settings.DATABASES["default"]
    where = {"host": _host(), "port": options["PORT"] or None, "user": options["USER"], "dbname": "postgres"}
    return psycopg.connect(**where, password=options["PASSWORD"] or None, autocommit=True)


def url_of(name: str) -> str:
    """A DATABASE_URL."""
    options = settings.DATABASES["default"]
    user = f"{options['USER']}:{options['PASSWORD']}" if options["PASSWORD"] else options["USER"]
    return f"postgres://{user}@:{options['PORT'] or 5432}/{name}?host={_host()}"


def _host() -> str:
    options = settings.DATABASES["default"]
    return options["OPTIONS"].get("host") or options["HOST"]
