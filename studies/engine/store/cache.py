"""Tables on this machine's disk: where the storage is a folder they lie there, else each is fetched once and kept.

A cached file is named by the SHA-256 of its bytes, appears whole or not at all, and is looked over before its first use
in a process. Whoever uses one holds a shared lock on it, which the kernel drops when the process ends, however it ends;
what is not locked goes, least recently used first, when there is no room.
"""

import errno
import fcntl
import os
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from studies.engine.store import versions
from studies.models import DatasetVersion
from studies.tabular import content_hash

HELD = 4  # so many tables a process keeps locked, as many as it keeps in memory
LOOK_AGAIN = 0.1  # seconds between looks whether another process has fetched it
_held: OrderedDict[Path, int] = OrderedDict()
_mutex = threading.Lock()  # the web server's threads


def table_path(version: DatasetVersion, on_piece: Callable[[], None] | None = None) -> Path:
    """A whole table of the version on this machine. `on_piece` is called every now and then while it is fetched.

    Raises FileNotFoundError when the storage has no such file and StorageAway when it does not answer.
    """
    return _whole(version, versions.TABLE, "table_hash", on_piece)


def held_out_path(version: DatasetVersion, on_piece: Callable[[], None] | None = None) -> Path:
    """The rows of the version's held-out set on this machine: for whoever opens it, and for nobody else.

    Raises as `table_path` does.
    """
    return _whole(version, versions.HELD_OUT, "held_out_hash", on_piece)


def _whole(version: DatasetVersion, name: str, hash_field: str, on_piece: Callable[[], None] | None) -> Path:
    folder = versions.folder_of(version.stored_as)
    if folder is None:
        return _cached(version, name, hash_field, on_piece or (lambda: None))
    path = folder / name
    if not path.exists():
        raise FileNotFoundError(errno.ENOENT, f"{versions.storage_name()} holds no {name} of “{version}”", str(path))
    return path


def _cached(version: DatasetVersion, name: str, hash_field: str, on_piece: Callable[[], None]) -> Path:
    settings.CACHE.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (digest := getattr(version, hash_field)) and _hold(path := _place(digest)):
        return path
    with _one_fetch(version.stored_as, on_piece):
        if digest and _hold(path := _place(digest)):  # fetched by another process meanwhile
            return path
        return _fetch(version, name, hash_field, on_piece)


def _place(digest: str) -> Path:
    return Path(settings.CACHE) / f"{digest}.npz"


def _fetch(version: DatasetVersion, name: str, hash_field: str, on_piece: Callable[[], None]) -> Path:
    part, handle = _new_part()
    known = getattr(version, hash_field)
    try:
        with os.fdopen(handle, "wb", closefd=False) as out:
            digest = versions.take(version.stored_as, name, out, on_piece)
        if known and digest != known:
            what = "table" if name == versions.TABLE else name
            raise versions.StorageAway(
                f"The storage {versions.storage_name()} answered with other bytes than the {what} of “{version}”."
            )
        os.fsync(handle)
        os.replace(part, _place(digest))
        _sync_folder()
        with _mutex:
            _keep(_place(digest), handle)
    except BaseException:
        part.unlink(missing_ok=True)
        os.close(handle)
        raise
    if not known:  # an older version: what came first is what it is from now on
        DatasetVersion.objects.filter(pk=version.pk, **{hash_field: ""}).update(**{hash_field: digest})
        setattr(version, hash_field, digest)
    make_room()
    return _place(digest)


def _new_part() -> tuple[Path, int]:
    """A file to write to, locked: a part that nobody locks was left by somebody who died, and is removed."""
    while True:
        handle, name = tempfile.mkstemp(dir=settings.CACHE, suffix=".part")
        fcntl.flock(handle, fcntl.LOCK_SH)
        if os.fstat(handle).st_nlink:
            return Path(name), handle
        os.close(handle)  # removed before it was locked


def _hold(path: Path) -> bool:
    """Lock a cached table against being removed, and look it over; False when there is none."""
    with _mutex:
        if path in _held and path.exists():
            _held.move_to_end(path)
            _touch(path)
            return True
        try:
            handle = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return False
        fcntl.flock(handle, fcntl.LOCK_SH)
        try:  # it may have been removed between the two
            is_there = os.stat(path).st_ino == os.fstat(handle).st_ino and content_hash(path) == path.stem
        except FileNotFoundError:
            is_there = False
        if not is_there:
            os.close(handle)
            return False
        _touch(path)
        _keep(path, handle)
    return True


def _keep(path: Path, handle: int) -> None:
    if (old := _held.pop(path, None)) is not None:
        os.close(old)
    _held[path] = handle
    while len(_held) > HELD:
        os.close(_held.popitem(last=False)[1])


def _touch(path: Path) -> None:
    """Used just now: the time of access says so; that of writing stays, readers know a file by it."""
    os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))


@contextmanager
def _one_fetch(stored_as: str, on_piece: Callable[[], None]) -> Iterator[None]:
    """One process of this machine fetches a table while the others wait for it."""
    with (Path(settings.CACHE) / f"{stored_as[:1]}.lock").open("wb") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                on_piece()
                time.sleep(LOOK_AGAIN)
        yield


def make_room() -> None:
    """Remove what was used least recently and by nobody now, until the rest fits; and what was never whole."""
    folder = Path(settings.CACHE)
    for part in folder.glob("*.part"):
        _remove_unused(part)
    tables = []
    for path in folder.glob("*.npz"):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        tables.append((status.st_atime_ns, status.st_size, path))
    total = sum(size for _, size, _ in tables)
    for _, size, path in sorted(tables):
        if total <= settings.CACHE_MB * 2**20:
            return
        if _remove_unused(path):
            total -= size


def _remove_unused(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        path.unlink(missing_ok=True)
        return True
    finally:
        os.close(handle)


def _sync_folder() -> None:
    folder = os.open(settings.CACHE, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
