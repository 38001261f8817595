"""An errand's work in a child process, as every fit: without database, Redis or secrets, killed with its parent, when
it takes too long or too much memory, and when the worker is being stopped."""

import os
import signal
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.db import connections

from studies.engine import memory, processes
from studies.engine.watch import StopRequest

POLL = 0.05
Work = Callable[[], bytes | None]


@dataclass(frozen=True)
class Ended:
    """How it ended: with an answer, or with an error in words."""

    answer: bytes = b""
    error: str = ""


def in_child(work: Work, memory_mb: int | None, seconds: float, beat: Callable[[], object]) -> Ended | None:
    """Run the work in a child, beating meanwhile; None when the worker is being stopped, and when `beat`
    answers False: then nobody waits for it any more.

    What the work returns is the answer. All that it needs is read before: the child has no database.
    """
    connections.close_all()  # a connection must not cross a fork
    parent = os.getpid()
    with tempfile.TemporaryFile() as said:
        pid = os.fork()
        if pid == 0:
            _child(work, said, parent, memory_mb)
        deadline, next_beat, is_wanted = time.monotonic() + seconds, 0.0, True
        while True:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                return _told(said, status)
            now = time.monotonic()
            if now > next_beat:
                is_wanted = beat() is not False
                next_beat = now + settings.HEARTBEAT_SECONDS
            if StopRequest.at is not None or not is_wanted or now > deadline:
                processes.end_with_descendants(pid)
                os.waitpid(pid, 0)
                is_left = StopRequest.at is not None or not is_wanted
                return None if is_left else Ended(error=f"It took longer than the limit of {seconds:g} s.")
            time.sleep(POLL)


def _told(said: IO[bytes], status: int) -> Ended:
    if os.WIFSIGNALED(status):
        how = signal.Signals(os.WTERMSIG(status)).name
        return Ended(error=f"The working process ended: {how}. Memory may be too small.")
    said.seek(0)
    if code := os.WEXITSTATUS(status):
        words = said.read(2000).decode(errors="replace")
        return Ended(error=words or f"The working process ended with exit code {code}.")
    return Ended(said.read())


def _child(work: Work, said: IO[bytes], parent: int, memory_mb: int | None) -> None:
    """The child's whole life; never returns."""
    code = 1
    try:
        processes.begin_fits(parent, said.fileno())
        if memory_mb is not None:
            memory.limit_own(memory_mb)
        said.write(work() or b"")
        said.flush()
        code = 0
    except BaseException as error:
        said.seek(0)
        said.truncate()
        said.write(f"{type(error).__name__}: {error}"[:400].encode())
        said.flush()
        traceback.print_exc()
    finally:
        os._exit(code)
