"""A storage that is no folder, without a server: who fetches is written down, and it may be slow or away."""

import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import InMemoryStorage

from studies.engine.store import cache, versions


class Distant(InMemoryStorage):
    """No folder; every reading of a table is written down, and may be slow or fail."""

    log: Path
    before_end: Callable[[], None] | None = None
    is_away = False

    def _open(self, name: str, mode: str = "rb") -> File:
        if type(self).is_away:
            raise RuntimeError("nobody answers")
        if name.endswith(versions.TABLE):
            with type(self).log.open("a") as log:
                log.write(f"{os.getpid()}\n")
        return File(Slow(super()._open(name, mode).read()), name)


class Slow(BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        if not piece and Distant.before_end is not None:
            Distant.before_end()
        return piece


def forget() -> None:
    """As a new process begins: nothing is held."""
    while cache._held:
        os.close(cache._held.popitem()[1])
