"""The backup's one file: a tar.gz of tables, dataset files, the secret key and, last, a manifest with every hash."""

import fcntl
import hashlib
import json
import os
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

FORMAT = 1
MANIFEST, SECRET_KEY = "manifest.json", "secret_key"
DATASET_FILES = ("upload", "table.npz", "held_out.npz", "reading.json")
MEMBER = re.compile(
    rf"{re.escape(MANIFEST)}|{SECRET_KEY}|tables/[a-z0-9_]+\.[a-z0-9_]+\.jsonl"
    rf"|datasets/[0-9a-f]{{32}}/({'|'.join(map(re.escape, DATASET_FILES))})"
)
PIECE = 2**20


class BackupError(Exception):
    """A sentence for the person at the terminal; nothing was changed."""


@contextmanager
def written_whole(target: Path) -> Iterator[BinaryIO]:
    """A file beside the target, readable by its owner alone, that takes the target's name once it is whole."""
    if target.exists():
        raise BackupError(f"{target} exists already; choose another name or remove it.")
    partial = target.with_name(target.name + ".partial")
    try:
        descriptor = os.open(partial, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise BackupError(f"{partial} cannot be written: {error.strerror}.") from error
    with os.fdopen(descriptor, "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError(f"Another backup is writing {partial}; wait for it.") from error
        os.fchmod(file.fileno(), 0o600)
        file.truncate()  # what a killed backup has left
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            partial.rename(target)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    folder = os.open(target.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_archive(file: BinaryIO, folder: Path, manifest: dict[str, Any]) -> None:
    """Everything that the manifest names, from below `folder`, and then the manifest."""
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name in [*manifest["files"], MANIFEST]:
            archive.add(folder / name, arcname=name, recursive=False, filter=_impersonal)


def _impersonal(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def unpack(path: Path, folder: Path) -> dict[str, Any]:
    """Check every name and every hash while writing below `folder`; returns the manifest.

    Raises BackupError for anything that a backup of ours would not hold.
    """
    found: dict[str, str] = {}
    try:
        with tarfile.open(path, mode="r:gz") as archive:
            for member in archive:
                if not member.isfile() or not MEMBER.fullmatch(member.name) or member.name in found:
                    raise BackupError(f"{path} is no backup of Tuningsite: it holds {member.name[:200]!r}.")
                found[member.name] = _unpack_one(archive, member, folder / member.name)
    except FileNotFoundError as error:
        raise BackupError(f"There is no file {path}.") from error
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise BackupError(f"{path} cannot be read as a backup: {error}.") from error
    if found.pop(MANIFEST, None) is None:
        raise BackupError(f"{path} is cut off: its manifest, which is written last, is missing.")
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    if manifest.get("format") != FORMAT:
        raise BackupError(f"{path} has format {manifest.get('format')}; this Tuningsite reads format {FORMAT}.")
    if found != manifest["files"]:
        names = sorted({name for name, _ in found.items() ^ manifest["files"].items()})
        raise BackupError(f"{path} is damaged: {', '.join(names[:5])} is not what the manifest says.")
    return manifest


def _unpack_one(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    source, digest = archive.extractfile(member), hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        while source and (piece := source.read(PIECE)):
            digest.update(piece)
            target.write(piece)
    return digest.hexdigest()
