"""Making a backup while the site runs: a moment of the database, and the files that it speaks of."""

import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from studies.engine.intake_folder import bring
from studies.engine.store.versions import StorageAway
from studies.management.backup.archive import (
    DATASET_FILES,
    FORMAT,
    SECRET_KEY,
    BackupError,
    sha256_of,
    write_archive,
    written_whole,
)
from studies.management.backup.snapshot import snapshot
from studies.management.backup.tables import kept_models, write_table
from studies.management.site.schema import schema_problem
from studies.models import DatasetVersion

TRIES = 5  # a version's files may go between the moment of the database and the look at them


@dataclass(frozen=True)
class Made:
    rows: int
    datasets: int
    bytes: int
    missing: list[str]


def make_backup(target: Path) -> Made:
    """Write everything into one file; raises BackupError with a sentence."""
    migrations = migration_state()
    with ExitStack() as stack:
        file = stack.enter_context(written_whole(target))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=settings.DATA, prefix="backup-")))
        for _ in range(TRIES):
            tables, missing = take_moment(folder)
            if not missing:
                break
        key = Path(settings.DATA) / SECRET_KEY
        if key.exists():
            shutil.copyfile(key, folder / SECRET_KEY)
        names = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        manifest = {
            "format": FORMAT,
            "made_at": timezone.now().isoformat(),
            "database": connection.vendor,
            "migrations": migrations,
            "rows": tables,
            "missing": missing,
            "files": {str(path.relative_to(folder)): sha256_of(path) for path in names},
        }
        write_archive(file, folder, manifest)
        size = file.tell()
    folders = {name.split("/")[1] for name in manifest["files"] if name.startswith("datasets/")}
    return Made(sum(tables.values()), len(folders), size, missing)


def migration_state() -> dict[str, list[str]]:
    """The last migration of each app; the database must be at the state of the code."""
    if problem := schema_problem():
        raise BackupError(problem)
    leaves = MigrationLoader(connection).graph.leaf_nodes()
    state: dict[str, list[str]] = {}
    for app, name in leaves:
        state.setdefault(app, []).append(name)
    return state


def take_moment(folder: Path) -> tuple[dict[str, int], list[str]]:
    """Rows per table, and the folders of versions whose files were not there; everything is written below `folder`."""
    for part in ("tables", "datasets"):
        shutil.rmtree(folder / part, ignore_errors=True)
        (folder / part).mkdir(mode=0o700)
    rows: dict[str, int] = {}
    with snapshot(folder) as database:
        # First of all the files: links, since nobody ever writes to them again, but somebody may remove them.
        kept = DatasetVersion.objects.using(database).order_by("pk")
        missing = [
            version.stored_as
            for version in kept.only("stored_as", "held_out_rows", "state")
            if not link_version(version, folder / "datasets" / version.stored_as)
        ]
        for name, model in kept_models(apps).items():
            rows[name] = write_table(model, database, folder / "tables" / f"{name}.jsonl").rows
    return rows, missing


def link_version(version: DatasetVersion, folder: Path) -> bool:
    """False when the version's files are not, or no longer, there."""
    folder.mkdir(mode=0o700)
    try:
        there = {name for name in DATASET_FILES if bring(version.stored_as, name, folder)}
    except StorageAway as error:
        raise BackupError(str(error)) from error
    wanted = {"upload"} | ({"table.npz"} if version.is_ready else set())
    wanted |= {"held_out.npz"} if version.held_out_rows else set()
    return there >= wanted  # an older version may have no reading.json


def as_sentences(made: Made, target: Path) -> list[str]:
    said: list[Any] = [
        f"{target}: {made.rows:,} rows, files of {made.datasets:,} dataset versions, {made.bytes / 2**20:,.1f} MB.",
        "It holds password hashes and the secret key: keep it as you keep those.",
    ]
    if made.missing:
        said.append(f"Files of {len(made.missing)} dataset versions are not in the data folder: {made.missing}")
    return said
