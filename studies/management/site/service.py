"""A child process of `manage.py up`: its own session, dead when we are dead, stopped in order."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from studies.engine.processes import die_with_parent

SHORT_LIFE = 5.0  # seconds; who ends sooner, and once more, will probably end again
LONGEST_REST = 10.0


class Service:
    """A started process; `stop` is polite first and final after `patience` seconds."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path | None = None,
        death_signal: signal.Signals = signal.SIGKILL,
        ends_by_itself: bool = False,
    ) -> None:
        self.name = name
        self.command = list(command)
        self.log = log
        self.death_signal = death_signal
        self.ends_by_itself = ends_by_itself
        self.short_lives = 0
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        self.started_at = time.monotonic()
        self.restart_at: float | None = None
        parent = os.getpid()
        output = open(self.log, "ab") if self.log else None  # noqa: SIM115 (handed to the child, closed below)
        try:
            return subprocess.Popen(  # noqa: S603 (our own command line, no shell)
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                start_new_session=True,
                preexec_fn=self._before_exec(parent),
            )
        finally:
            if output:
                output.close()

    def _before_exec(self, parent: int) -> Callable[[], None]:
        return lambda: die_with_parent(parent, self.death_signal)

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    @property
    def is_done(self) -> bool:
        """Whether its work was to end, and it has ended well."""
        return self.ends_by_itself and self.process.poll() == 0

    def rest(self) -> float:
        """Plan the next start, and say in how many seconds: at once, but later after each further short life."""
        lived = time.monotonic() - self.started_at
        self.short_lives = self.short_lives + 1 if lived < SHORT_LIFE else 0
        seconds = min(0.25 * 2**self.short_lives, LONGEST_REST) if self.short_lives > 1 else 0.0
        self.restart_at = time.monotonic() + seconds
        return seconds

    def restart(self) -> None:
        self.process = self._start()

    def ask_to_stop(self) -> None:
        if self.is_alive:
            self.process.send_signal(signal.SIGTERM)

    def wait(self, patience: float) -> None:
        try:
            self.process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
