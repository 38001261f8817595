"""Processor seconds of processes, from outside (Linux)."""

import os

TICK = os.sysconf("SC_CLK_TCK")


def seconds(pid: int) -> float:
    """User and system seconds of a process and of those of its children that it has waited for; to 1/100 s."""
    return sum(_stat(pid)[11:15]) / TICK


def tree_seconds(pid: int) -> float:
    """The same, with every living descendant."""
    return seconds(pid) + sum(tree_seconds(child) for child in children(pid))


def children(pid: int) -> list[int]:
    """Living children of a process's main thread; none when it is gone."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def _stat(pid: int) -> list[int]:
    """The fields of /proc/PID/stat from the parent's pid on; 0 for a process that is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            words = file.read().rsplit(")", 1)[1].split()
    except OSError:
        return [0] * 20
    return [0, *(int(word) for word in words[1:20])]
