"""A bucket on a local S3 server: versions, models, backup and restore, clean-up; a server that goes away."""

import os
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from studies.engine import tidying
from studies.engine.intake import store_upload
from studies.engine.intake_folder import bring
from studies.engine.store import cache, versions
from studies.engine.store.address import file_storages
from studies.engine.store.models import part_of, put_model
from studies.models import DatasetVersion, ErrandState, ModelFile, User
from studies.tabular import load_table
from tests.bucket import KEYS, s3_server
from tests.distant import forget
from tests.factories import csv_text, make_study, make_trial

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    pytest.importorskip("moto.server")
    with s3_server() as variables:
        yield variables


@pytest.fixture
def bucket(server: dict[str, str], settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    use(server["TUNINGSITE_STORAGE"], settings, tmp_path, monkeypatch)
    yield tmp_path
    forget()


def use(address: str, settings: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    settings.STORAGE = address
    settings.STORAGES = settings.STORAGES | file_storages(address)
    settings.DATA, settings.DATASETS = folder, folder / "datasets"
    settings.CACHE, settings.MODELS = folder / "cache", folder / "models"


def upload(alice: User) -> DatasetVersion:
    file = ContentFile(csv_text().encode(), name="table.csv")
    return store_upload(alice.teams.get(), alice, file, "A table", target="outcome", held_out=0.2)


def test_the_same_bytes_come_back_and_only_old_leftovers_go(bucket: Path, alice: User, client_of: Any) -> None:
    version = upload(alice)
    answer = client_of(alice).get(f"/datasets/{version.dataset_id}/versions/1/file")
    assert (b"".join(answer), answer["Content-Length"]) == (csv_text().encode(), str(version.file_bytes))
    assert (answer["Content-Disposition"], answer["X-Content-Type-Options"]) == (
        'attachment; filename="table.csv"',
        "nosniff",
    )
    assert list((bucket / "datasets").iterdir()) == []
    assert sorted(versions.storage().listdir(version.stored_as)[1]) == sorted(versions.FILES)
    assert bring(version.stored_as, versions.UPLOAD, bucket)
    assert (bucket / versions.UPLOAD).read_text() == csv_text()
    assert cache.content_hash(cache.table_path(version)) == version.table_hash
    typed = load_table(cache.table_path(version))
    assert {column.name: column.kind for column in typed} == {c.name: c.kind for c in version.columns.all()}
    assert {len(column.values) for column in typed} == {version.rows}
    assert versions.problem() == ""
    versions.storage().save("0f/upload", ContentFile(b"left by a crash"))
    assert tidying.leftovers() == []
    late = tidying.leftovers(time.time() + 2 * tidying.AGE_SECONDS)
    assert [(left.path.name, left.bytes) for left in late if left.in_storage] == [("0f", 15)]
    tidying.remove(late)
    assert not versions.storage().exists("0f/upload")


def test_a_backup_reads_the_bucket_and_a_restore_fills_it(bucket: Path, alice: User) -> None:
    version = upload(alice)
    call_command("backup", str(bucket / "b.tar.gz"))
    versions.remove(version.stored_as)
    assert "does not hold the files of “A table”" in versions.problem()
    with tarfile.open(bucket / "b.tar.gz") as archive:
        names = {name for name in archive.getnames() if name.startswith("datasets/")}
    assert names == {f"datasets/{version.stored_as}/{name}" for name in versions.FILES}
    User.objects.all().delete()
    version.dataset.delete()
    call_command("flush", "--no-input", verbosity=0)
    call_command("restore", str(bucket / "b.tar.gz"))
    assert cache.content_hash(cache.table_path(DatasetVersion.objects.get())) == version.table_hash
    assert cache.content_hash(cache.held_out_path(DatasetVersion.objects.get())) == version.held_out_hash


def test_a_model_that_a_worker_stored_is_downloaded(bucket: Path, alice: User, client_of: Any) -> None:
    trial = make_trial(make_study(upload(alice), alice), 0)
    made = ModelFile.objects.create(trial=trial, asked_at=timezone.now(), state=ErrandState.COMPLETE, size=7)
    client: Client = client_of(alice)
    address = f"/studies/{trial.study_id}/trials/0/model.skops"
    assert not made.is_there
    part_of(made).write_bytes(b"a model")
    put_model(part_of(made), made)
    answer = client.get(address)
    assert (b"".join(answer), answer["Content-Length"]) == (b"a model", "7")


def test_without_an_answer_nothing_is_stored_and_a_sentence_says_so(
    alice: User, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use("s3://tuning?endpoint_url=http://127.0.0.1:9", settings, tmp_path, monkeypatch)
    with pytest.raises(Exception, match="storage s3://tuning/ does not answer"):
        upload(alice)
    assert not DatasetVersion.objects.exists()
    assert os.listdir(settings.DATASETS) == []


def test_without_the_extra_a_site_and_workers_say_what_to_install(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STORAGE = "s3://tuning"
    assert versions.missing_extra() == ""
    monkeypatch.setattr(versions, "find_spec", lambda name: None)
    assert "pip install -r requirements-s3.txt" in versions.problem()
    with pytest.raises(CommandError, match="the extra is not installed"):
        call_command("up")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("s3://key:secret@bucket", "without keys"),
        ("https://bucket", "must look like s3://"),
        ("s3://bucket?acl=public", "unknown option 'acl'"),
    ],
)
def test_an_address_that_cannot_serve_is_refused(address: str, said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=said):
        file_storages(address)
