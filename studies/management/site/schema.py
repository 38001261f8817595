"""Whether the database's tables are those of this program."""

from django.db import connection
from django.db.migrations.loader import MigrationLoader


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
