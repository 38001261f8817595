"""`manage.py backup` and `restore`: equal rows and files, running trials go on, and what is refused."""

import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.core.management.color import no_style
from django.core.management.sql import sql_flush
from django.db import connection

from studies.management.backup.tables import digest_of, kept_models
from studies.management.site.lock import DataLock
from studies.models import Study, TrialPredictions, User
from tests.api.test_whole_job import Program
from tests.engine.conftest import wait_until
from tests.factories import csv_text, make_person, make_study, make_team, make_trial, make_version
from tests.outside import outside_services
from tests.postgresql import on_postgresql
from tests.site import Site, running_site

Edit = Callable[[str, bytes], list[tuple[str, bytes]]]


@pytest.fixture
def store(transactional_db: None, tmp_path: Path, settings: Any) -> Study:
    """A filled store in a data folder of its own."""
    settings.DATA = tmp_path / "data"
    settings.DATASETS = settings.DATA / "datasets"
    settings.DATA.mkdir()
    (settings.DATA / "secret_key").write_text("a secret")
    team = make_team()
    study = make_study(make_version(team, make_person(team), rows=30))
    for number in range(3):
        make_trial(study, number, config={"zeta": 1e16, "alpha": number, "name": "é”\u0000"})
    TrialPredictions.objects.create(trial=study.trials.get(number=1), data=bytes(range(256)))
    return study


def empty_the_store(settings: Any) -> None:
    statements = sql_flush(no_style(), connection, allow_cascade=True)
    connection.ops.execute_sql_flush(statements)
    shutil.rmtree(settings.DATASETS)
    (settings.DATA / "secret_key").write_text("another one")


def digests() -> dict[str, str]:
    return {name: digest_of(model, "default") for name, model in kept_models(apps).items()}


def manifest_of(path: Path) -> dict[str, Any]:
    with tarfile.open(path) as archive:
        return json.load(archive.extractfile("manifest.json"))


def changed(path: Path, edit: Edit) -> Path:
    """The same backup with other members."""
    target = path.with_name("changed.tar.gz")
    with tarfile.open(path) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            for name, content in edit(member.name, old.extractfile(member).read()):
                info = tarfile.TarInfo(name)
                info.size = len(content)
                new.addfile(info, io.BytesIO(content))
    return target


# -- there and back -------------------------------------------------------------------------------------------------


def test_what_is_restored_equals_what_was_there(store: Study, tmp_path: Path, settings: Any) -> None:
    file, before = tmp_path / "b.tar.gz", digests()
    table = store.dataset_version.table_path.read_bytes()
    call_command("backup", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["b.tar.gz"]
    assert sorted(path.name for path in settings.DATA.iterdir()) == ["datasets", "secret_key"]
    empty_the_store(settings)
    call_command("restore", str(file))
    assert digests() == before
    assert store.dataset_version.table_path.read_bytes() == table
    assert (settings.DATA / "secret_key").read_text() == "a secret"
    assert bytes(TrialPredictions.objects.get().data) == bytes(range(256))
    assert list(Study.objects.get().trials.get(number=2).config) == ["zeta", "alpha", "name"]
    make_trial(Study.objects.get(), 3)  # the next key is a free one
    assert manifest_of(file)["rows"]["studies.trial"] == 3


def test_running_trials_go_on_after_a_restore(tmp_path: Path) -> None:
    """A site under load is backed up; the backup becomes another site, which runs again what was running."""
    first, second, file = tmp_path / "first", tmp_path / "second", tmp_path / "b.tar.gz"
    first.mkdir()
    with outside_services() as variables, running_site(first, **variables) as site:
        password = tmp_path / "password"
        password.write_text("correct horse battery")
        site.manage("owner", "ada@example.org", str(password))
        token = site.manage("token").splitlines()[-1]
        program = Program(site, token)
        version = program.upload("Table", csv_text(rows=1500), "outcome")["version"]["id"]
        study = program.study(version, estimator="random_forest", method="random", parallel=1, budget={"trials": 500})
        wait_until(lambda: counts(program, study)["complete"] and counts(program, study)["running"])
        site.manage("backup", str(file))
    made, caught = manifest_of(file), running_trials(file)
    assert caught
    with outside_services(empty=True) as variables:
        other = Site("", "", 0, site.environment | {"DATABASE_URL": "", "REDIS_URL": ""} | variables)
        other.environment["TUNINGSITE_DATA"] = str(second)
        other.manage("restore", str(file))
        other.manage("backup", str(tmp_path / "again.tar.gz"))
        again = manifest_of(tmp_path / "again.tar.gz")
        assert (again["rows"], again["files"]) == (made["rows"], made["files"])
        with running_site(second, **variables) as site:
            program = Program(site, token)

            def trials() -> list[dict[str, Any]]:
                return program("GET", f"/studies/{study['id']}/trials")["items"]

            wait_until(lambda: all(trials()[number]["state"] == "complete" for number in caught))
            for number in caught:
                assert [attempt["outcome"] for attempt in trials()[number]["attempts"]] == ["killed", "complete"]


@pytest.mark.skipif(not on_postgresql(), reason="needs both databases")
def test_from_postgresql_to_sqlite_and_back(store: Study, tmp_path: Path, settings: Any) -> None:
    """The file does not say where it came from; so a site moves from one database to the other."""
    file, back = tmp_path / "b.tar.gz", tmp_path / "back.tar.gz"
    Study.objects.filter(pk=store.pk).update(state="complete")
    call_command("backup", str(file))
    environment = os.environ | {"TUNINGSITE_DATA": str(tmp_path / "sqlite"), "LOG_LEVEL": "WARNING"}
    environment |= {"DJANGO_SETTINGS_MODULE": "tuningsite.settings", "DATABASE_URL": ""}
    site = Site("", "", 0, environment)
    site.manage("restore", str(file))
    site.manage("backup", str(back))
    assert manifest_of(back)["database"] == "sqlite"
    assert manifest_of(back)["files"] == manifest_of(file)["files"]
    before = digests()
    empty_the_store(settings)
    call_command("restore", str(back))
    assert digests() == before


def running_trials(path: Path) -> list[int]:
    """Numbers of the trials that were running in the moment of the backup."""
    with tarfile.open(path) as archive:
        names, *rows = map(json.loads, archive.extractfile("tables/studies.trial.jsonl"))
    trials = [dict(zip(names, row, strict=True)) for row in rows]
    return [trial["number"] for trial in trials if trial["state"] == "running"]


def counts(program: Program, study: dict[str, Any]) -> dict[str, int]:
    return program("GET", f"/studies/{study['id']}")["counts"]


# -- refusals -------------------------------------------------------------------------------------------------------


def test_a_filled_store_is_not_overwritten(store: Study, tmp_path: Path) -> None:
    file, before = tmp_path / "b.tar.gz", digests()
    call_command("backup", str(file))
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(file))
    with pytest.raises(CommandError, match="accounts or studies here already"):
        call_command("restore", str(file))
    assert digests() == before


def test_no_restore_beside_a_running_site(store: Study, tmp_path: Path, settings: Any) -> None:
    file = tmp_path / "b.tar.gz"
    call_command("backup", str(file))
    lock = DataLock(settings.DATA)
    lock.take()
    lock.describe("process 1, serving http://here")
    with pytest.raises(CommandError, match="in use by process 1, serving http://here"):
        call_command("restore", str(file))
    lock.release()


def damage(name: str, content: bytes) -> list[tuple[str, bytes]]:
    return [(name, content.replace(b"1", b"2", 1) if name == "tables/studies.trial.jsonl" else content)]


def climb(name: str, content: bytes) -> list[tuple[str, bytes]]:
    return [(name, content), ("datasets/../../evil", b"x")] if name == "secret_key" else [(name, content)]


def double(name: str, content: bytes) -> list[tuple[str, bytes]]:
    return [(name, content)] * (2 if name == "secret_key" else 1)


def cut(name: str, content: bytes) -> list[tuple[str, bytes]]:
    return [] if name == "manifest.json" else [(name, content)]


def lose(name: str, content: bytes) -> list[tuple[str, bytes]]:
    return [] if name == "tables/studies.trial.jsonl" else [(name, content)]


def age(name: str, content: bytes) -> list[tuple[str, bytes]]:
    if name != "manifest.json":
        return [(name, content)]
    manifest = json.loads(content)
    manifest["migrations"]["studies"] = ["9999_from_the_future"]
    return [(name, json.dumps(manifest).encode())]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (damage, "damaged: tables/studies.trial.jsonl"),
        (climb, "it holds 'datasets/../../evil'"),
        (double, "it holds 'secret_key'"),
        (cut, "cut off"),
        (lose, "damaged: tables/studies.trial.jsonl"),
        (age, "newer than this program"),
    ],
)
def test_what_is_no_whole_backup_changes_nothing(
    store: Study, tmp_path: Path, settings: Any, edit: Edit, said: str
) -> None:
    call_command("backup", str(tmp_path / "b.tar.gz"))
    empty_the_store(settings)
    with pytest.raises(CommandError, match=said):
        call_command("restore", str(changed(tmp_path / "b.tar.gz", edit)))
    assert not User.objects.exists()
    assert not settings.DATASETS.exists()
    assert (settings.DATA / "secret_key").read_text() == "another one"
    assert not (tmp_path / "evil").exists()


def test_links_and_other_files_are_refused(store: Study, tmp_path: Path, settings: Any) -> None:
    empty_the_store(settings)
    with tarfile.open(tmp_path / "link.tar.gz", "w:gz") as archive:
        link = tarfile.TarInfo("secret_key")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(CommandError, match="no backup of Tuningsite"):
        call_command("restore", str(tmp_path / "link.tar.gz"))
    (tmp_path / "text.tar.gz").write_text("hello")
    with pytest.raises(CommandError, match="cannot be read as a backup"):
        call_command("restore", str(tmp_path / "text.tar.gz"))
    with pytest.raises(CommandError, match="There is no file"):
        call_command("restore", str(tmp_path / "none.tar.gz"))
    assert sorted(path.name for path in settings.DATA.iterdir()) == ["secret_key", "up.lock"]
