"""What a process does to die with its parent and to hold nothing that is not its own."""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress

PR_SET_PDEATHSIG = 1
SECRETS = (
    *("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"),
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
)


def die_with_parent(parent_pid: int, with_signal: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel for a signal when the parent ends (Linux). Call in the child, right after the fork.

    The child's own children do not inherit it. The parent may have ended before the call, hence the check.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)
        if os.getppid() != parent_pid:
            os._exit(1)


def begin_fits(parent_pid: int, descriptor: int) -> None:
    """What every child that fits does right after the fork; it keeps one descriptor, to answer by."""
    die_with_parent(parent_pid)
    for number in (signal.SIGTERM, signal.SIGALRM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_only([descriptor])
    forget_secrets()
    offer_to_oom_killer()


def keep_only(descriptors: Iterable[int]) -> None:
    """Close every inherited descriptor but these and the standard streams, without any object's own clean-up."""
    kept = sorted({0, 1, 2, *descriptors})
    limit = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 65536)
    for low, high in zip(kept, [*kept[1:], limit], strict=True):
        os.closerange(low + 1, high)


def forget_secrets() -> None:
    for name in SECRETS:
        os.environ.pop(name, None)


def descendants(pid: int) -> list[int]:
    """Every process that this one has started, directly or not, and that has not been orphaned since."""
    found, at = [], [pid]
    while at:
        children = _children(at.pop())
        found += children
        at += children
    return found


def _children(pid: int) -> list[int]:
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:  # not Linux, or gone
        return []
    found: list[int] = []
    for thread in threads:
        with suppress(OSError), open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as file:
            found += [int(word) for word in file.read().split()]
    return found


def end_with_descendants(pid: int) -> None:
    """Kill a child of ours that leads its group, the group, and whatever it started that has left the group.

    All are halted first, so that none can start another meanwhile. Who was orphaned before is not found here.
    """
    halted: set[int] = set()
    while new := {pid, *descendants(pid)} - halted:
        for process in new:
            _signal(process, signal.SIGSTOP)
        halted |= new
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    for process in halted:
        _signal(process, signal.SIGKILL)


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def offer_to_oom_killer() -> None:
    """When memory runs out on the machine, the fit goes first, not its supervisor."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write("500")
    except OSError:
        return  # not Linux, or not ours to set: the order of killing is a preference
