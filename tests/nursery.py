"""Runs `manage.py` in a fork of a process that has imported the libraries: importing scikit-learn for each worker costs
more than most tests do.

What runs is the command itself, from its first line and in the environment that it is given: settings and everything
that rests on them are read in the fork. `tests/management/test_up.py` starts programs as a person does.
"""

import atexit
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import cache
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Any

from tests.services import fork_services

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = (  # nothing here asks for settings
    "django.core.management",
    "django.db.models",
    "django.forms",
    "rq.worker",
    "studies.evaluation",
    "studies.plots",
    "studies.search",
    "studies.tabular",
)


class Started:
    """A process of the nursery, with `subprocess.Popen`'s words for what tests do to one."""

    def __init__(self, nursery: "Nursery", pid: int) -> None:
        self.nursery = nursery
        self.pid = pid

    @property
    def returncode(self) -> int | None:
        return self.nursery.codes.get(self.pid)

    def poll(self) -> int | None:
        self.nursery.listen(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        deadline = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise subprocess.TimeoutExpired(f"process {self.pid} of the nursery", timeout or 0)
            self.nursery.listen(left)
        return self.nursery.codes[self.pid]

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Nursery:
    """The tests' side: orders go out, process numbers and exit codes come back."""

    def __init__(self) -> None:
        self.codes: dict[int, int] = {}
        self.pipe, theirs = Pipe()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.nursery", str(theirs.fileno())],
                cwd=ROOT,
                env=os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    def start(self, words: list[str], environment: Mapping[str, str], files: Mapping[int, str], folder: str) -> Started:
        order = {"words": words, "environment": dict(environment), "files": list(files.items()), "folder": folder}
        self.pipe.send_bytes(json.dumps(order).encode())
        while (pid := self.listen(None)) is None:
            pass
        return Started(self, pid)

    def listen(self, seconds: float | None) -> int | None:
        """Take in one message, if one comes in time: the number of a process that has started, or how another ended."""
        if not self.pipe.poll(seconds):
            return None
        message = json.loads(self.pipe.recv_bytes())
        if "code" not in message:
            self.codes.pop(message["pid"], None)  # numbers come back
            return message["pid"]
        self.codes[message["pid"]] = message["code"]
        return None

    def close(self) -> None:
        self.pipe.close()
        self.process.wait(10)


@cache
def nursery() -> Nursery:
    """One for each process that runs tests, from its first use on."""
    made = Nursery()
    atexit.register(made.close)
    return made


def start_command(
    words: list[str], environment: Mapping[str, str], files: Mapping[int, str] | None = None, folder: str = ""
) -> Started:
    """`manage.py WORDS`, in that folder; what it writes to a descriptor named in `files` goes there, else where the
    tests' own goes."""
    return nursery().start(words, environment, files or {}, folder or str(ROOT))


# -- the nursery's own side -------------------------------------------------------------------------------------------


def next_order(pipe: Connection) -> dict[str, Any]:
    """Forks for every order and returns in the fork only; ends with the tests."""
    woken, waker = socket.socketpair()
    woken.setblocking(False)
    waker.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(waker.fileno())
    with pipe, woken, waker:
        while True:
            if pipe in wait([pipe, woken]):
                try:
                    order: dict[str, Any] = json.loads(pipe.recv_bytes())
                except EOFError:
                    sys.exit()
                parent, pid = os.getpid(), os.fork()
                if not pid:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    return order | {"parent": parent}
                pipe.send_bytes(json.dumps({"pid": pid}).encode())
            else:
                woken.recv(4096)
            report_the_dead(pipe)


def report_the_dead(pipe: Connection) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        pipe.send_bytes(json.dumps({"pid": pid, "code": os.waitstatus_to_exitcode(status)}).encode())


def run(order: dict[str, Any]) -> None:
    """In the fork: become the command."""
    from studies.engine.processes import die_with_parent

    die_with_parent(order["parent"])
    for descriptor, path in order["files"]:
        with open(path, "a") as file:
            os.dup2(file.fileno(), descriptor)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["manage.py", *order["words"]]
    if order["words"][0] == "up":
        fork_services()
    runpy.run_path(str(ROOT / "manage.py"), run_name="__main__")


if __name__ == "__main__":
    for library in LIBRARIES:
        importlib.import_module(library)
    run(next_order(Connection(int(sys.argv[1]))))
