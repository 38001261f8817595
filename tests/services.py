"""In a site of the nursery: the services that `up` starts are forked from it instead of executed, so that no worker
and no web server imports the libraries again. What each runs is its own command, from its first line.

Redis is a program and stays one. `tests/management/test_up.py` and `test_workers.py` have everything executed.
"""

import gc
import os
import runpy
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

MANAGE = str(Path(__file__).resolve().parents[1] / "manage.py")


def fork_services() -> None:
    """From now on in this process; nothing but `Service` is told."""
    from studies.management.site import service

    service.subprocess = SimpleNamespace(**vars(subprocess) | {"Popen": start})


def start(command: list[str], **options: Any) -> "Forked | subprocess.Popen[bytes]":
    if command[:2] == [sys.executable, MANAGE]:
        return Forked(lambda: runpy.run_path(MANAGE, run_name="__main__"), command[1:], **options)
    if command[:2] == [sys.executable, "-m"]:
        main = command[2]
        return Forked(lambda: runpy.run_module(main, run_name="__main__", alter_sys=True), command[2:], **options)
    return subprocess.Popen(command, **options)


class Forked:
    """A service's process, with `subprocess.Popen`'s words for what `Service` does to one."""

    def __init__(
        self,
        run: Callable[[], object],
        words: list[str],
        *,
        stdin: int,
        stdout: Any,
        stderr: int | None,
        start_new_session: bool,
        preexec_fn: Callable[[], None],
    ) -> None:
        assert (stdin, stdout, stderr, start_new_session) == (subprocess.DEVNULL, None, None, True), "as `up` does it"
        self.returncode: int | None = None
        self.pid = os.fork()
        if not self.pid:
            os._exit(exit_code(lambda: become(run, words, preexec_fn)))

    def poll(self) -> int | None:
        if self.returncode is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:  # as Popen takes it
                pid, status = self.pid, 0
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        deadline = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if deadline is not None and time.monotonic() >= deadline:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
            time.sleep(0.01)
        return self.returncode or 0

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def become(run: Callable[[], object], words: list[str], before: Callable[[], None]) -> None:
    """In the fork: what an executed program begins with, then the program."""
    from studies.engine.processes import keep_only

    gc.freeze()  # what is `up`'s is never cleared up here: its descriptors are closed, and others get their numbers
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    before()
    keep_only([])
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    sys.argv = words
    run()


def exit_code(program: Callable[[], object]) -> int:
    """As the interpreter ends with, whatever the program ends by; nothing of `up` is gone through on the way out."""
    try:
        program()
        code: object = None
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        code = 1
    if not (code is None or isinstance(code, int)):
        print(code, file=sys.stderr)
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return int(code or 0)
