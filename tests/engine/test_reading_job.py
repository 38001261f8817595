"""Large uploads: stored at once, read by a worker into a whole version or a refusal that keeps the bytes."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from studies.engine import actions, errands, held_out, reading_job
from studies.engine.intake import store_upload
from studies.engine.intake_rows import NameRefused
from studies.engine.intake_unread import is_large_upload
from studies.engine.quota import MB, storage_of
from studies.engine.reading_job import run_reading
from studies.engine.refused import Refused
from studies.engine.removal import delete_dataset
from studies.engine.rereading import reread
from studies.engine.store import versions as store
from studies.engine.watch import StopRequest
from studies.models import Dataset, DatasetVersion, ErrandState, TableReading, Team, User
from studies.tabular import TableError, load_rows
from tests.engine.conftest import Workers, wait_until
from tests.factories import csv_text, make_study

pytestmark = pytest.mark.django_db(transaction=True)
RAGGED = "a;b\n" + "1;x,y\n2;z\n" * 30  # a table only to who knows the separator


@pytest.fixture(autouse=True)
def every_file_is_large(settings) -> None:
    settings.READING_NOW_MB = 0


@pytest.fixture(autouse=True)
def no_bells(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Nobody hears them; Redis is not asked."""
    if "start_workers" not in request.fixturenames:
        monkeypatch.setattr(errands, "ring_waiting", lambda: None)


def upload(team: Team, user: User, text: str, name: str = "People", **more) -> DatasetVersion:
    return store_upload(team, user, ContentFile(text.encode(), "people.csv"), name, **more)


def read(version: DatasetVersion) -> DatasetVersion:
    run_reading(version.reading.pk)
    return DatasetVersion.objects.get(pk=version.pk)


Folders = Callable[[], set[str]]


@pytest.fixture
def folders(settings) -> Folders:
    """What has come into the storage since."""
    place = Path(settings.DATASETS)
    place.mkdir(exist_ok=True)
    before = set(os.listdir(place))
    return lambda: set(os.listdir(place)) - before


def files(version: DatasetVersion) -> set[str]:
    return {path.name for path in version.upload_path.parent.iterdir()}


def test_an_upload_is_stored_then_read_once(team: Team, alice: User, folders: Folders) -> None:
    version = upload(team, alice, csv_text(), target="income", held_out=0.2)
    assert (version.state, version.rows, version.columns.count()) == ("reading", 0, 0)
    assert files(version) == {"upload", "reading.json"}
    assert (version.dataset.latest, version.reading.state) == (None, "waiting")
    first_folder = version.stored_as
    with pytest.raises(NameRefused):
        upload(team, alice, csv_text(), "People")
    with pytest.raises(Refused, match="has not been read"):
        held_out.change(version.dataset, alice, "none")

    for _ in range(2):  # a job may arrive twice
        ready = read(version)
    assert (ready.state, ready.rows, ready.held_out_rows, ready.separator) == ("ready", 49, 11, ",")
    assert ready.target.name == "income"
    assert ready.dataset.held_out_set.rows == 11
    assert ready.dataset.latest == ready
    assert files(ready) == {"upload", "reading.json", "table.npz", "held_out.npz"}
    assert first_folder not in folders()
    reading = TableReading.objects.get()
    assert (reading.state, reading.attempts, reading.share) == (ErrandState.COMPLETE, 1, 1.0)


def test_what_is_refused_keeps_its_bytes_and_is_read_again_otherwise(team: Team, alice: User, folders: Folders) -> None:
    version = read(upload(team, alice, RAGGED, options={"separator": ","}))
    assert version.state == "refused"
    assert "separates" in version.reading.error or "column" in version.reading.error
    assert files(version) == {"upload", "reading.json"}
    assert store.reading_options(version) == {"separator": ","}

    again = reread(version, alice, {"separator": ";"})
    assert (again.pk, again.state, again.reading.state, again.reading.error) == (version.pk, "reading", "waiting", "")
    with pytest.raises(Refused, match="being read"):
        reread(again, alice, {})
    with pytest.raises(TableError, match="Somebody else"):  # who looks at the refusal still
        reread(version, alice, {"separator": "\t"})
    ready = read(again)
    assert (ready.state, ready.separator, ready.rows) == ("ready", ";", 60)
    assert ready.upload_path.read_bytes() == RAGGED.encode()
    assert folders() == {ready.stored_as}


def test_a_later_version_keeps_corrections_and_a_ready_one_stays_while_another_is_read(
    team: Team, alice: User, settings
) -> None:
    first = read(upload(team, alice, csv_text()))
    first.columns.filter(name="age").update(kind="category")
    second = upload(team, alice, csv_text(seed=3), "", dataset=first.dataset)
    assert (second.number, second.state, first.dataset.latest) == (2, "reading", first)
    assert DatasetVersion.objects.latest_of_each().get() == first
    second = read(second)
    assert {column.name: column.kind for column in second.columns.all()}["age"] == "category"
    third = reread(second, alice, {"missing_words": ["Bern"]})  # a large one: as a version of its own
    assert (third.number, third.state) == (3, "reading")
    third = read(third)
    assert third.columns.get(name="city").profile["missing"] > 0
    assert {column.name: column.kind for column in third.columns.all()}["age"] == "category"
    assert third.content_hash == second.content_hash


def test_reading_what_is_deleted_meanwhile_leaves_nothing(
    team: Team, alice: User, monkeypatch: pytest.MonkeyPatch, folders: Folders
) -> None:
    version = upload(team, alice, csv_text())
    keep = reading_job.keep

    def kept_and_deleted(folder: Path) -> dict:
        delete_dataset(version.dataset)
        return keep(folder)

    monkeypatch.setattr(reading_job, "keep", kept_and_deleted)
    run_reading(version.reading.pk)
    assert not Dataset.objects.exists()
    assert folders() == set()


def test_a_stopping_worker_gives_back_and_three_lost_ones_refuse(
    team: Team, alice: User, monkeypatch: pytest.MonkeyPatch, folders: Folders
) -> None:
    version = upload(team, alice, csv_text())
    monkeypatch.setattr(StopRequest, "at", 1.0)
    assert read(version).state == "reading"
    waiting = TableReading.objects.get()
    assert (waiting.state, waiting.attempts) == (ErrandState.WAITING, 0)
    assert folders() == {version.stored_as}
    for attempt, state in ((1, "reading"), (3, "refused")):
        TableReading.objects.update(state=ErrandState.RUNNING, attempts=attempt, started_at=timezone.now())
        errands.give_back(TableReading, waiting.pk)
        assert DatasetVersion.objects.get().state == state
    assert "3 workers were lost" in TableReading.objects.get().error


def test_of_two_that_end_together_one_has_no_room_and_says_what_is_kept(
    team: Team, alice: User, monkeypatch: pytest.MonkeyPatch, settings, folders: Folders
) -> None:
    first, second = (upload(team, alice, csv_text(seed=seed), f"Table {seed}") for seed in (1, 2))
    keep = reading_job.keep

    def kept_while_the_other_ends(folder: Path) -> dict:
        monkeypatch.setattr(reading_job, "keep", keep)
        assert read(second).is_ready
        settings.TEAM_STORAGE_MB = (storage_of(team.pk).used + 10) / MB
        return keep(folder)

    monkeypatch.setattr(reading_job, "keep", kept_while_the_other_ends)
    first = read(first)
    assert (first.state, files(first)) == ("refused", {"upload", "reading.json"})
    assert "The uploaded file is kept, its table is not: have it read again when there is room." in first.reading.error
    assert "Nothing was stored" not in first.reading.error
    assert folders() == {first.stored_as, DatasetVersion.objects.get(pk=second.pk).stored_as}
    settings.TEAM_STORAGE_MB = 0
    assert read(reread(first, alice, {})).is_ready


def test_a_held_out_set_changed_meanwhile_is_carried(team: Team, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read(upload(team, alice, csv_text(), held_out=0.2))
    second = upload(team, alice, csv_text() + "33,44.1,Graz,no\n", "", dataset=first.dataset)
    keep = reading_job.keep

    def kept_and_changed(folder: Path) -> dict:
        held_out.change(first.dataset, alice, 0.3)
        return keep(folder)

    monkeypatch.setattr(reading_job, "keep", kept_and_changed)
    assert read(second).state == "reading"
    monkeypatch.setattr(reading_job, "keep", keep)
    second, first = read(second), DatasetVersion.objects.get(pk=first.pk)
    assert (second.state, second.held_out_rows) == ("ready", first.held_out_rows)
    assert first.held_out_rows == 18


def test_small_files_are_read_again_at_once(team: Team, alice: User, settings, folders: Folders) -> None:
    settings.READING_NOW_MB = 1
    version = upload(team, alice, csv_text(), target="city")
    assert version.state == "ready"
    assert reread(version, alice, {}).stored_as == version.stored_as  # nothing is different
    again = reread(version, alice, {"missing_words": ["Bern"]})
    assert (again.pk, again.columns.get(name="city").role) == (version.pk, "target")
    assert again.rows < 60 or again.columns.get(name="city").profile["missing"] > 0
    with pytest.raises(TableError):
        reread(again, alice, {"separator": ";"})
    assert folders() == {again.stored_as}
    make_study(again, alice, state="complete")
    new = reread(again, alice, {})
    assert (new.number, new.state) == (2, "ready")
    assert DatasetVersion.objects.get(pk=again.pk).stored_as == again.stored_as


def test_a_packed_file_counts_as_what_it_may_hold(settings) -> None:
    settings.READING_NOW_MB = 0.001
    assert not is_large_upload(ContentFile(b"a" * 1000))
    assert is_large_upload(ContentFile(b"\x1f\x8b" + b"a" * 998))


def test_a_worker_reads_what_waits(team: Team, alice: User, start_workers: Workers) -> None:
    version = upload(team, alice, csv_text(5000))
    start_workers(1)
    wait_until(lambda: DatasetVersion.objects.get().state != "reading", 30)
    assert DatasetVersion.objects.get(pk=version.pk).all_rows == 5000


def test_a_fixed_held_out_set_is_known_by_its_places_when_the_same_bytes_are_read_otherwise(
    team: Team, alice: User, settings
) -> None:
    settings.READING_NOW_MB = 1
    text = csv_text(100).replace(".", "'")  # no number to who does not say so, but a row is where it was
    version = upload(team, alice, text.replace(",", ";").replace("'", ","), held_out=0.2, options={"decimal": "."})
    before = load_rows(version.table_path.with_name("held_out.npz"))
    actions.launch(make_study(version, alice, holdout="on"), alice)
    again = reread(version, alice, {"decimal": ",", "missing_words": ["Bern", "Graz", "Lyon"]})
    assert (again.number, again.columns.get(name="income").kind) == (2, "number")
    assert load_rows(again.table_path.with_name("held_out.npz")).tolist() == before.tolist()
