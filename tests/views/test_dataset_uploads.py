"""Uploading a table in the browser: what is read, what is refused and where, the next version."""

import pytest
from django.conf import settings

from studies.models import Column, Dataset, DatasetVersion, Team, User
from tests.factories import csv_text, make_version
from tests.views.uploads import NEW, ClientOf, file_of, folders

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(team: Team, alice: User) -> DatasetVersion:
    return make_version(team, alice, name="People")


# -- an upload ------------------------------------------------------------------------------------------------------


def test_an_upload_leads_to_the_page_of_the_dataset(client_of: ClientOf, bob: User) -> None:
    response = client_of(bob).post(NEW, {"file": file_of(csv_text()), "name": "People"})
    version = DatasetVersion.objects.get()
    assert response["Location"] == f"/datasets/{version.dataset_id}/"
    assert (version.dataset.created_by, version.file_name, version.rows) == (bob, "people.csv", 60)


def test_options_say_how_to_read_the_file(client_of: ClientOf, bob: User) -> None:
    text = csv_text().replace(",", ";").replace(".", ",").replace("Graz", "Zürich").encode("windows-1252")
    data = {"file": file_of(text), "name": "People", "separator": "semicolon", "decimal": "comma"}
    client = client_of(bob)
    refused = client.post(NEW, data)
    assert "not text in UTF-8" in refused.content.decode()
    client.post(NEW, data | {"file": file_of(text), "encoding": "windows-1252"})
    version = DatasetVersion.objects.get()
    assert (version.separator, version.decimal, version.encoding) == (";", ",", "windows-1252")
    assert any("Zürich" in row for row in version.preview)


def test_words_that_mean_missing_are_read_so(client_of: ClientOf, bob: User) -> None:
    text = csv_text().replace("Bern,", "unknown,").replace(",,", ",keine,")
    client = client_of(bob)
    client.post(NEW, {"file": file_of(text), "name": "People", "missing_words": "unknown, keine"})
    columns = {column.name: column for column in Column.objects.all()}
    assert columns["income"].kind == "number"
    assert columns["income"].profile["missing"] == 6
    assert columns["city"].profile["distinct"] == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"a,b\n1,2\n1,2,3\n", "Line 3 has 3 cells"),
        (b'a,b\n1,"2\n', "Line 2".lower()),
        (b"\x89PNG\r\n", "PNG picture"),
        (b"\x80\x04\x95junk", "Python pickle"),
        (b"a,b\n" + b"1,x\x00\n" * 20, "NUL byte"),
        (b"id," * 3 + b"\n", "only the column names"),
    ],
)
def test_a_refused_file_keeps_the_name_and_stores_nothing(
    client_of: ClientOf, bob: User, content: bytes, words: str
) -> None:
    before = folders()
    response = client_of(bob).post(NEW, {"file": file_of(content), "name": "My people", "separator": "comma"})
    page = response.content.decode()
    assert response.status_code == 200
    assert words in page
    assert 'value="My people"' in page
    assert '<option value="comma" selected>' in page
    assert "file" in response.context["form"].errors
    assert Dataset.objects.count() == DatasetVersion.objects.count() == 0
    assert folders() == before


def test_a_name_that_is_taken_is_refused_at_the_name(client_of: ClientOf, bob: User, version: DatasetVersion) -> None:
    response = client_of(bob).post(NEW, {"file": file_of(csv_text()), "name": "People"})
    assert "already" in response.context["form"].errors["name"][0]
    assert DatasetVersion.objects.count() == 1


def test_nothing_chosen_is_an_error_at_each_field(client_of: ClientOf, bob: User) -> None:
    errors = client_of(bob).post(NEW, {"separator": "colon"}).context["form"].errors
    assert set(errors) == {"file", "name", "separator"}


def test_a_body_over_the_limit_is_refused_before_it_is_read(client_of: ClientOf, bob: User) -> None:
    too_many = (settings.UPLOAD_LIMIT_MB + 2) * 2**20
    response = client_of(bob).post(NEW, b"x", content_type="text/csv", CONTENT_LENGTH=str(too_many))
    assert response.status_code == 413
    assert f"{settings.UPLOAD_LIMIT_MB} MB" in response.content.decode()


def test_hostile_names_are_shown_as_they_are(client_of: ClientOf, bob: User) -> None:
    cross = "<script>window.__xss=1</script>"
    text = csv_text().replace("city", cross).replace("Graz", "<img src=x onerror=alert(1)>")
    client = client_of(bob)
    client.post(NEW, {"file": file_of(text, "<img src=x>.csv"), "name": cross})
    version = DatasetVersion.objects.get()
    for path in ("/datasets/", f"/datasets/{version.dataset_id}/"):
        page = client.get(path).content.decode()
        assert "&lt;script&gt;" in page
        assert cross not in page
        assert "<img src" not in page


def test_a_sample_is_one_click(client_of: ClientOf, bob: User) -> None:
    client = client_of(bob)
    client.post("/datasets/samples/iris/")
    version = DatasetVersion.objects.get()
    assert (version.dataset.name, version.rows, version.target.name) == ("Iris", 150, "species")
    assert client.post("/datasets/samples/mtcars/").status_code == 404
    assert client.get("/datasets/samples/iris/").status_code == 405


def test_trying_a_sample_leads_to_a_study_on_the_one_that_is_there(client_of: ClientOf, bob: User) -> None:
    client = client_of(bob)
    first = client.post("/datasets/samples/gapminder/", {"then": "study"})
    version = DatasetVersion.objects.get()
    assert (version.group.name, version.time.name) == ("country", "year")
    assert first["Location"] == f"/studies/new/?dataset_version={version.pk}"
    assert client.post("/datasets/samples/gapminder/", {"then": "study"})["Location"] == first["Location"]
    assert DatasetVersion.objects.count() == 1
    assert f'value="{version.pk}" selected' in client.get(first["Location"]).content.decode()


def test_a_new_version_says_what_changed(client_of: ClientOf, bob: User, version: DatasetVersion) -> None:
    client = client_of(bob)
    path = f"/datasets/{version.dataset_id}/"
    text = csv_text(rows=70).replace("city", "town")
    said = {"missing_words": "unknown, 999", "encoding": "windows-1252"}
    assert client.post(f"{path}new/", {"file": file_of(text)} | said)["Location"] == f"{path}?version=2"
    page = client.get(f"{path}new/").content.decode()
    assert 'value="unknown, 999"' in page, "read as the version before"
    assert 'value="windows-1252" selected' not in page, "in which UTF-8 would be read as other words"
    page = client.get(path)
    assert page.context["version"].number == 2
    assert page.context["versions"][0][1] == "10 rows more, town is new, city is gone"
    assert client.get(f"{path}?version=1").context["version"] == version
    for wrong in ("3", "x", "-1", "1e3", "9" * 30):
        assert client.get(f"{path}?version={wrong}").status_code == 404
