"""Tables of a storage that is no folder: fetched once per machine, whole or not at all, kept within a limit."""

import os
import signal
import traceback
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import File

from studies.engine import actions, lane
from studies.engine.actions import Refused
from studies.engine.intake import correct_schema, store_upload
from studies.engine.removal import delete_dataset
from studies.engine.spec import resolve
from studies.engine.spec_errors import SpecError
from studies.engine.store import cache, versions
from studies.models import DatasetVersion, Lane, User
from tests.distant import Distant, forget
from tests.engine.conftest import wait_until
from tests.factories import csv_text, make_study

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def distant(settings: Any, tmp_path: Path) -> Iterator[Path]:
    backend = {"BACKEND": "tests.distant.Distant"}
    settings.STORAGES = settings.STORAGES | {"datasets": backend, "models": backend}
    settings.DATASETS, settings.CACHE, Distant.log = tmp_path / "datasets", tmp_path / "cache", tmp_path / "log"
    settings.STORAGE = "s3://distant"
    Distant.log.touch()
    yield tmp_path
    Distant.before_end, Distant.is_away = None, False
    forget()


def upload(alice: User, rows: int = 60, name: str = "A table") -> DatasetVersion:
    file = File(BytesIO(csv_text(rows).encode()), name="table.csv")
    return store_upload(alice.teams.get(), alice, file, name, target="outcome", held_out=0.2)


def fetches() -> int:
    return len(Distant.log.read_text().split())


def in_child(work: Callable[[], object]) -> int:
    """Fork; the child does the work and ends with 0, or with 1 when it fails."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return pid


def files() -> list[str]:
    return sorted(path.name for path in Path(cache.settings.CACHE).glob("*.*") if path.suffix != ".lock")


def test_eight_processes_fetch_a_table_once(distant: Path, alice: User) -> None:
    version = upload(alice)
    ready, go = os.pipe()
    Distant.before_end = lambda: os.read(ready, 1) and None
    children = [in_child(lambda: cache.table_path(version)) for _ in range(8)]
    wait_until(fetches)
    os.write(go, b"!" * 8)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * 8
    assert fetches() == 1
    assert files() == [f"{version.table_hash}.npz"]


def test_who_is_killed_while_fetching_leaves_nothing_that_is_used(distant: Path, alice: User) -> None:
    version = upload(alice)
    Distant.before_end = signal.pause
    pid = in_child(lambda: cache.table_path(version))
    wait_until(fetches)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert [name.rsplit(".", 1)[1] for name in files()] == ["part"]
    Distant.before_end = None
    assert cache.content_hash(cache.table_path(version)) == version.table_hash
    assert files() == [f"{version.table_hash}.npz"]


def test_a_damaged_file_is_fetched_anew_and_a_wrong_answer_refused(distant: Path, alice: User) -> None:
    version = upload(alice)
    path = cache.table_path(version)
    forget()
    path.write_bytes(path.read_bytes()[:-1])
    assert cache.content_hash(cache.table_path(version)) == version.table_hash
    assert fetches() == 2
    forget()
    path.unlink()
    versions.storage().delete(f"{version.stored_as}/{versions.TABLE}")
    versions.storage().save(f"{version.stored_as}/{versions.TABLE}", File(BytesIO(b"other bytes")))
    with pytest.raises(versions.StorageAway, match="other bytes than the table of “A table v1”"):
        cache.table_path(version)
    assert files() == []


def test_what_was_used_least_recently_goes_unless_somebody_uses_it(distant: Path, alice: User, settings: Any) -> None:
    first, second, third = (upload(alice, rows, f"Table {rows}") for rows in (60, 70, 80))
    old, newer = cache.table_path(first), cache.table_path(second)
    settings.CACHE_MB = 0
    cache.make_room()
    assert files() == sorted([old.name, newer.name])  # this process uses both
    forget()
    settings.CACHE_MB = (sum(path.stat().st_size for path in (old, newer)) + 10) / 2**20
    assert cache.table_path(first) == old  # used again: now the other one is the oldest
    newest = cache.table_path(third)
    assert files() == sorted([old.name, newest.name])


def test_an_older_version_gets_its_hash_when_it_is_fetched(distant: Path, alice: User) -> None:
    version = upload(alice)
    digest, version.table_hash = version.table_hash, ""
    version.save()
    cache.table_path(version)
    assert DatasetVersion.objects.get().table_hash == digest


def test_a_correction_and_a_removal_reach_the_storage(distant: Path, alice: User) -> None:
    version = upload(alice)
    before = version.stored_as
    corrected = correct_schema(version, alice, kinds={"age": "category"})
    storage = versions.storage()
    assert not storage.listdir(before)[1]
    assert sorted(storage.listdir(corrected.stored_as)[1]) == sorted(versions.FILES)
    assert cache.content_hash(cache.table_path(corrected)) == corrected.table_hash
    assert cache.content_hash(cache.held_out_path(corrected)) == corrected.held_out_hash
    delete_dataset(corrected.dataset)
    assert not storage.listdir(corrected.stored_as)[1]
    assert list(Path(cache.settings.DATASETS).iterdir()) == []


def test_while_the_storage_is_away_a_slice_begins_nothing(distant: Path, alice: User) -> None:
    study = make_study(upload(alice), alice)
    actions.launch(study, alice)
    forget()
    cache.settings.CACHE.rename(distant / "elsewhere")
    Distant.is_away = True
    with pytest.raises(Refused, match=r"The storage s3://distant/ does not answer: nobody answers. Nothing"):
        actions.launch(make_study(study.dataset_version, alice), alice)
    with pytest.raises(SpecError) as refused:
        resolve(study.team, {"dataset_version": study.dataset_version_id, "target": "outcome"})
    assert "nobody answers" in str(refused.value.errors["dataset_version"])
    lane.run_lane(study.pk, 0)
    trial = study.trials.get()
    assert (trial.state, trial.attempts.count()) == ("waiting", 0)
    assert not Lane.objects.exclude(token="").exists()
