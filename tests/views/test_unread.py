"""The pages of a version that is being read or was refused, and reading one again with other options."""

import pytest

from studies.engine import errands
from studies.engine.reading_job import run_reading
from studies.models import DatasetVersion, TableReading, User
from tests.factories import csv_text
from tests.views.uploads import NEW, ClientOf, file_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def every_file_is_large(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.READING_NOW_MB = 0
    monkeypatch.setattr(errands, "ring_waiting", lambda: None)


def test_from_the_upload_to_the_page(client_of: ClientOf, alice: User, vera: User) -> None:
    client, text = client_of(alice), csv_text().replace(",", ";")
    sent = client.post(NEW, {"file": file_of(text), "name": "People", "separator": "comma"})
    version = DatasetVersion.objects.get()
    page, live = f"/datasets/{version.dataset_id}/", f"/datasets/{version.dataset_id}/versions/1/reading/"
    assert (sent.status_code, sent["Location"]) == (302, page)
    shown = client.get(page).content.decode()
    assert "waits to be read" in shown
    assert "No worker is running" in shown
    assert f'hx-get="{live}"' in shown
    TableReading.objects.update(state="running", share=0.4)
    assert '<b class="n">40 %</b>' in client.get(live).content.decode()
    assert "Being read" in client.get("/datasets/").content.decode()
    assert (
        b"Upload a table" in client.get("/studies/new/").content or b"People" not in client.get("/studies/new/").content
    )
    assert client.get(f"/studies/new/?dataset_version={version.pk}").status_code == 200

    TableReading.objects.update(state="waiting")
    run_reading(version.reading.pk)
    assert client.get(live)["HX-Redirect"] == f"{page}?version=1"
    shown = client.get(page).content.decode()
    assert "No table was made of the file" in shown
    assert '<option value="comma" selected>' in shown
    assert "Read it again" not in client_of(vera).get(page).content.decode()
    again = f"/datasets/{version.dataset_id}/versions/1/read-again/"
    assert client_of(vera).post(again, {}).status_code == 403
    wrong = client.post(again, {"separator": "dot"})
    assert (wrong.status_code, wrong.context["again"].errors.keys()) == (200, {"separator"})
    assert client.post(again, {"separator": "semicolon"}).status_code == 302
    run_reading(version.reading.pk)
    shown = client.get(page).content.decode()
    assert "semicolon separated" in shown
    assert "Read again with other options" in shown


def test_a_later_version_is_told_of_and_withdrawn(client_of: ClientOf, alice: User, version: DatasetVersion) -> None:
    client, page = client_of(alice), f"/datasets/{version.dataset_id}/"
    sent = client.post(f"{page}new/", {"file": file_of(csv_text(seed=4))})
    assert sent["Location"] == f"{page}?version=2"
    assert "Version 2 is being read" in client.get(page).content.decode()
    assert client.post(f"{page}versions/2/columns/", {}).status_code == 404
    client.post(f"{page}versions/2/withdraw/")
    client.post(f"{page}versions/1/withdraw/")  # one that is there is not deleted by that door
    assert DatasetVersion.objects.get() == version
