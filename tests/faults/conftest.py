"""Real workers and a real Redis over the test database, an estimator that misbehaves, and the oracle at the end."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings

from studies.engine import actions, bell
from studies.management.site.embedded_redis import start_redis
from studies.management.site.service import Service
from studies.models import ACTIVE, Lane, Study, Team, Trial, User
from tests.database import database_url
from tests.engine.conftest import state_of, wait_until
from tests.factories import make_person, make_study, make_team, make_version
from tests.faults import estimator
from tests.faults.oracle import problems_of, processes_in
from tests.nursery import Started, start_command

Home = tuple[Team, User]
# Where a case is not about these times themselves.
BRISK = {"LEASE_SECONDS": "2", "HEARTBEAT_SECONDS": "0.5", "RECONCILE_SECONDS": "0.5"}


@dataclass
class Queue:
    """The embedded Redis, and what may become of it."""

    server: Service

    @property
    def pid(self) -> int:
        return self.server.process.pid

    def kill(self, empty: bool = True) -> None:
        self.server.process.kill()
        self.server.process.wait()
        if empty:
            shutil.rmtree(settings.EMBEDDED_REDIS_FOLDER / "appendonlydir")

    def start(self) -> None:
        self.server = start_redis()
        bell.forget_outage()

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)


@pytest.fixture
def queue() -> Iterator[Queue]:
    queue = Queue(start_redis())
    bell.forget_outage()
    yield queue
    queue.thaw() if queue.server.is_alive else queue.start()
    queue.server.ask_to_stop()
    queue.server.wait(10)


@dataclass
class Crew:
    """Workers that know the misbehaving estimator. They run in a folder of their own, by which all is found again that
    any of them has started."""

    folder: Path
    processes: list[Started | subprocess.Popen] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return self.folder / "fits.log"

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    def start(self, count: int = 1, **variables: str) -> list[Started]:
        for _ in range(count):
            self.processes.append(start_command(self._words(), self._environment(variables), folder=str(self.folder)))
        return self.processes[-count:]

    def start_program(self, **variables: str) -> subprocess.Popen:
        """A worker that is executed and not forked, for variables that the loader reads."""
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *self._words()]
        process = subprocess.Popen(command, cwd=self.folder, env=self._environment(variables))
        self.processes.append(process)
        return process

    def _words(self) -> list[str]:
        return ["work", "--name", f"test-{len(self.processes)}"]

    def _environment(self, variables: dict[str, str]) -> dict[str, str]:
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "TUNINGSITE_DATA": str(settings.DATA),
            "DATABASE_URL": database_url(),
            "LOG_LEVEL": "ERROR",
            "TMPDIR": str(self.temporary),
            estimator.LOG: str(self.log),
            **BRISK,
            **variables,
        }

    def left_over(self) -> dict[int, str]:
        """Processes that some worker has started and that are no part of one: grandchildren of fits."""
        return {pid: line for pid, line in self.processes_by_pid().items() if "loky" in line or "time.sleep" in line}

    def processes_by_pid(self) -> dict[int, str]:
        return processes_in(self.folder)

    def dismiss(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()

    def check(self, study: Study, seconds: float = 120.0, overlaps: bool = False) -> None:
        """Wait for the study's end, then ask the oracle."""
        wait_until(lambda: state_of(study) in {"complete", "stopped", "failed"}, seconds)
        assert problems_of(study, self.log, overlaps) == []


@pytest.fixture
def crew(queue: Queue, transactional_db: None, tmp_path: Path) -> Iterator[Crew]:
    """No process and no file of any worker may be left when the workers are gone."""
    crew = Crew(tmp_path)
    crew.temporary.mkdir()
    try:
        yield crew
    finally:
        crew.dismiss()
        try:
            wait_until(lambda: not crew.processes_by_pid(), 20)
        finally:
            for pid in crew.processes_by_pid():
                os.kill(pid, signal.SIGKILL)
    assert list(crew.temporary.rglob("*")) == []


@pytest.fixture
def home(transactional_db: None) -> Home:
    team = make_team()
    return team, make_person(team)


def space(seconds: float = 0.1, **more: list[object]) -> dict[str, object]:
    """One number that the score depends on, fits of so many seconds, and choices."""
    return {
        "parameters": [
            {"name": "x", "type": "float", "low": 0.0, "high": 1.0},
            {"name": "seconds", "type": "constant", "value": seconds},
            *[{"name": name, "type": "categorical", "choices": choices} for name, choices in more.items()],
        ]
    }


def wind_up(study: Study) -> None:
    """Let an endless study end soon."""

    def lowered() -> bool:
        study.refresh_from_db()
        try:
            actions.change_limits(study, None, max_trials=study.next_number + 1)
        except actions.Refused:
            return False
        return True

    wait_until(lowered)


Launch = Callable[..., Study]


@pytest.fixture
def launch(home: Home) -> Launch:
    """Launches a study of the misbehaving estimator; `seconds` is what one of its five fits takes."""

    def launched(seconds: float = 0.1, task: str = "classification", **fields: object) -> Study:
        values = {
            "estimator": estimator.KEY,
            "space": space(seconds),
            "defaults": {"x": 0.5, "seconds": seconds},
            "max_trials": 8,
            "task": task,
            "metric": "accuracy" if task == "classification" else "r2",
            "plan_spec": {"kind": "stratified" if task == "classification" else "kfold", "folds": 5, "repeats": 1},
        }
        study = make_study(make_version(*home, task=task), home[1], **(values | fields))
        actions.launch(study, home[1])
        return study

    return launched


def busy_lane(study: Study, worker: Started | None = None) -> Lane:
    """A lane of the study, or of that worker, in whose child a trial is running now."""
    lanes = study.lanes.filter(child_pid__isnull=False)
    if worker is not None:
        lanes = lanes.filter(worker__endswith=f"-{worker.pid}")
    found: list[Lane] = []

    def look() -> bool:
        found[:] = [lane for lane in lanes.all() if running_on(lane) is not None]
        assert found or state_of(study) in ACTIVE, f"the study is {study.state} already"
        return bool(found)

    wait_until(look)
    return found[0]


def running_on(lane: Lane) -> Trial | None:
    return Trial.objects.filter(study_id=lane.study_id, token=lane.token, state="running").first()
