"""Putting a backup back: everything is checked first, what was there is moved aside, the database is filled at once."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from studies.engine.store import versions
from studies.management.backup.archive import SECRET_KEY, BackupError, unpack
from studies.management.backup.tables import digest_of, kept_models, read_table
from studies.management.site.lock import DataLock, LockedByAnother
from studies.models import Study, User, WorkerProcess


@dataclass(frozen=True)
class Restored:
    rows: int
    datasets: int
    aside: Path | None
    key_was_set: bool  # SECRET_KEY stands in the environment, so the backup's own is not used


def restore_backup(source: Path, replace: bool = False) -> Restored:
    """Fill the empty store (or, with `replace`, one that is moved aside first) from a backup's file.

    Raises BackupError with a sentence; unless it names a folder with what was here before, nothing was changed then.
    """
    with nobody_else(), tempfile.TemporaryDirectory(dir=settings.DATA, prefix="restore-") as name:
        folder = Path(name)
        manifest = unpack(source, folder)
        executor = MigrationExecutor(connection)
        targets = [(app, leaf) for app, leaves in manifest["migrations"].items() for leaf in leaves]
        if unknown := [target for target in targets if target not in executor.loader.graph.nodes]:
            raise BackupError(
                f"The backup is newer than this program, which does not know {unknown[0]}. Upgrade first."
            )
        aside = make_room(replace)
        try:
            datasets = place_datasets(folder / "datasets")
            place_secret_key(folder / SECRET_KEY)
            fill(targets, folder / "tables", manifest)
            call_command("migrate", interactive=False, verbosity=0)  # from the backup's state to the program's
        except BackupError as error:
            raise BackupError(f"{error} What was here before lies in {aside}." if aside else str(error)) from error
    return Restored(sum(manifest["rows"].values()), datasets, aside, bool(os.environ.get("SECRET_KEY")))


@contextmanager
def nobody_else() -> Iterator[None]:
    """No site and no worker, on this machine or another, while the store is exchanged."""
    lock = DataLock(settings.DATA)
    try:
        lock.take()
    except LockedByAnother as holder:
        raise BackupError(f"The data folder is in use by {holder}. Stop it first.") from holder
    try:
        lock.describe("manage.py restore")
        if "studies_workerprocess" in connection.introspection.table_names():
            alive = WorkerProcess.objects.alive().values_list("name", flat=True).first()
            if alive:
                raise BackupError(f"The worker {alive} was alive a moment ago. Stop it, and wait ten seconds.")
        yield
    finally:
        lock.release()


# -- room -----------------------------------------------------------------------------------------------------------


def make_room(replace: bool) -> Path | None:
    """The store is empty afterwards; where its old content lies, if there was some."""
    if not is_filled():
        return None
    if not replace:
        raise BackupError(
            "There are accounts or studies here already. With --replace they are moved aside, and the backup takes "
            "their place."
        )
    if connection.vendor != "sqlite":
        raise BackupError(
            "The database holds accounts or studies. Make an empty database, name it in DATABASE_URL and restore "
            "there; the old one stays as it is."
        )
    aside = settings.DATA / f"replaced-{timezone.now():%Y%m%d-%H%M%S-%f}"
    aside.mkdir(mode=0o700)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # everything into the one file
    connection.close()
    database = Path(connection.settings_dict["NAME"])
    if (key := settings.DATA / SECRET_KEY).exists():
        (aside / SECRET_KEY).touch(mode=0o600)
        shutil.copyfile(key, aside / SECRET_KEY)  # stays here too: the backup may bring none
    # The database last: until it has gone, a second try finds the store filled and starts over.
    for path in (settings.DATASETS, Path(f"{database}-shm"), Path(f"{database}-wal"), database):
        if path.exists():
            shutil.move(path, aside / path.name)
    return aside


def is_filled() -> bool:
    tables = connection.introspection.table_names()
    return any(model._meta.db_table in tables and model.objects.exists() for model in (User, Study))


# -- filling --------------------------------------------------------------------------------------------------------


def place_datasets(folder: Path) -> int:
    """Move the files into the storage; what an earlier try has left there is the same and makes way."""
    settings.DATASETS.mkdir(mode=0o700, parents=True, exist_ok=True)
    folders = sorted(folder.iterdir()) if folder.exists() else []
    for version in folders:
        versions.remove(version.name)
        try:
            versions.put(version, version.name)
        except versions.StorageAway as error:
            raise BackupError(str(error)) from error
    return len(folders)


def place_secret_key(key: Path) -> None:
    if key.exists():
        key.rename(settings.DATA / SECRET_KEY)


def fill(targets: list[tuple[str, str]], folder: Path, manifest: dict[str, Any]) -> None:
    """Tables as they were when the backup was made, and every row; compared by hash before it counts."""
    executor = MigrationExecutor(connection)
    try:
        executor.migrate(targets)
    except IrreversibleError as error:
        raise BackupError(
            "The database is newer than the backup and cannot go back. Restore into an empty data folder and database."
        ) from error
    models = kept_models(executor.loader.project_state(targets).apps)
    names = [path.removesuffix(".jsonl").removeprefix("tables/") for path in manifest["files"] if "tables/" in path]
    if unknown := set(names) - set(models):
        raise BackupError(f"The backup holds tables that its own migrations do not make: {', '.join(sorted(unknown))}.")
    try:
        with transaction.atomic():
            for name in names:  # what migrations have put there; with raw SQL, so that nothing follows from it
                with connection.cursor() as cursor:
                    cursor.execute(f"DELETE FROM {connection.ops.quote_name(models[name]._meta.db_table)}")  # noqa: S608
            for name in names:
                read_table(models[name], connection.alias, folder / f"{name}.jsonl")
            with connection.cursor() as cursor:
                for statement in connection.ops.sequence_reset_sql(no_style(), list(models.values())):
                    cursor.execute(statement)
            connection.check_constraints()
            for name in names:
                if digest_of(models[name], connection.alias) != manifest["files"][f"tables/{name}.jsonl"]:
                    raise BackupError(f"The table {name} does not read back as it was written; nothing was restored.")
    except (DatabaseError, ValueError) as error:
        raise BackupError(f"The database does not take the backup: {error}") from error


def as_sentences(restored: Restored, source: Path) -> list[str]:
    said = [f"Restored {restored.rows:,} rows and the files of {restored.datasets:,} dataset versions from {source}."]
    if restored.aside:
        said.append(f"What was here before lies in {restored.aside}; remove it when you no longer need it.")
    if restored.key_was_set:
        said.append("SECRET_KEY is set in the environment and stays in force.")
    said.append("Everybody signs in anew. Start the site: trials that were running are run again.")
    return said
