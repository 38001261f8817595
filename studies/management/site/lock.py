"""One site per data folder: an exclusive lock that the kernel frees when its holder ends, however it ends."""

import fcntl
import os
from pathlib import Path


class LockedByAnother(Exception):
    """Says who holds the lock."""


class DataLock:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "up.lock"
        self.descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        os.set_inheritable(self.descriptor, False)

    def take(self) -> None:
        """Raises LockedByAnother, with the holder's own words."""
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(self.descriptor, 500, 0).decode(errors="replace").strip()
            raise LockedByAnother(holder or "another process") from error

    def describe(self, text: str) -> None:
        """What a second start is told."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, text.encode(), 0)

    def release(self) -> None:
        os.close(self.descriptor)
