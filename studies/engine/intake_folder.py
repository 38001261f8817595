"""A version's files while they are made: in a folder of this machine with a name of ours that ends in `.partial`.

It goes into the storage before the rows are written (studies.engine.store.versions): a crash leaves at most files that
nobody refers to, never a row without files.
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File

from studies.engine.store import versions
from studies.engine.store.versions import HELD_OUT, OPTIONS, TABLE, UPLOAD
from studies.tabular import TableError, content_hash
from studies.tabular.reading import HEAD_BYTES

MAX_FILE_NAME = 255


@contextmanager
def new_folder() -> Iterator[Path]:
    """A fresh folder to fill; gone afterwards unless `keep` renamed it."""
    folder = Path(settings.DATASETS) / f"{secrets.token_hex(16)}.partial"
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def keep(folder: Path) -> dict[str, Any]:
    """Moves a filled folder into the storage; the fields of the version that name it and what it holds, which is
    nothing yet where it is to be read later."""
    table, held_out = folder / TABLE, folder / HELD_OUT
    table_hash = content_hash(table) if table.exists() else ""
    held_out_hash = content_hash(held_out) if held_out.exists() else ""
    table_bytes = sum(path.stat().st_size for path in (table, held_out) if path.exists())
    try:
        versions.put(folder, folder.stem)
    except OSError as error:
        raise TableError(f"The server could not store the file. {error} Tell whoever runs it.") from error
    return {
        "stored_as": folder.stem,
        "table_hash": table_hash,
        "held_out_hash": held_out_hash,
        "table_bytes": table_bytes,
    }


@contextmanager
def refused_when_away() -> Iterator[None]:
    """What the storage does not give at the moment is a refusal of the table, with its StorageAway as the cause."""
    try:
        yield
    except versions.StorageAway as error:
        raise TableError(f"{error} Try again, or tell whoever runs the site.") from error


@contextmanager
def removed_on_failure(stored_as: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        versions.remove(stored_as)
        raise


def write_upload(file: File, folder: Path) -> tuple[str, int]:
    """Copies the bytes in pieces; returns their SHA-256 and how many there are."""
    limit_mb = settings.UPLOAD_LIMIT_MB
    digest, size = hashlib.sha256(), 0
    try:
        with (folder / UPLOAD).open("xb") as out:
            for chunk in file.chunks():
                size += len(chunk)
                if size > limit_mb * 2**20:
                    raise TableError(f"The file is larger than the limit of {limit_mb} MB. Upload a sample of it.")
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise TableError(f"The server could not store the file: {error.strerror}. Tell whoever runs it.") from error
    return digest.hexdigest(), size


def first_bytes(path: Path) -> bytes:
    """Enough of them to tell what kind of file it is."""
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def write_options(options: Mapping[str, Any], folder: Path) -> None:
    (folder / OPTIONS).write_text(json.dumps(options), encoding="utf-8")


def read_options(folder: Path) -> dict[str, Any]:
    path = folder / OPTIONS
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def share_upload(stored_as: str, folder: Path) -> bool:
    """The bytes of another version, as they came, and how they are to be read; False: they are gone."""
    bring(stored_as, OPTIONS, folder)
    return bring(stored_as, UPLOAD, folder)


def bring(stored_as: str, name: str, folder: Path) -> bool:
    """A version's file below `folder`; False when the storage does not hold it. Raises StorageAway."""
    place = versions.folder_of(stored_as)
    try:
        if place is not None:  # the same bytes under a second name: nobody ever writes to them
            link_or_copy(place / name, folder / name)
        else:
            with (folder / name).open("wb") as out:
                versions.take(stored_as, name, out)
    except FileNotFoundError:
        (folder / name).unlink(missing_ok=True)
        return False
    return True


def link_or_copy(source: Path, path: Path) -> None:
    try:
        os.link(source, path)
    except OSError:
        shutil.copyfile(source, path)
