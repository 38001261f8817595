"""Whether the database's tables are those of this program, and who may read its file."""

from contextlib import suppress
from pathlib import Path

from django.db import connection
from django.db.migrations.loader import MigrationLoader


def keep_private() -> None:
    """SQLite makes its file readable for everybody on the machine; what it makes beside it later follows the file."""
    if connection.vendor == "sqlite":
        for ending in ("", "-wal", "-shm"):
            with suppress(OSError):  # it may not be there, or be somebody else's
                Path(f"{connection.settings_dict['NAME']}{ending}").chmod(0o600)


def schema_problem() -> str:
    """A sentence when they are not; empty when they are. Raises DatabaseError when the database does not answer."""
    loader = MigrationLoader(connection)
    if any(leaf not in loader.applied_migrations for leaf in loader.graph.leaf_nodes()):
        return (
            "The database is older than this program. Start the site once with this version (or run manage.py migrate)."
        )
    if unknown := sorted(set(loader.applied_migrations) - set(loader.disk_migrations)):
        return f"The database is newer than this program, which does not know {'.'.join(unknown[-1])}. Upgrade first."
    return ""
