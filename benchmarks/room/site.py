"""A site of the benchmark's own, with the product's settings: data folder, database, Redis and worker processes."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import django
from django.core.management import call_command

from . import cpu

NOT_OURS = ("DATABASE_URL", "REDIS_URL", "TUNINGSITE_URL", "SECRET_KEY", "DEBUG", "EMAIL_URL")


@contextmanager
def bench_site(postgresql: bool = False, settings: str = "benchmarks.settings") -> Iterator["Site"]:
    """One per process: Django is set up here, so import models after this only. All of it is gone afterwards."""
    for name in NOT_OURS:
        os.environ.pop(name, None)
    data = tempfile.mkdtemp(prefix="tuningsite-bench-")
    os.environ |= {"TUNINGSITE_DATA": data, "DJANGO_SETTINGS_MODULE": settings, "LOG_LEVEL": "ERROR"}
    os.environ["TUNINGSITE_PLAIN_STATIC"] = "1"  # nothing is served to browsers here
    if postgresql:
        os.environ["DATABASE_URL"] = os.environ["TUNINGSITE_TEST_DATABASE_URL"]
    django.setup()
    site = Site()
    try:
        site.start()
        yield site
    finally:
        site.stop()
        shutil.rmtree(data, ignore_errors=True)


class Site:
    """Handles to the running processes, and rows to begin with."""

    def __init__(self) -> None:
        from studies.management.site.service import Service

        self.workers: list[Service] = []
        self.redis: Service | None = None

    def start(self) -> None:
        from studies.management.site.embedded_redis import start_redis
        from studies.models import Membership, Role, Team, User

        call_command("migrate", interactive=False, verbosity=0)
        self.redis = start_redis()
        self.team = Team.objects.create(name="Benchmark")
        self.user = User.objects.create_user("bench@example.org", None)
        Membership.objects.create(team=self.team, user=self.user, role=Role.OWNER)

    def stop(self) -> None:
        from django.db import connections

        self.stop_workers()
        connections.close_all()
        if self.redis is not None:
            self.redis.ask_to_stop()
            self.redis.wait(10)

    # -- workers ----------------------------------------------------------------------------------------------------

    def start_workers(self, count: int, **environment: str) -> list[int]:
        """Their process ids, once all of them listen. `environment` is added to theirs."""
        from studies.management.site.service import Service
        from studies.management.site.supervisor import manage

        before = {name: os.environ.get(name) for name in environment}
        os.environ |= environment
        for _ in range(count):
            name = f"bench-{len(self.workers) + 1}"
            self.workers.append(Service(name, [*manage("work"), "--name", name]))
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
        wait_until(self.all_listen)
        return self.pids

    @property
    def pids(self) -> list[int]:
        return [worker.process.pid for worker in self.workers]

    def all_listen(self) -> bool:
        """Whether every worker waits for its next job: no horse, and blocked in Redis."""
        from studies.engine import bell

        if ended := [worker.name for worker in self.workers if not worker.is_alive]:
            raise RuntimeError(f"ended by themselves: {', '.join(ended)}")
        if any(cpu.children(pid) for pid in self.pids):
            return False
        with bell.connection() as redis:
            return int(redis.info("clients")["blocked_clients"]) >= len(self.workers)

    def stop_workers(self) -> None:
        """At once; their horses and children die with them."""
        from studies.models import WorkerProcess

        for worker in self.workers:
            worker.process.kill()
            worker.process.wait()
        self.workers.clear()
        WorkerProcess.objects.all().delete()

    def worker_cpu(self) -> float:
        """Processor seconds of all workers with their horses and children so far."""
        return sum(cpu.tree_seconds(pid) for pid in self.pids)

    # -- rows -------------------------------------------------------------------------------------------------------

    def sample(self, key: str) -> Any:
        """A sample dataset's stored version, read like an upload."""
        from pathlib import Path

        from django.conf import settings
        from django.core.files import File

        from studies.engine.intake import store_upload
        from studies.tabular.samples import write_sample

        path = Path(settings.DATA) / f"{key}.csv"
        write_sample(key, path)
        target = path.read_text(encoding="utf-8").split("\n", 1)[0].rsplit(",", 1)[1]
        with open(path, "rb") as file:
            return store_upload(self.team, self.user, File(file, name=path.name), f"{key} {time.time_ns()}", target)

    def study(self, version: Any, estimator: str, space: dict[str, Any], **fields: Any) -> Any:
        """A draft with five stratified folds, scored by accuracy, proposed at random."""
        from studies.models import Study

        target = version.columns.get(role="target").name
        values: dict[str, Any] = {
            "team": self.team,
            "created_by": self.user,
            "dataset_version": version,
            "name": f"Benchmark {time.time_ns()}",
            "task": "classification",
            "target": target,
            "estimator": estimator,
            "space": space,
            "method": "random",
            "metric": "accuracy",
            "direction": "maximize",
            "plan_spec": {"kind": "stratified", "folds": 5, "repeats": 1},
            "parallel": 1,
        }
        return Study.objects.create(**(values | fields))

    def run(self, study: Any) -> dict[str, float]:
        """Launch and wait for the end. Seconds: wall from launch() to the study's end, after the last trial was told;
        processor of all workers until they listen again, and of launch() itself."""
        from studies.engine.actions import launch
        from studies.models import StudyState

        wait_until(self.all_listen)
        before, began, own = self.worker_cpu(), time.time(), time.process_time()
        launch(study, self.user)
        launching = time.process_time() - own

        def ended() -> bool:
            study.refresh_from_db(fields=["state", "finished_at"])
            return study.state in (StudyState.COMPLETE, StudyState.FAILED)

        wait_until(ended, pause=0.05)
        wait_until(self.all_listen)
        return {
            "wall": study.finished_at.timestamp() - began,
            "cpu": self.worker_cpu() - before,
            "launch_cpu": launching,
        }


def wait_until(condition: Callable[[], object], seconds: float = 600.0, pause: float = 0.02) -> None:
    """Look until it holds; TimeoutError when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{condition} did not come to hold within {seconds} s")
        time.sleep(pause)
