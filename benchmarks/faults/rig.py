"""A site with the misbehaving estimator, what can be done to its processes, and a clock on what follows."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.room.site import Site, wait_until

LONGEST = 120.0  # seconds after which something that should follow a fault counts as never


@dataclass
class Figures:
    """One kind of fault, done several times. Seconds, or None for what never came."""

    fault: str
    how: str
    noticed: list[float | None] = field(default_factory=list)
    again: list[float | None] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0
    orphans: int = 0
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class Rig:
    """Workers in a folder by which all that they start is found again; one long study at a time."""

    def __init__(self, site: Site) -> None:
        from django.conf import settings

        from tests.factories import make_version

        self.site = site
        self.folder = Path(settings.DATA) / "workers"
        self.folder.mkdir()
        self.log = self.folder / "fits.log"
        os.environ |= {"TUNINGSITE_FAULTS_LOG": str(self.log), "TMPDIR": str(self.folder)}
        self.version = make_version(site.team, site.user)
        self.seed = 0
        os.chdir(self.folder)

    # -- studies ----------------------------------------------------------------------------------------------------

    def study(self, seconds: float = 0.2, **fields: Any) -> Any:
        """Launched; `seconds` is what one of the five fits of a trial takes."""
        from studies.engine import actions

        parameters = [
            {"name": "x", "type": "float", "low": 0.0, "high": 1.0},
            {"name": "seconds", "type": "constant", "value": seconds},
        ]
        values: dict[str, Any] = {
            "space": {"parameters": parameters},
            "defaults": {"x": 0.5, "seconds": seconds},
            "max_trials": 100_000,
            "parallel": 3,
            "seed": self.next_seed(),
        }
        study = self.site.study(self.version, "faulty", **(values | fields))
        actions.launch(study, self.site.user)
        return study

    def next_seed(self) -> int:
        self.seed += 1
        return self.seed

    def end(self, study: Any, figures: Figures, overlaps: bool = False) -> None:
        """Let it end soon, then count what was lost and doubled and ask the oracle."""
        from studies.engine import actions
        from studies.models import TERMINAL
        from tests.faults.oracle import problems_of

        def lowered() -> bool:
            study.refresh_from_db()
            with suppress(actions.Refused):
                actions.change_limits(study, self.site.user, max_trials=study.next_number + 1)
                return True
            return False

        if study.max_trials == 100_000:
            wait_until(lowered, LONGEST)
        with suppress(TimeoutError):
            wait_until(lambda: study.refresh_from_db() or study.state in TERMINAL, LONGEST)
        problems = problems_of(study, self.log, overlaps)
        figures.problems += problems
        figures.doubled += sum("was begun or fitted" in line or "two processes" in line for line in problems)
        figures.lost += study.next_number - sum(study.trial_counts()[state] for state in ("complete", "failed"))
        figures.orphans += len(self.orphans())

    def settle(self) -> None:
        """Every worker lives and waits."""
        self.revive()
        wait_until(self.site.all_listen, LONGEST)

    # -- processes --------------------------------------------------------------------------------------------------

    def busy(self, study: Any, unlike: tuple[int, ...] = ()) -> tuple[Any, Any]:
        """A lane and the trial that its child fits now, in its first attempt."""
        from studies.models import Trial

        found: list[tuple[Any, Any]] = []

        def look() -> bool:
            for lane in study.lanes.exclude(token="").filter(child_pid__isnull=False):
                trial = Trial.objects.filter(study=study, token=lane.token, state="running").first()
                attempts = trial.attempts.count() if trial else 0
                if attempts == 1 and lane.horse_pid not in unlike and self.parent_of(lane) is not None:
                    found.append((lane, trial))
            return bool(found)

        wait_until(look, LONGEST)
        return found[0]

    def parent_of(self, lane: Any) -> int | None:
        return next((pid for pid in self.site.pids if lane.worker.endswith(f"-{pid}")), None)

    def revive(self) -> int:
        """What the supervisor does; how many workers had ended."""
        dead = [worker for worker in self.site.workers if not worker.is_alive]
        for worker in dead:
            worker.restart()
        return len(dead)

    def orphans(self, patience: float = 10.0) -> dict[int, str]:
        """Processes of the folder that descend from no living worker, and that do not go away by themselves."""
        from benchmarks.room import cpu
        from tests.faults.oracle import processes_in

        def strays() -> dict[int, str]:
            family = {os.getpid()}
            rest = list(self.site.pids)
            while rest:
                pid = rest.pop()
                family.add(pid)
                rest += cpu.children(pid)
            found = processes_in(self.folder)
            return {pid: line for pid, line in found.items() if pid not in family and "valkey" not in line}

        deadline = time.monotonic() + patience
        while (found := strays()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    # -- Redis ------------------------------------------------------------------------------------------------------

    def kill_redis(self, empty: bool) -> None:
        from django.conf import settings

        assert self.site.redis is not None
        self.site.redis.process.kill()
        self.site.redis.process.wait()
        if empty:
            shutil.rmtree(settings.EMBEDDED_REDIS_FOLDER / "appendonlydir", ignore_errors=True)

    def start_redis(self) -> None:
        from studies.engine import bell
        from studies.management.site.embedded_redis import start_redis

        self.site.redis = start_redis()
        bell.forget_outage()


def seconds_until(condition: Callable[[], object], began: float) -> float | None:
    """From `began` on until it holds; None when it never does."""
    with suppress(TimeoutError):
        wait_until(condition, LONGEST, pause=0.01)
        return time.monotonic() - began
    return None


@contextmanager
def frozen(pids: list[int]) -> Iterator[None]:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
