"""Columns corrected: in place before a launch, as a new version after it, kept by the versions to come."""

import hashlib
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from studies.engine.intake import correct_schema, store_upload
from studies.models import DatasetVersion, Team, User
from studies.tabular import TableError, load_table
from tests.factories import csv_text, make_study

pytestmark = pytest.mark.django_db


def upload(text: str | bytes, name: str = "table.csv") -> ContentFile:
    return ContentFile(text.encode() if isinstance(text, str) else text, name)


def folders() -> set[str]:
    path = Path(settings.DATASETS)
    return set(os.listdir(path)) if path.exists() else set()


@pytest.fixture
def version(team: Team, alice: User) -> DatasetVersion:
    return store_upload(team, alice, upload(csv_text()), "People")


def test_a_correction_before_launch_changes_the_version_in_place(version: DatasetVersion, alice: User) -> None:
    old_folder = version.upload_path.parent
    make_study(version, alice, state="draft")
    kinds, roles = {"age": "category"}, {"city": "ignored", "outcome": "feature", "income": "target"}
    saved = correct_schema(version, alice, kinds=kinds, roles=roles)
    assert (saved.pk, saved.number, saved.task) == (version.pk, 1, "regression")
    assert {column.name: (column.kind, column.role) for column in saved.columns.all()} == {
        "age": ("category", "feature"),
        "income": ("number", "target"),
        "city": ("category", "ignored"),
        "outcome": ("boolean", "feature"),
    }
    assert saved.stored_as != old_folder.name
    assert not old_folder.exists()
    assert [column.kind for column in load_table(saved.table_path)] == ["category", "number", "category", "boolean"]
    assert hashlib.sha256(saved.upload_path.read_bytes()).hexdigest() == saved.content_hash


def test_a_correction_of_a_used_version_makes_a_new_one(version: DatasetVersion, alice: User, bob: User) -> None:
    make_study(version, alice, state="complete")
    saved = correct_schema(version, bob, roles={"city": "ignored"})
    version.refresh_from_db()
    assert (saved.number, saved.created_by, saved.content_hash) == (2, bob, version.content_hash)
    assert version.columns.get(name="city").role == "feature"
    assert version.table_path.exists()
    assert saved.upload_path.read_bytes() == version.upload_path.read_bytes()


def test_saving_without_a_change_makes_no_version(version: DatasetVersion, alice: User) -> None:
    make_study(version, alice, state="complete")
    kinds = {column.name: column.kind for column in version.columns.all()}
    assert correct_schema(version, alice, kinds=kinds).pk == version.pk
    assert DatasetVersion.objects.count() == 1


def test_a_correction_that_does_not_fit_names_its_column(version: DatasetVersion, alice: User) -> None:
    before = folders()
    with pytest.raises(TableError, match="line 2 holds") as caught:
        correct_schema(version, alice, kinds={"city": "number"})
    assert caught.value.column == "city"
    assert folders() == before
    assert version.columns.get(name="city").kind == "category"


@pytest.mark.parametrize(
    ("kinds", "roles"),
    [({"nope": "text"}, {}), ({"city": "colour"}, {}), ({}, {"city": "leader"}), ({}, {"city": "target"})],
    ids=["unknown column", "unknown kind", "unknown role", "two targets"],
)
def test_impossible_corrections_are_refused(version: DatasetVersion, alice: User, kinds: dict, roles: dict) -> None:
    with pytest.raises(TableError) as caught:
        correct_schema(version, alice, kinds=kinds, roles=roles)
    assert caught.value.column is not None


def test_no_target_is_a_possible_choice(version: DatasetVersion, alice: User) -> None:
    saved = correct_schema(version, alice, roles={"outcome": "ignored"})
    assert (saved.target, saved.task) == (None, "")


def test_reasons_and_warnings_of_other_columns_survive_a_correction(team: Team, alice: User) -> None:
    lines = [f"P-{i},{i if i % 9 else 'unknown'},{'ab'[i % 2]}" for i in range(40)]
    version = store_upload(team, alice, upload("\n".join(["person_id,amount,answer", *lines])), "People")
    codes = {warning["code"] for warning in version.warnings}
    assert {"mixed", "set_aside"} <= codes
    why = version.columns.get(name="person_id").why
    assert why
    saved = correct_schema(version, alice, kinds={"answer": "text"}, roles={"answer": "ignored", "amount": "target"})
    assert {warning["code"] for warning in saved.warnings} >= {"mixed", "set_aside"}
    assert saved.columns.get(name="person_id").why == why
    back = correct_schema(saved, alice, kinds={"answer": "category"}, roles={"answer": "target", "amount": "ignored"})
    assert {warning["code"] for warning in back.warnings} == codes


def test_columns_that_nobody_touched_stay_as_an_earlier_release_guessed_them(
    version: DatasetVersion, alice: User
) -> None:
    guessed = {"age": ("number", "feature"), "income": ("number", "ignored")}
    for name, (kind, role) in guessed.items():
        profile = version.columns.get(name=name).profile | {"detected": kind, "suggested": role}
        version.columns.filter(name=name).update(kind=kind, role=role, profile=profile)
    saved = correct_schema(version, alice, roles={"city": "ignored"})
    stored = {column.name: (column.kind, column.role) for column in load_table(saved.table_path)}
    assert stored == guessed | {"city": ("category", "ignored"), "outcome": ("boolean", "target")}
    assert stored == {column.name: (column.kind, column.role) for column in saved.columns.all()}


def test_the_next_version_keeps_what_was_corrected(version: DatasetVersion, alice: User) -> None:
    corrected = correct_schema(version, alice, {"age": "category"}, {"outcome": "feature", "city": "target"})
    text = csv_text(rows=80, seed=1)
    second = store_upload(version.dataset.team, alice, upload(text), "", dataset=version.dataset)
    assert (second.number, second.rows) == (2, 80)
    assert {column.name: (column.kind, column.role) for column in second.columns.all()} == {
        column.name: (column.kind, column.role) for column in corrected.columns.all()
    }


def test_a_target_that_is_gone_is_guessed_anew(version: DatasetVersion, alice: User) -> None:
    correct_schema(version, alice, roles={"income": "target", "outcome": "feature", "city": "ignored"})
    text = "\n".join(",".join(line.split(",")[i] for i in (0, 2, 3)) for line in csv_text().splitlines())
    second = store_upload(version.dataset.team, alice, upload(text), "", dataset=version.dataset)
    roles = {column.name: column.role for column in second.columns.all()}
    assert roles == {"age": "target", "city": "ignored", "outcome": "feature"}


def test_corrections_that_no_longer_fit_are_left_with_a_warning(version: DatasetVersion, alice: User) -> None:
    correct_schema(version, alice, kinds={"age": "number"})
    text = csv_text().replace("\n4", "\nforty ")
    second = store_upload(version.dataset.team, alice, upload(text), "", dataset=version.dataset)
    assert second.warnings[0]["code"] == "not_carried"
    assert "version 1" in second.warnings[0]["message"]
    assert second.columns.get(name="age").kind == "text"
    stored = {column.name: column.kind for column in load_table(second.table_path)}
    assert stored == {column.name: column.kind for column in second.columns.all()}


def test_the_second_of_two_corrections_is_told_of_the_first(version: DatasetVersion, alice: User) -> None:
    theirs = DatasetVersion.objects.get(pk=version.pk)
    correct_schema(version, alice, roles={"city": "ignored"})
    with pytest.raises(TableError, match="Somebody else has corrected"):
        correct_schema(theirs, alice, roles={"age": "ignored"})
    assert version.columns.get(name="age").role == "feature"
