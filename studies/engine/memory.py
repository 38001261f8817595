"""What a trial holds of the machine's memory, and whether a lack of it was what ended its process.

Megabytes are 2**20 bytes. Counted is memory that no file backs, in RAM or swapped out: of the fitting process, what it
holds beyond what it began its first trial with (the program and the table, most of it shared with the process that
forked it); of every process that it started, what it shares with no other. Files that are mapped do not count: the
kernel can drop them; shared memory it cannot drop. Prepared folds that the child keeps for the next trials do count.

Linux tells all this; elsewhere nothing is counted and only the limit that the process sets itself holds.
"""

import mmap
import os
import resource
import signal
import struct
from collections.abc import Iterator
from contextlib import suppress
from functools import cache

from django.conf import settings

from studies.engine import processes

NO_MEMORY = 71  # exit code of a process that ran out of memory outside of any fit
AT_THE_LIMIT = 0.9  # a process that a signal ends so near to its limit was ended by it: C code rarely asks
MB = 2.0**20
_BEGUN = struct.Struct("?dd")  # whether it has, and the megabytes at that moment: its own, and in RAM


class Meter:
    """Measures one child and all that it starts, from outside. Made before the fork, for both sides."""

    def __init__(self) -> None:
        self.page = mmap.mmap(-1, mmap.PAGESIZE)
        self.kills_before = oom_kills()
        self.highest_mb = 0.0  # of the running trial

    def begin(self) -> None:
        """In the child: what it holds now does not count."""
        in_ram = _fields(os.getpid(), "status").get("VmRSS", 0.0)
        _BEGUN.pack_into(self.page, 0, True, anonymous_mb(os.getpid()), in_ram)

    @property
    def has_begun(self) -> bool:
        """Whether the child has its table."""
        has_begun: bool = _BEGUN.unpack_from(self.page)[0]
        return has_begun

    def used_mb(self, pid: int) -> float:
        """What the child and its descendants hold; 0 until `begin`."""
        has_begun, own, _ = _BEGUN.unpack_from(self.page)
        if not has_begun:
            return 0.0
        used = anonymous_mb(pid) - own + sum(private_mb(other) for other in processes.descendants(pid))
        self.highest_mb = max(self.highest_mb, used)
        return used

    def shortage(self, status: int, peak_mb: float, limit_mb: float | None) -> str:
        """Why a child that ended by itself, with this wait status, did so for lack of memory; "" when it did not.

        peak_mb: the most that it had in RAM during its last trial, as the kernel counted.
        """
        if os.WIFEXITED(status):
            return "Not enough memory." if os.WEXITSTATUS(status) == NO_MEMORY else ""
        if os.WTERMSIG(status) == signal.SIGKILL and oom_kills() > self.kills_before:
            return "The machine ran out of memory, and its kernel ended the fit."
        has_begun, _, in_ram = _BEGUN.unpack_from(self.page)
        highest = max(self.highest_mb, peak_mb - in_ram if has_begun else 0.0)
        if limit_mb is not None and highest > AT_THE_LIMIT * limit_mb:
            return f"The process broke down at the limit of {limit_mb:,.0f} MB per trial."
        return ""


def anonymous_mb(pid: int) -> float:
    """Memory that no file backs, in RAM or swapped out; 0 where the system does not tell or the process is gone."""
    status = _fields(pid, "status")
    return sum(status.get(name, 0.0) for name in ("RssAnon", "RssShmem", "VmSwap"))


def private_mb(pid: int) -> float:
    """What a process shares with no other, such as the one that it was forked from."""
    rollup = _fields(pid, "smaps_rollup")
    return rollup.get("Private_Dirty", 0.0) + rollup.get("Swap", 0.0)


def _fields(pid: int, name: str) -> dict[str, float]:
    """The lines of a file of /proc that give kilobytes, as megabytes."""
    found = {}
    with suppress(OSError), open(f"/proc/{pid}/{name}", encoding="ascii", errors="replace") as file:
        for line in file:
            words = line.split()
            if len(words) == 3 and words[2] == "kB":
                found[words[0][:-1]] = int(words[1]) / 1024
    return found


def forget_peak() -> None:
    """Let the kernel's count of the most that this process ever had in RAM begin anew: with every trial."""
    with suppress(OSError), open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


def limit_own(extra_mb: float) -> None:
    """Let this process's data grow by so much; beyond it numpy raises MemoryError instead of the machine swapping.

    Its own children inherit the limit, each for itself: only `Meter` sees their sum.
    """
    used_mb = _fields(os.getpid(), "status").get("VmData")
    if used_mb is not None:
        limit = int((used_mb + extra_mb) * MB)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def limit_mb(own: int | None) -> int | None:
    """What a fit may take: the limit of its study, else a share of this machine; None for no limit at all."""
    share, machine = settings.TRIAL_MEMORY_SHARE, machine_mb()
    if own is not None or share <= 0 or machine is None:
        return own
    return int(share * machine)


@cache
def machine_mb() -> float | None:
    """This machine's memory, or what its container may have of it; None where the system does not tell."""
    return min(_limits(), default=None)


def _limits() -> Iterator[float]:
    with suppress(OSError, ValueError):
        yield os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / MB
    ours = ""
    with suppress(OSError), open("/proc/self/cgroup", encoding="utf-8") as file:
        ours = next((line[3:].strip() for line in file if line.startswith("0::")), "")
    for path in ("/memory.max", f"{ours}/memory.max", "/memory/memory.limit_in_bytes"):
        with suppress(OSError, ValueError), open(f"/sys/fs/cgroup{path}", encoding="ascii") as file:
            yield int(file.read()) / MB  # "max" is no number


def oom_kills() -> int:
    """How many processes the kernel has ended on this machine for lack of memory; 0 where it does not tell."""
    with suppress(OSError, ValueError), open("/proc/vmstat", encoding="ascii") as file:
        for line in file:
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return 0
