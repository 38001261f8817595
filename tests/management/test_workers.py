"""`manage.py workers`: a site without workers of its own, and workers beside it; what they refuse to start without."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder

from tests.api.test_whole_job import Program
from tests.bucket import s3_server
from tests.engine.conftest import is_running, wait_until
from tests.factories import csv_text, make_team, make_version
from tests.management.test_up import descendants
from tests.outside import outside_redis, outside_services
from tests.site import Site, running_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with (
        outside_services() as services,
        outside_redis() as queue,
        s3_server() as bucket,
        running_site(tmp_path, 0, **(services | {"REDIS_URL": queue} | bucket)) as site,
    ):
        yield site


def test_they_finish_a_study_of_a_distant_site_without_its_folder_and_end_in_order(site: Site, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("correct horse battery")
    site.manage("owner", "ada@example.org", str(tmp_path / "password"))
    program = Program(site, site.manage("token").splitlines()[-1])
    version = program.upload("Table", csv_text(rows=100), "outcome")["version"]["id"]
    study = program.study(version, budget={"trials": 6})
    command = [sys.executable, "manage.py", "workers", "--workers", "1"]
    folder = tmp_path / "of the workers"
    database = {"DATABASE_URL": f"sqlite:///{tmp_path}/tuningsite.sqlite3"} | site.environment
    workers = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=database | {"TUNINGSITE_DATA": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert workers.stdout.readline() == "Running: 1 worker\n"
    wait_until(lambda: program("GET", "/workers"))
    os.kill(program("GET", "/workers")[0]["pid"], signal.SIGKILL)  # it is started again
    wait_until(lambda: program.state(study) == "complete")
    assert [path.suffix for path in (folder / "cache").glob("*.*") if path.suffix != ".lock"] == [".npz"]
    assert not list((tmp_path / "datasets").iterdir())
    family = descendants(workers.pid)
    assert family
    workers.terminate()
    assert workers.wait(40) == 0
    assert not any(is_running(pid) for pid in family)


def test_without_redis_they_say_what_is_missing() -> None:
    with pytest.raises(CommandError, match="REDIS_URL is not set"):
        call_command("workers")


def test_another_version_of_the_tables_is_refused(db: None, settings: object) -> None:
    settings.REDIS_URL = "redis://localhost"
    last = MigrationRecorder.Migration.objects.filter(app="studies").order_by("-name").first()
    last.name = "9999_from_the_future"
    last.save()
    with pytest.raises(CommandError, match="older than this program"):
        call_command("workers")
    MigrationRecorder.Migration.objects.create(app="studies", name=real_name())
    with pytest.raises(CommandError, match=r"does not know studies\.9999_from_the_future"):
        call_command("workers")


def real_name() -> str:
    return max(path.stem for path in (settings.BASE_DIR / "studies" / "migrations").glob("0*.py"))


def test_a_data_folder_of_its_own_is_refused(db: None, settings: object, tmp_path: Path) -> None:
    version = make_version(make_team(), rows=30)
    settings.REDIS_URL, settings.DATASETS = "redis://localhost", tmp_path
    with pytest.raises(CommandError, match=f"files of “{version.dataset}”"):
        call_command("workers")
