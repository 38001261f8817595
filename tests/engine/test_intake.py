"""Uploads are stored whole or not at all."""

import hashlib
import os
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from studies.engine.actions import Refused
from studies.engine.intake import correct_schema, store_sample, store_upload
from studies.engine.intake_rows import Gone, NameRefused
from studies.engine.removal import delete_dataset
from studies.models import Column, Dataset, DatasetVersion, Team, User
from studies.tabular import TableError, load_table
from tests.factories import csv_text, make_study

pytestmark = pytest.mark.django_db


def upload(text: str | bytes, name: str = "table.csv") -> ContentFile:
    return ContentFile(text.encode() if isinstance(text, str) else text, name)


def folders() -> set[str]:
    path = Path(settings.DATASETS)
    return set(os.listdir(path)) if path.exists() else set()


def assert_nothing_stored(before: set[str]) -> None:
    assert Dataset.objects.count() == 0
    assert DatasetVersion.objects.count() == 0
    assert Column.objects.count() == 0
    assert folders() == before


@pytest.fixture
def version(team: Team, alice: User) -> DatasetVersion:
    return store_upload(team, alice, upload(csv_text()), "People")


def test_an_upload_becomes_a_dataset_with_typed_columns(team: Team, alice: User) -> None:
    text = csv_text()
    version = store_upload(team, alice, upload(text, "../../etc/passwd.csv"), "  People ")
    assert version.dataset.name == "People"
    assert (version.number, version.rows, version.task, version.separator) == (1, 60, "classification", ",")
    assert version.content_hash == hashlib.sha256(text.encode()).hexdigest()
    assert version.upload_path.read_bytes() == text.encode()
    assert version.upload_path.parent.parent == Path(settings.DATASETS)
    assert {column.name: (column.kind, column.role) for column in version.columns.all()} == {
        "age": ("integer", "feature"),
        "income": ("number", "feature"),
        "city": ("category", "feature"),
        "outcome": ("boolean", "target"),
    }
    assert [column.name for column in load_table(version.table_path)] == ["age", "income", "city", "outcome"]
    assert version.preview[0] == text.splitlines()[1].split(",")
    assert version.columns.get(name="income").profile["missing"] == 6


def semicolons(text: str) -> str:
    return text.replace(",", ";").replace(".", ",")


@pytest.mark.parametrize(
    ("text", "separator", "decimal"),
    [
        (csv_text(), ",", "."),
        (semicolons(csv_text()), ";", ","),
        (csv_text().replace(",", "\t"), "\t", "."),
        ("\ufeff" + csv_text(), ",", "."),
    ],
    ids=["comma", "semicolon and decimal comma", "tab", "byte order mark"],
)
def test_separators_and_marks_are_found(team: Team, alice: User, text: str, separator: str, decimal: str) -> None:
    version = store_upload(team, alice, upload(text), "People")
    assert (version.separator, version.decimal) == (separator, decimal)
    assert version.columns.get(position=0).name == "age"
    first = float(csv_text().splitlines()[1].split(",")[1])
    assert load_table(version.table_path)[1].values[0] == first


def test_options_force_what_would_be_detected(team: Team, alice: User) -> None:
    text = "\n".join(["a;b", *(f"{i},500;{i % 2}" for i in range(1, 21))])
    by_comma = store_upload(team, alice, upload(text), "Comma", options={"decimal": ",", "separator": ""})
    by_point = store_upload(team, alice, upload(text), "Point", options={"decimal": "."})
    assert by_comma.columns.get(name="a").kind == "number"
    assert by_point.columns.get(name="a").kind != "number"
    # What the person said about the file is remembered when it is read again.
    again = correct_schema(by_comma, alice, kinds={"b": "category"})
    assert load_table(again.table_path)[0].values[0] == 1.5


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n\n", "empty"),
        (b"a,b\n", "only the column names"),
        (b"a,b\n1,2\n3,4,5\n", "Line 3"),
        (b"\x80\x04\x95junk", "pickle"),
        (b"PK\x03\x04junk", "zip"),
        (b"<!doctype html><table>", "web page"),
        (b"a,b\n" + b"1,\xff\n" * 20, "UTF-8"),
        (b"a," + b"n" * 201 + b"\n" + b"1,2\n" * 20, "limit is 200"),
        (b"1.5,2.5\n" + b"1,2\n" * 20, "first line must hold"),
    ],
)
def test_a_refused_file_leaves_nothing(team: Team, alice: User, content: bytes, words: str) -> None:
    before = folders()
    with pytest.raises(TableError, match=words):
        store_upload(team, alice, upload(content), "People")
    assert_nothing_stored(before)


def test_a_file_over_the_limit_is_refused_while_it_is_read(team: Team, alice: User, settings) -> None:
    settings.UPLOAD_LIMIT_MB = 1
    before = folders()
    with pytest.raises(TableError, match="limit of 1 MB"):
        store_upload(team, alice, upload(csv_text() + "1,1,Bern,yes\n" * 100_000), "People")
    assert_nothing_stored(before)


def test_reading_is_bounded_in_time(team: Team, alice: User, settings) -> None:
    settings.READING_SECONDS = 0.05
    before, started = folders(), time.monotonic()
    with pytest.raises(TableError, match=r"longer than 0\.05 seconds"):
        store_upload(team, alice, upload(csv_text()), "People")
    assert time.monotonic() - started < 5
    assert_nothing_stored(before)


def test_a_version_for_a_dataset_that_is_gone_takes_the_folder_along(team: Team, alice: User) -> None:
    before = folders()
    dataset = Dataset.objects.create(team=team, name="Gone")
    Dataset.objects.all().delete()
    with pytest.raises(Gone):
        store_upload(team, alice, upload(csv_text()), "People", dataset=dataset)
    assert_nothing_stored(before)


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "a\u202eb", "a\nb", "\u200b"])
def test_a_name_that_cannot_serve_is_refused(team: Team, alice: User, name: str) -> None:
    before = folders()
    with pytest.raises(NameRefused):
        store_upload(team, alice, upload(csv_text()), name)
    assert_nothing_stored(before)


def test_a_name_is_used_once_in_a_team(version: DatasetVersion, alice: User, charlie: User) -> None:
    with pytest.raises(NameRefused, match="“People” already"):
        store_upload(version.dataset.team, alice, upload(csv_text()), "People")
    other = store_upload(charlie.teams.get(), charlie, upload(csv_text()), "People")
    assert other.dataset.team != version.dataset.team


def test_the_target_can_be_given(team: Team, alice: User) -> None:
    version = store_upload(team, alice, upload(csv_text()), "People", target="income")
    assert (version.target.name, version.task) == ("income", "regression")
    assert version.columns.get(name="outcome").role == "feature"


def test_an_unknown_target_is_answered_with_the_nearest_column(team: Team, alice: User) -> None:
    before = folders()
    with pytest.raises(TableError, match="The nearest is “outcome”") as caught:
        store_upload(team, alice, upload(csv_text()), "People", target="outcomes")
    assert caught.value.column == "outcomes"
    assert_nothing_stored(before)


def test_deleting_takes_rows_and_files(version: DatasetVersion, alice: User) -> None:
    second = store_upload(version.dataset.team, alice, upload(csv_text(seed=2)), "", dataset=version.dataset)
    paths = [version.upload_path.parent, second.upload_path.parent]
    delete_dataset(version.dataset)
    assert Dataset.objects.count() == DatasetVersion.objects.count() == Column.objects.count() == 0
    assert not any(path.exists() for path in paths)


def test_a_dataset_in_use_is_not_deleted(version: DatasetVersion, alice: User) -> None:
    make_study(version, alice)
    make_study(version, alice, state="complete")
    with pytest.raises(Refused, match="the studies “A study”, “A study” rest on its rows"):
        delete_dataset(version.dataset)
    assert version.table_path.exists()
    assert Dataset.objects.filter(pk=version.dataset_id).exists()


def test_the_second_of_two_deletions_finds_it_gone(version: DatasetVersion, alice: User) -> None:
    theirs = Dataset.objects.get(pk=version.dataset_id)
    seen = DatasetVersion.objects.prefetch_related("columns").get(pk=version.pk)
    delete_dataset(version.dataset)
    with pytest.raises(Gone):
        delete_dataset(theirs)
    with pytest.raises(Gone):
        correct_schema(seen, alice, roles={"city": "ignored"})


def test_a_sample_is_one_call_and_can_be_had_twice(team: Team, alice: User) -> None:
    first, second = (store_sample(team, alice, "iris") for _ in range(2))
    assert (first.dataset.name, second.dataset.name) == ("Iris", "Iris 2")
    assert (first.target.name, first.task, first.rows) == ("species", "classification", 150)
    with pytest.raises(KeyError, match="iris"):
        store_sample(team, alice, "mtcars")
