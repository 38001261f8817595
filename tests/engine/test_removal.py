"""A version is deleted whole or not at all, and never one that a study uses; the same bytes make no second one."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.files.base import ContentFile

from studies.engine import intake, removal
from studies.engine.intake import store_upload
from studies.engine.intake_rows import Gone
from studies.engine.refused import Refused
from studies.engine.removal import delete_version
from studies.engine.spec import SpecError, create_draft, resolve
from studies.engine.tidying import AGE_SECONDS, leftovers
from studies.engine.twins import SameBytes
from studies.models import Column, Dataset, DatasetVersion, Team, TeamEvent, User
from tests.factories import add_version, csv_text, make_study

pytestmark = pytest.mark.django_db
count_from_the_newest = import_module("studies.migrations.0025_last_version_number").count_from_the_newest


@pytest.fixture
def later(version: DatasetVersion) -> DatasetVersion:
    """The second version of the patients."""
    return add_version(version, rows=70)


def test_a_version_that_no_study_uses_goes_with_its_files(
    version: DatasetVersion, later: DatasetVersion, bob: User
) -> None:
    delete_version(version, bob)
    assert list(version.dataset.versions.all()) == [later]
    assert not Column.objects.filter(version=version).exists()
    assert not version.upload_path.parent.exists()
    assert later.upload_path.exists()
    assert str(TeamEvent.objects.first()) == "bob@example.org deleted version 1 of “Patients”"
    with pytest.raises(Gone):
        delete_version(version, bob)
    with pytest.raises(Refused, match=r"it is the only one\. Delete the dataset"):
        delete_version(later, bob)


def test_the_number_of_a_deleted_version_is_not_given_again(
    version: DatasetVersion, later: DatasetVersion, alice: User
) -> None:
    delete_version(later)
    file = ContentFile(csv_text(80).encode(), "again.csv")
    assert store_upload(version.dataset.team, alice, file, "", dataset=Dataset.objects.get()).number == 3
    Dataset.objects.update(last_number=0)
    count_from_the_newest(apps, None)  # of a site from before the count
    assert Dataset.objects.get().last_number == 3


def test_a_version_that_a_draft_names_stays(version: DatasetVersion, later: DatasetVersion, alice: User) -> None:
    make_study(version, alice, name="Forest")
    with pytest.raises(Refused, match="the study “Forest” rests on its rows"):
        delete_version(version)
    for name in ("Second", "Third", "Fourth", "Fifth"):
        make_study(version, alice, name=name)
    with pytest.raises(Refused, match="the studies “Fifth”, “Fourth”, “Third” and 2 more rest on its rows"):
        delete_version(version)
    assert version.table_path.exists()


def test_a_draft_of_a_version_that_was_deleted_meanwhile_is_refused(
    version: DatasetVersion, later: DatasetVersion, team: Team, alice: User
) -> None:
    resolved = resolve(team, {"dataset_version": version.pk, "estimator": "ridge", "target": "age"})
    delete_version(version)
    with pytest.raises(SpecError) as caught:
        create_draft(resolved, alice)
    assert "deleted in the meantime" in caught.value.errors["dataset_version"][0]


def test_a_crash_before_the_files_are_gone_leaves_what_tidy_finds(
    version: DatasetVersion, later: DatasetVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(stored_as: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(removal.versions, "remove", die)
    with pytest.raises(KeyboardInterrupt):
        delete_version(version)
    assert list(version.dataset.versions.all()) == [later]
    late = version.upload_path.stat().st_mtime + AGE_SECONDS + 3600
    found = {leftover.path for leftover in leftovers(late)}
    assert version.upload_path.parent in found
    assert later.upload_path.parent not in found


def test_the_same_bytes_read_in_the_same_way_make_no_second_version(
    version: DatasetVersion, later: DatasetVersion, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def upload(rows: int, **options: str) -> DatasetVersion:
        file = ContentFile(csv_text(rows).encode(), "again.csv")
        return store_upload(version.dataset.team, alice, file, "", dataset=version.dataset, options=options)

    with monkeypatch.context() as nothing_is_read:
        nothing_is_read.delattr(intake, "first_reading")
        with pytest.raises(SameBytes, match="bytes of version 1") as caught:
            upload(60)
    assert caught.value.version == version
    first_reading = intake.first_reading

    def while_somebody_sends_the_same(*args):
        add_version(version, rows=80)
        return first_reading(*args)

    with monkeypatch.context() as slow:
        slow.setattr(intake, "first_reading", while_somebody_sends_the_same)
        with pytest.raises(SameBytes, match="bytes of version 3"):
            upload(80)
    assert version.dataset.versions.count() == 3
    assert upload(60, missing_words=["Bern"]).number == 4
