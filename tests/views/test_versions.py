"""Versions: what changed, the file as it came, deleting one; and that no correction touches a stored file."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from studies.engine import differences, errands, held_out
from studies.engine.intake import correct_schema
from studies.engine.refused import Refused
from studies.engine.rereading import reread
from studies.models import DatasetVersion, User, VersionDifference
from studies.tabular import Column
from studies.tabular.column_changes import column_change
from studies.views.download import safe_name
from studies.views.version_difference import change_row, distance_in_words
from tests.factories import add_version, csv_text, make_study
from tests.views.uploads import ClientOf

pytestmark = pytest.mark.django_db


def test_the_file_is_downloaded_as_it_came(client_of: ClientOf, vera: User, version: DatasetVersion) -> None:
    DatasetVersion.objects.filter(pk=version.pk).update(file_name='../a"b\r\nX: <img>.html')
    answer = client_of(vera).get(f"/datasets/{version.dataset_id}/versions/1/file")
    content = b"".join(answer.streaming_content)
    assert content == csv_text().encode()
    assert hashlib.sha256(content).hexdigest() == version.content_hash
    assert answer["Content-Length"] == str(len(content))
    assert answer["Content-Disposition"] == 'attachment; filename="a_b__X_ _img_.html.csv"'
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "no-store")
    version.upload_path.unlink()
    gone = client_of(vera).get(f"/datasets/{version.dataset_id}/versions/1/file", follow=True)
    assert "The file of version 1 is gone." in gone.content.decode()


@pytest.mark.parametrize(
    ("name", "safe"),
    [("été.csv", "été.csv"), ("..\\..\\x.tsv", "x.tsv"), ("", "table.csv"), ("a\u202evsc.exe", "a_vsc.exe.csv")],
)
def test_a_hostile_name_becomes_a_safe_one(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_the_page_tells_what_changed(
    client_of: ClientOf, vera: User, version: DatasetVersion, django_assert_max_num_queries
) -> None:
    text = csv_text().replace("Bern", "Oslo").replace("age,", "years,") + "25,3.5,Rome,yes\n" * 7
    later = add_version(version, text)
    make_study(version, vera, name="On the first")
    client = client_of(vera)
    with django_assert_max_num_queries(15):
        page = client.get(f"/datasets/{version.dataset_id}/changes/?from=1&to=2")
    said = page.content.decode()
    for words in ("age is years now", "2 values new: Oslo, Rome", "1 value gone: Bern", "On the first"):
        assert words in said
    rows = page.context["found"]
    assert rows["kept"] + rows["added"] + sum(edit["rows"] for edit in rows["edited"]) == later.rows
    shown = client.get(f"/datasets/{version.dataset_id}/?version=2").content.decode()
    assert "Changed since version 1" in shown
    assert f"/datasets/{version.dataset_id}/changes/?from=1&amp;to=2" in shown
    assert client.get(f"/datasets/{version.dataset_id}/changes/?from=9").status_code == 404
    with django_assert_max_num_queries(9):  # the second look
        again = client.get(f"/datasets/{version.dataset_id}/changes/?from=1&to=2")
    for part in ("found", "changes", "renamed", "hidden"):
        assert again.context[part] == page.context[part], part
    assert VersionDifference.objects.get().after == later
    same = client.get(f"/datasets/{version.dataset_id}/changes/?from=2&to=2").content.decode()
    assert "compared with itself" in same
    assert "Both versions have the same columns, of the same kinds and roles" in same


def test_large_versions_are_compared_by_a_worker(
    client_of: ClientOf, alice: User, vera: User, version: DatasetVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(differences, "MOST_CELLS", 0)
    monkeypatch.setattr(errands, "ring_waiting", lambda: None)
    add_version(version, csv_text() + "25,3.5,Rome,yes\n" * 7)
    client, path = client_of(alice), f"/datasets/{version.dataset_id}/changes/"

    def shown(who: Client = client, live: str = "") -> str:
        return who.get(f"{path}{live}?from=1&to=2").content.decode()

    assert "Compare their rows" in shown()
    assert "Editors and owners of the team can ask for it" in shown(client_of(vera))
    assert client_of(vera).post(f"{path}compare/").status_code == 403
    assert not VersionDifference.objects.exists()
    pair = {"from": "1", "to": "2"}
    for _ in range(2):
        assert client.post(f"{path}compare/", pair)["Location"] == f"{path}?from=1&to=2"
    for words in ("wait to be compared", "No worker is running", f'hx-get="{path}live/?from=1&amp;to=2"'):
        assert words in shown()
    VersionDifference.objects.update(state="running", share=0.4, started_at=timezone.now())
    assert '<b class="n">40 %</b>' in shown(live="live/")
    VersionDifference.objects.update(
        state="failed", error="It took too long.", stamp=differences.stamp_of(*version.dataset.versions.order_by("pk"))
    )
    assert client.get(f"{path}live/?from=1&to=2")["HX-Redirect"] == f"{path}?from=1&to=2"
    for words in ("could not be compared", "It took too long.", "Compare them again"):
        assert words in shown()
    client.post(f"{path}compare/", pair)
    differences.compare_now(*version.dataset.versions.order_by("pk"))  # as a worker does
    assert "7 rows added, 0 removed, 60 kept" in shown()
    client.post(f"{path}compare/", {"from": "2", "to": "2"})
    assert VersionDifference.objects.get().state == "complete"


def test_a_version_is_deleted_by_an_editor(client_of: ClientOf, bob: User, vera: User, version: DatasetVersion) -> None:
    add_version(version, rows=70)
    path = f"/datasets/{version.dataset_id}/versions/1/delete/"
    assert client_of(vera).post(path).status_code == 403
    draft = make_study(version, bob, name="Forest")
    assert "the study “Forest” rests on its rows" in client_of(bob).post(path, follow=True).content.decode()
    draft.delete()
    assert "Version 1 is deleted." in client_of(bob).post(path, follow=True).content.decode()
    assert client_of(bob).post(path).status_code == 404


def test_nothing_changes_the_files_of_a_used_version(version: DatasetVersion, alice: User) -> None:
    def hashes() -> dict[Path, str]:
        files = version.upload_path.parent.iterdir()
        return {file: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    make_study(version, alice, state="complete", launched_at=timezone.now())
    before = hashes()
    row = DatasetVersion.objects.filter(pk=version.pk).values().get()
    later = correct_schema(version, alice, roles={"city": "ignored"})
    last = correct_schema(later, alice, kinds={"age": "category"})
    assert (later.number, last.pk, hashes()) == (2, later.pk, before)
    assert hashlib.sha256(last.upload_path.read_bytes()).hexdigest() == version.content_hash
    assert reread(version, alice, {"missing_words": ["Bern"]}).number == 3
    for wish in (0.2, "none"):
        with pytest.raises(Refused, match="Studies have seen all rows"):
            held_out.change(version.dataset, alice, wish)
    assert hashes() == before
    assert DatasetVersion.objects.filter(pk=version.pk).values().get() == row


def test_other_identifiers_are_not_compared_and_a_small_distance_is_no_zero() -> None:
    ids, more = (
        Column("id", "id", "ignored", np.arange(9, dtype=np.int32), tuple(f"{x}{i}" for i in range(9))) for x in "ab"
    )
    assert change_row(column_change(ids, more))["word"] == "Not compared"
    assert change_row(column_change(ids, ids))["word"] == "Not at all"
    assert [distance_in_words(distance) for distance in (None, 0.0, 0.0004, 0.126)] == ["–", "0.00", "< 0.01", "0.13"]
