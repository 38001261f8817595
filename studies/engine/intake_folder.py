"""The files of a dataset version, in a folder with a name of ours.

`upload`: the bytes as they came; `reading.json`: how the person said they are to be read; `table.npz`: typed columns.
It is filled under a name that ends in `.partial` and renamed before the rows are written: a crash leaves at most a
folder that nobody refers to, never a row without files.
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File

from studies.tabular import TableError

UPLOAD, TABLE, OPTIONS = "upload", "table.npz", "reading.json"


@contextmanager
def new_folder() -> Iterator[Path]:
    """A fresh folder to fill; gone afterwards unless `keep` renamed it."""
    folder = Path(settings.DATASETS) / f"{secrets.token_hex(16)}.partial"
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def keep(folder: Path) -> str:
    """Gives a filled folder its final name, which it returns."""
    folder.rename(folder.with_suffix(""))
    return folder.stem


@contextmanager
def removed_on_failure(stored_as: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        remove_folder(stored_as)
        raise


def remove_folder(stored_as: str) -> None:
    shutil.rmtree(Path(settings.DATASETS) / stored_as, ignore_errors=True)


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


def write_options(options: Mapping[str, Any], folder: Path) -> None:
    (folder / OPTIONS).write_text(json.dumps(options), encoding="utf-8")


def read_options(folder: Path) -> dict[str, Any]:
    path = folder / OPTIONS
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def share_upload(source: Path, folder: Path) -> bool:
    """The same bytes under a second name: nobody ever writes to them, so versions may share them; False: gone."""
    for name in (UPLOAD, OPTIONS):
        with suppress(FileNotFoundError):
            link_or_copy(source / name, folder / name)
    return (folder / UPLOAD).exists()


def link_or_copy(source: Path, path: Path) -> None:
    try:
        os.link(source, path)
    except OSError:
        shutil.copyfile(source, path)
