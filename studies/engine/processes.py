"""What a process does to die with its parent and to hold nothing that is not its own."""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Iterable

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


def keep_only(descriptors: Iterable[int]) -> None:
    """Close every inherited descriptor but these and the standard streams, without any object's own clean-up."""
    kept = sorted({0, 1, 2, *descriptors})
    limit = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 65536)
    for low, high in zip(kept, [*kept[1:], limit], strict=True):
        os.closerange(low + 1, high)


def forget_secrets() -> None:
    for name in SECRETS:
        os.environ.pop(name, None)


def resident_mb(pid: int) -> float:
    """Resident memory of a process; 0 where the system does not tell or the process is gone."""
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            pages = int(file.read().split()[1])
    except (OSError, IndexError, ValueError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def limit_memory(extra_mb: int) -> None:
    """Let this process's data grow by so much; beyond it numpy raises MemoryError instead of the machine swapping."""
    try:
        with open("/proc/self/status", encoding="ascii") as file:
            used_kb = next(int(line.split()[1]) for line in file if line.startswith("VmData:"))
    except (OSError, StopIteration, ValueError):
        return
    limit = used_kb * 1024 + extra_mb * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def offer_to_oom_killer() -> None:
    """When memory runs out on the machine, the fit goes first, not its supervisor."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write("500")
    except OSError:
        return  # not Linux, or not ours to set: the order of killing is a preference
