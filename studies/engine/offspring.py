"""The processes below this one: their end is seen at once and named, and nothing that they started outlives them.

A fit may start processes of its own (joblib), which do not die with it. The kernel gives orphans to the nearest process
above that asked for them: here a worker's parent or the supervisor, which kill what is not theirs. That is Linux;
elsewhere only ends are seen.
"""

import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from functools import cache
from typing import NamedTuple

PR_SET_CHILD_SUBREAPER = 36
POLL = 0.05  # seconds between looks at a process where the kernel cannot wake us


class Process(NamedTuple):
    """A line of /proc."""

    pid: int
    parent: int
    group: int
    session: int
    started: str


def wait_for(pid: int, seconds: float) -> int | None:
    """The wait status of a child of ours as soon as it has ended; None when it lives on after so many seconds."""
    deadline = time.monotonic() + seconds
    try:
        descriptor = os.pidfd_open(pid)
    except (AttributeError, OSError):  # not Linux, or not allowed
        return _poll_for(pid, deadline)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        poll.poll(max(0.0, seconds) * 1000)
    finally:
        os.close(descriptor)
    return _ended(pid)


def _poll_for(pid: int, deadline: float) -> int | None:
    while True:
        status = _ended(pid)
        if status is not None or time.monotonic() >= deadline:
            return status
        time.sleep(POLL)


def _ended(pid: int) -> int | None:
    try:
        ended, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:  # somebody else has heard of its end
        return 0
    return status if ended else None


def name_of_end(status: int) -> str:
    """A wait status in words: "signal 9 (SIGKILL)" or "exit code 1"."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        with suppress(ValueError):  # a real-time signal has no name
            return f"signal {number} ({signal.Signals(number).name})"
        return f"signal {number}"
    return f"exit code {os.WEXITSTATUS(status)}"


# -- orphans


def adopt_orphans() -> None:
    """From now on what is orphaned below this process becomes its child. Not inherited by its own children."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def has_children() -> bool:
    """Whether this process has any child, living or not yet reaped; costs one system call."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def end_orphans(ours: Collection[int], seconds: float = 2.0) -> int:
    """Kill and reap every child of this process but `ours`, and what comes to us by their deaths; how many there were.

    What the kernel cannot end in so many seconds is left to the next call.
    """
    deadline, ended = time.monotonic() + seconds, 0
    while has_children() and time.monotonic() < deadline:
        orphans = [process.pid for process in processes() if process.parent == os.getpid() and process.pid not in ours]
        if not orphans:
            break
        for pid in orphans:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        ended += sum(wait_for(pid, deadline - time.monotonic()) is not None for pid in orphans)
    return ended


def end_group(group: int, session: int) -> bool:
    """Kill a process group that outlived its worker; False when there is none of that number in that session.

    Numbers are used again, but not while the group or the session has a member: both together name one of ours.
    """
    if not any((process.group, process.session) == (group, session) for process in processes()):
        return False
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    return True


def processes() -> Iterator[Process]:
    """Every process that /proc shows; none where there is no /proc."""
    names = os.listdir("/proc") if os.path.isdir("/proc/self") else []
    for name in names:
        if name.isdigit() and (process := _process(name)):
            yield process


def _process(name: str) -> Process | None:
    try:
        with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
            words = file.read().rpartition(")")[2].split()  # the program's name may hold anything
    except OSError:
        return None
    return Process(int(name), int(words[1]), int(words[2]), int(words[3]), words[19])


# -- one process among all that there ever were


def identity(pid: int) -> str:
    """What tells a process from every other one, later ones of its number and those of other machines and containers
    too: this boot, the space that numbers are counted in, number, session, start. "" where the system does not say."""
    process, here = _process(str(pid)), _here()
    return f"{here} {pid} {process.session} {process.started}" if process and here else ""


@cache
def _here() -> str:
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return f"{file.read().strip()} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""


def lives(known_as: str) -> bool | None:
    """Whether the process of that identity lives; None for what cannot be seen from here."""
    words = known_as.split()
    if len(words) != 5 or " ".join(words[:2]) != _here():
        return None
    return identity(int(words[2])) == known_as and not _is_zombie(words[2])


def _is_zombie(pid: str) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] in {"Z", "X"}
    except OSError:
        return True
