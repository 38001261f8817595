"""The files of a dataset version in the storage, under a name of ours.

`upload`: the bytes as they came; `reading.json`: how the person said they are to be read; `table.npz`: typed columns;
`held_out.npz`: the same columns of the rows that no study sees, which only an upload, a correction and the opening of
the held-out set read. They are there before the version's row is, and nobody ever writes to them again.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from studies.engine.store.address import public_address
from studies.models import DatasetVersion

logger = logging.getLogger(__name__)
UPLOAD, TABLE, HELD_OUT, OPTIONS = "upload", "table.npz", "held_out.npz", "reading.json"
FILES = (UPLOAD, OPTIONS, HELD_OUT, TABLE)
PIECE = 2**20


class StorageAway(OSError):
    """The storage does not answer, or not with what was asked for; the message is a sentence."""


def storage() -> Storage:
    return storages["datasets"]


def storage_name() -> str:
    return public_address(settings.STORAGE) or f"the data folder {settings.DATA}"


def folder_of(stored_as: str) -> Path | None:
    """The version's folder on this machine's disk; None where the storage is none."""
    kept = storage()
    return Path(kept.path(stored_as)) if isinstance(kept, FileSystemStorage) else None


@contextmanager
def said() -> Iterator[None]:
    """Whatever a storage raises, in a sentence; a file that is not there stays FileNotFoundError."""
    try:
        yield
    except (FileNotFoundError, StorageAway):
        raise
    except Exception as error:
        raise StorageAway(f"The storage {storage_name()} does not answer: {str(error).strip(' .')}.") from error


def put(folder: Path, stored_as: str) -> None:
    """Move a filled folder of the datasets folder into the storage, whole or not at all; StorageAway."""
    place = folder_of(stored_as)
    if place is not None:
        folder.rename(place)
        return
    try:
        for name in FILES:
            if (folder / name).exists():
                with (folder / name).open("rb") as file, said():
                    storage().save(f"{stored_as}/{name}", File(file))
    except BaseException:
        remove(stored_as)
        raise
    shutil.rmtree(folder, ignore_errors=True)


def take(stored_as: str, name: str, out: BinaryIO, on_piece: Callable[[], None] | None = None) -> str:
    """Copy one file out of the storage; its SHA-256. Raises FileNotFoundError, and StorageAway with a sentence."""
    digest = hashlib.sha256()
    with said():
        source = storage().open(f"{stored_as}/{name}", "rb")
    with source:
        while True:
            with said():
                piece = source.read(PIECE)
            if not piece:
                return digest.hexdigest()
            digest.update(piece)
            out.write(piece)
            if on_piece is not None:
                on_piece()


def remove(stored_as: str) -> None:
    """What cannot be removed now is found by `manage.py tidy`."""
    place = folder_of(stored_as)
    if place is not None:
        shutil.rmtree(place, ignore_errors=True)
        return
    for name in FILES:
        try:
            with said():
                storage().delete(f"{stored_as}/{name}")
        except OSError as error:
            logger.warning("%s/%s was not removed: %s", stored_as, name, error)
            return


def reading_options(version: DatasetVersion) -> dict[str, Any]:
    """How the person said that the upload is to be read; an older version has nothing of it."""
    try:
        with said(), storage().open(f"{version.stored_as}/{OPTIONS}", "rb") as file:
            return dict(json.loads(file.read()))
    except FileNotFoundError:
        return {}


def missing_extra() -> str:
    """Which packages are to be installed for the storage that settings name, in a sentence; "" when none."""
    if not settings.STORAGE or (find_spec("storages") and find_spec("boto3")):
        return ""
    return f"For {storage_name()} the extra is not installed: .venv/bin/pip install -r requirements-s3.txt"


def problem() -> str:
    """Why workers here could not read the newest version's table, in a sentence; "" while all is well."""
    if missing := missing_extra():
        return missing
    version = DatasetVersion.objects.ready().order_by("-pk").first()
    if version is None:
        return ""
    try:
        with said():
            if storage().exists(f"{version.stored_as}/{TABLE}"):
                return ""
    except StorageAway as error:
        return str(error)
    if settings.STORAGE:
        return f"{storage_name()} does not hold the files of “{version.dataset}”. Name the storage that the site uses."
    return (
        f"The data folder {settings.DATA} does not hold the files of “{version.dataset}”. TUNINGSITE_DATA must name "
        "the folder that the site uses, shared with this machine; or use a storage that all can reach "
        "(TUNINGSITE_STORAGE)."
    )
