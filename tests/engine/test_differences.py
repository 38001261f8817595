"""What two versions differ in: asked of a worker where they are large, kept, and never shown of files that are gone."""

import json

import pytest
from django.core.files.base import ContentFile

from studies.engine import difference_job, differences, errands, held_out
from studies.engine.difference_job import run_difference
from studies.engine.intake import correct_schema, store_upload
from studies.engine.reading_job import run_reading
from studies.engine.removal import delete_version
from studies.engine.watch import StopRequest
from studies.models import DatasetVersion, ErrandState, Team, User, VersionDifference
from studies.tabular import load_table
from studies.tabular.difference import difference
from tests.factories import add_version, csv_text

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def every_table_is_large(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.READING_NOW_MB = 0
    monkeypatch.setattr(differences, "MOST_CELLS", 0)
    monkeypatch.setattr(errands, "ring_waiting", lambda: None)


@pytest.fixture
def later(version: DatasetVersion) -> DatasetVersion:
    return add_version(version, csv_text().replace("Bern", "Oslo") + "25,3.5,Rome,yes\n" * 7)


@pytest.fixture
def asked(version: DatasetVersion, later: DatasetVersion, alice: User) -> VersionDifference:
    differences.ask(version, later, alice)
    return VersionDifference.objects.get()


def now(row: VersionDifference) -> VersionDifference:
    return VersionDifference.objects.get(pk=row.pk)


def test_what_a_worker_found_is_kept_until_a_version_is_read_anew(
    version: DatasetVersion, later: DatasetVersion, alice: User, asked: VersionDifference
) -> None:
    for _ in range(2):  # a job may arrive twice
        run_difference(asked.pk)
    found = now(asked)
    assert (found.state, found.attempts, found.share) == (ErrandState.COMPLETE, 1, 1.0)
    told = difference(load_table(version.table_path), load_table(later.table_path))
    assert found.found == told | {"hidden": 0}
    differences.ask(version, later, alice)
    assert now(asked).state == ErrandState.COMPLETE
    assert differences.known(version, later) == found
    assert differences.known(later, version) is None

    later = correct_schema(later, alice, kinds={"age": "category"})
    assert differences.known(version, later) is None
    differences.ask(version, later, alice)
    assert (now(asked).state, now(asked).found) == (ErrandState.WAITING, None)
    run_difference(asked.pk)
    assert {change["column"]: change["kind"] for change in now(asked).found["columns"]}["age"] == [
        "integer",
        "category",
    ]
    delete_version(later, alice)
    assert not VersionDifference.objects.exists()


def test_a_large_upload_is_compared_with_the_version_before_and_no_held_out_row_is_read(
    team: Team, alice: User
) -> None:
    text = csv_text(100)
    first = store_upload(team, alice, ContentFile(text.encode(), "a.csv"), "People", held_out=0.2)
    run_reading(first.reading.pk)
    assert not VersionDifference.objects.exists()
    more = (text + "25,3.5,Rome,yes\n" * 7).encode()
    second = store_upload(team, alice, ContentFile(more, "b.csv"), "", dataset=first.dataset)
    run_reading(second.reading.pk)
    asked = VersionDifference.objects.get()
    assert (asked.before, asked.after, asked.state, asked.asked_by) == (first, second, "waiting", alice)

    first, second = DatasetVersion.objects.order_by("number")
    moved = [path for one in (first, second) for path in (one.upload_path, one.table_path.with_name("held_out.npz"))]
    for path in moved:
        path.rename(path.with_name(f"{path.name}.away"))
        path.mkdir()  # to open it raises
    run_difference(asked.pk)
    rows = now(asked).found["rows"]
    assert (rows["before"], rows["after"], rows["kept"], rows["added"]) == (80, 87, 80, 7)
    assert differences.known(first, second) == asked
    for path in moved:
        path.rmdir()
        path.with_name(f"{path.name}.away").rename(path)
    held_out.change(first.dataset, alice, "none")
    first, second = DatasetVersion.objects.order_by("number")
    assert (second.rows, differences.known(first, second)) == (107, None)


def test_a_version_read_anew_meanwhile_is_compared_once_more(
    later: DatasetVersion, alice: User, asked: VersionDifference, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_child = difference_job.in_child

    def corrected_meanwhile(*given):
        ended = in_child(*given)
        correct_schema(later, alice, kinds={"age": "category"})
        return ended

    monkeypatch.setattr(difference_job, "in_child", corrected_meanwhile)
    run_difference(asked.pk)
    assert (now(asked).state, now(asked).found, now(asked).attempts) == (ErrandState.WAITING, None, 0)
    monkeypatch.setattr(difference_job, "in_child", in_child)
    run_difference(asked.pk)
    assert json.dumps(now(asked).found).count('"category"') >= 1
    assert now(asked).stamp.endswith(DatasetVersion.objects.get(pk=later.pk).stored_as)


def test_whoever_is_lost_stopped_or_too_slow_leaves_a_row_that_says_so(
    version: DatasetVersion, later: DatasetVersion, alice: User, asked: VersionDifference, monkeypatch, settings
) -> None:
    monkeypatch.setattr(StopRequest, "at", 1.0)
    run_difference(asked.pk)
    assert (now(asked).state, now(asked).attempts) == (ErrandState.WAITING, 0)
    monkeypatch.setattr(StopRequest, "at", None)
    for attempt, state in ((1, "waiting"), (3, "failed")):
        VersionDifference.objects.update(state=ErrandState.RUNNING, attempts=attempt)
        errands.give_back(VersionDifference, asked.pk)
        assert now(asked).state == state
    assert "3 workers were lost while they compared the tables" in now(asked).error

    differences.ask(version, later, alice)
    settings.READING_JOB_SECONDS = -1
    run_difference(asked.pk)
    assert (now(asked).state, now(asked).error) == ("failed", "It took longer than the limit of -1 s.")
    assert differences.known(version, later) == asked
    settings.READING_JOB_SECONDS = 60
    differences.ask(version, later, alice)
    settings.READING_MEMORY_MB = 0
    monkeypatch.setattr(difference_job, "compare_files", lambda *given: bytearray(2**28))
    run_difference(asked.pk)
    assert "more than the limit of 0 MB of memory" in now(asked).error


def test_a_deleted_version_ends_the_comparison(
    later: DatasetVersion, alice: User, asked: VersionDifference, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_child = difference_job.in_child

    def deleted_meanwhile(work, memory_mb, seconds, beat):
        delete_version(later, alice)
        return in_child(work, memory_mb, seconds, beat)

    monkeypatch.setattr(difference_job, "in_child", deleted_meanwhile)
    run_difference(asked.pk)
    assert not VersionDifference.objects.exists()
