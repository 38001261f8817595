"""A team's storage is bounded, also where two uploads come at the same moment."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile

from studies.engine import intake
from studies.engine.intake import correct_schema, store_upload
from studies.engine.quota import MB, OverQuota, refuse_announced, refuse_without_room, storage_of
from studies.models import Dataset, DatasetVersion, Team, User
from tests.factories import csv_text, make_study, make_version
from tests.views.uploads import ClientOf, file_of, folders

pytestmark = pytest.mark.django_db


def upload(team: Team, user: User, name: str, seed: int = 0, **more) -> DatasetVersion:
    return store_upload(team, user, ContentFile(csv_text(seed=seed).encode(), "t.csv"), name, **more)


def set_limit(settings, bytes_: int) -> None:
    settings.TEAM_STORAGE_MB = bytes_ / MB


def test_what_is_used_is_uploads_and_tables_of_all_versions(team: Team, alice: User, charlie: User, settings) -> None:
    version = upload(team, alice, "People")
    table = version.table_path.stat().st_size
    assert (version.table_bytes, version.file_bytes) == (table, len(csv_text()))
    make_study(version, alice, state="complete")
    later = correct_schema(version, alice, roles={"city": "ignored"})
    assert later.table_bytes == later.table_path.stat().st_size
    used = 2 * version.file_bytes + table + later.table_bytes
    assert storage_of(team.pk).used == used
    assert storage_of(charlie.teams.get().pk).used == 0
    set_limit(settings, used)
    assert storage_of(team.pk).share == 1.0
    with pytest.raises(OverQuota, match="no room"):  # a correction that makes a version is one more table
        correct_schema(later if later.is_used else version, alice, roles={"age": "ignored"})
    settings.TEAM_STORAGE_MB = 0
    assert storage_of(team.pk).has_room(10**15)


def test_a_refusal_says_what_is_used_and_what_could_go_and_others_are_not_affected(
    team: Team, alice: User, charlie: User, client_of: ClientOf, settings
) -> None:
    for name, megabytes in (("Small", 1), ("Large", 60)):
        version = make_version(team, alice, name=name)
        DatasetVersion.objects.filter(pk=version.pk).update(file_bytes=megabytes * MB)
    make_study(version, alice)
    settings.TEAM_STORAGE_MB = 61
    before = folders()
    sentence = (
        "The team’s storage has no room for 0.1 MB more: 61 MB of 61 MB are used. Nothing was stored. Delete what is "
        "no longer needed: the largest datasets are “Large” (60 MB), “Small” (1.0 MB); 1 version that no study uses "
        "takes 1.0 MB."
    )
    with pytest.raises(OverQuota) as caught:
        upload(team, alice, "People")
    assert caught.value.message == sentence
    client = client_of(alice)
    for path in ("/datasets/", "/team/"):
        assert "their tables: 61 MB of 61 MB" in client.get(path).content.decode()
    page = client.post("/datasets/new/", {"name": "People", "file": file_of(csv_text())})
    assert page.status_code == 200
    assert sentence in page.content.decode()
    refused = client.post("/datasets/samples/iris/", follow=True)
    assert "has no room" in refused.content.decode()
    assert (Dataset.objects.count(), folders()) == (2, before)
    refuse_without_room(charlie.teams.get().pk, 10 * MB)


def test_a_large_upload_is_refused_before_it_is_read(
    team: Team, alice: User, charlie: User, client_of: ClientOf, settings
) -> None:
    version = make_version(team, alice)
    settings.TEAM_STORAGE_MB = 1

    class Unread(BytesIO):
        """A body of 2 MB that nobody may begin to read."""

        def read(self, *size: int) -> bytes:
            raise AssertionError("the body was read")

    body = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(2 * MB), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    for path in ("/datasets/new/", f"/datasets/{version.dataset_id}/new/"):
        answer = client_of(alice).generic("POST", path, **body)
        assert (answer.status_code, "has no room for 2.0 MB" in answer.content.decode()) == (413, True)
    for odd in (None, "", "-5", "1e9", "٣"):
        refuse_announced(team.pk, odd)


def test_of_two_uploads_at_once_only_those_pass_that_fit_together(
    team: Team, alice: User, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_reading, others = intake.first_reading, []

    def while_another_is_stored(*args):
        read = first_reading(*args)
        if not others:
            others.append(make_version(team, alice, name="Meanwhile"))
        return read

    monkeypatch.setattr(intake, "first_reading", while_another_is_stored)
    set_limit(settings, len(csv_text()) + 1000)  # room for one of the two
    before = folders()
    with pytest.raises(OverQuota):
        upload(team, alice, "People")
    assert list(Dataset.objects.values_list("name", flat=True)) == ["Meanwhile"]
    assert folders() == before | {others[0].stored_as}
