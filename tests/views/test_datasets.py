"""Datasets: the list, uploads, corrections of columns, deleting."""

from collections.abc import Callable

import pytest
from django.http import HttpRequest

from studies.engine.intake import store_upload
from studies.models import Column, Dataset, DatasetVersion, Team, User
from studies.views import datasets as views
from studies.views.access import get_dataset_to_edit
from studies.views.column_pictures import days
from tests.factories import csv_text, make_study, make_version, make_visits
from tests.views.uploads import NEW, ClientOf, file_of, folders

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(team: Team, alice: User) -> DatasetVersion:
    return make_version(team, alice, name="People")


@pytest.fixture
def uploaded(team: Team, alice: User) -> DatasetVersion:
    """With preview and profiles, read by the child process."""
    return store_upload(team, alice, file_of(csv_text()), "People")


def typed(version: DatasetVersion, **changes: str) -> dict[str, str]:
    """The columns form as the browser would send it; changes as kind_age="text"."""
    data = {}
    for column in version.columns.all():
        data[f"kind-{column.position}"] = changes.get(f"kind_{column.name}", column.kind)
        data[f"role-{column.position}"] = changes.get(f"role_{column.name}", column.role)
    return data


def columns_path(version: DatasetVersion) -> str:
    return f"/datasets/{version.dataset_id}/versions/{version.number}/columns/"


# -- the list -------------------------------------------------------------------------------------------------------


def test_an_empty_list_offers_upload_and_samples(client_of: ClientOf, bob: User) -> None:
    page = client_of(bob).get("/datasets/").content.decode()
    assert "No datasets yet" in page
    assert NEW in page
    assert "/datasets/samples/iris/" in page


def test_a_viewer_is_not_offered_what_is_refused(client_of: ClientOf, vera: User) -> None:
    page = client_of(vera).get("/datasets/").content.decode()
    assert NEW not in page
    assert "/datasets/samples/" not in page


def test_the_list_tells_what_each_dataset_is(client_of: ClientOf, bob: User, version: DatasetVersion) -> None:
    make_study(version, bob)
    [dataset] = client_of(bob).get("/datasets/").context["page"]
    assert (dataset.n_versions, dataset.n_studies) == (1, 1)
    assert (dataset.newest.rows, dataset.newest.n_columns, dataset.newest.target_name) == (60, 4, "outcome")
    assert dict(dataset.newest.kinds) == {"integer": 1, "number": 1, "category": 1, "boolean": 1}


def test_the_list_is_searched_by_name(client_of: ClientOf, bob: User, version: DatasetVersion) -> None:
    client = client_of(bob)
    assert "People</a>" in client.get("/datasets/?q=eop").content.decode()
    page = client.get("/datasets/?q=%22%3E%3Cimg%3E").content.decode()
    assert "No dataset is called" in page
    assert "<img>" not in page


def test_the_list_shows_the_current_team_only(client_of: ClientOf, charlie: User, version: DatasetVersion) -> None:
    assert "People" not in client_of(charlie).get("/datasets/").content.decode()


def test_a_long_list_takes_few_queries(
    client_of: ClientOf, alice: User, version: DatasetVersion, django_assert_max_num_queries: Callable
) -> None:
    for i in range(20):
        copy = Dataset.objects.create(team=version.dataset.team, name=f"Copy {i}")
        values = {"rows": 60, "separator": ",", "decimal": ".", "encoding": "utf-8", "file_name": "t", "file_bytes": 1}
        DatasetVersion.objects.create(dataset=copy, number=1, stored_as=f"copy-{i}", content_hash="0", **values)
    client = client_of(alice)
    with django_assert_max_num_queries(10):
        client.get("/datasets/")


# -- one dataset ----------------------------------------------------------------------------------------------------


def test_the_page_shows_columns_rows_and_what_to_do_next(
    client_of: ClientOf, bob: User, uploaded: DatasetVersion
) -> None:
    response = client_of(bob).get(f"/datasets/{uploaded.dataset_id}/")
    page = response.content.decode()
    assert "Predict <b>outcome</b> from 3 columns" in page
    assert f"/studies/new/?dataset_version={uploaded.pk}" in page
    assert "No study uses it yet" in page
    assert page.count("data-column=") == 4
    rows = {row.column.name: row for row in response.context["rows"]}
    assert (rows["income"].missing, rows["age"].missing) == ("10 %", "0")
    assert rows["income"].picture.path.count("M") == 12
    assert rows["income"].picture.words.endswith("; 10 % missing")
    assert "<title>" in page
    shown = response.context["preview_columns"]
    assert [list(row) for row in zip(*(column.cells for column in shown), strict=True)] == uploaded.preview
    assert [column.is_numeric for column in shown] == [True, True, False, False]
    assert len(response.context["preview"]) == len(uploaded.preview) == 50


def test_numbers_with_a_unit_are_read_without_it_or_refused_at_their_column(
    client_of: ClientOf, team: Team, alice: User
) -> None:
    rows = "\n".join(f"{i}.200,5 €;{'0.3' if i == 7 else f'{i} %'};{'ab'[i % 2]}" for i in range(1, 25))
    version = store_upload(team, alice, file_of(f"price;share;kind\n{rows}\n"), "Prices")
    client = client_of(alice)
    refused = client.post(columns_path(version), typed(version, kind_price="number", kind_share="number"))
    said = next(row.error for row in refused.context["rows"] if row.column.name == "share")
    assert "line 8 holds “0.3” where others hold numbers like “1 %” (line 2). 1 cell of 24 is not written so" in said
    assert version.columns.get(name="price").kind == "text"
    saved = client.post(columns_path(version), typed(version, kind_price="number", role_price="feature"), follow=True)
    assert "read without “€”: “1.200,5 €” is 1200.5" in saved.content.decode()
    price = version.columns.get(name="price")
    assert (price.kind, price.role, price.profile["min"]) == ("number", "feature", 1200.5)
    assert price.profile["dress"] == {"before": "", "after": "€", "thousands": ".", "mark": ","}
    other = file_of(f"price;share;kind\n{rows}\n".replace("€", "$"))
    later = store_upload(team, alice, other, "", dataset=version.dataset)
    assert later.warnings[0] == {
        "code": "other_unit",
        "column": "price",
        "level": "asks",
        "message": "Column “price” was read without “€” in version 1, and without “$” here: its numbers may mean "
        "something else. Look whether they can be compared.",
        "figures": {"before": "€", "now": "$"},
    }


def test_a_kind_that_some_cells_do_not_fit_is_told_before_it_is_saved(
    client_of: ClientOf, vera: User, team: Team, alice: User
) -> None:
    rows = "\n".join(f"{cell},{'ab'[i % 2]}" for i, cell in enumerate([*"12345678", "<b>", "NA"] * 3))
    version = store_upload(team, alice, file_of(f"size,kind\n{rows}\n"), "Sizes")
    path = f"/datasets/{version.dataset_id}/versions/1/columns/0/fit/"
    client = client_of(vera)
    answer = client.get(path, {"kind": "number"}).json()
    assert answer["says"] == "size: 3 of the first 30 cells cannot be read as number (rows 9, 19, 29)."
    assert answer["cells"][0] == '<td class="n">1</td>'
    assert answer["cells"][8] == '<td class="n odd">&lt;b&gt;</td>'
    assert 'class="n gap">NA' in answer["cells"][9]
    assert "odd" not in "".join(client.get(path).json()["cells"])
    assert client.get(path, {"kind": "colour"}).status_code == 404
    assert client.get(path.replace("/0/", "/7/")).status_code == 404


def test_a_wide_page_takes_few_queries(
    client_of: ClientOf, alice: User, team: Team, django_assert_max_num_queries: Callable
) -> None:
    header = ",".join(f"c{i}" for i in range(150))
    lines = [",".join(str((i * j) % 7) for i in range(150)) for j in range(1, 21)]
    version = store_upload(team, alice, file_of("\n".join([header, *lines])), "Wide")
    for _ in range(3):
        make_study(version, alice)
    client = client_of(alice)
    with django_assert_max_num_queries(17):
        response = client.get(f"/datasets/{version.dataset_id}/")
    assert len(response.context["rows"]) == 150
    assert response.context["preview"][0].count("<td") == 60
    assert "60 of 150 columns" in response.content.decode()


def test_corrected_columns_are_saved_and_can_be_taken_back(
    client_of: ClientOf, bob: User, version: DatasetVersion
) -> None:
    data = typed(version, kind_age="category", role_city="ignored")
    client = client_of(bob)
    response = client.post(columns_path(version), data)
    assert response["Location"] == f"/datasets/{version.dataset_id}/?version=1#columns"
    saved = {column.name: (column.kind, column.role) for column in Column.objects.all()}
    assert saved["age"] == ("category", "feature")
    assert saved["city"] == ("category", "ignored")
    told = client.get(f"/datasets/{version.dataset_id}/").context["corrected"]
    assert told.sentence == "Saved: age is category (was integer); city is ignored (was feature)."
    assert client.get(f"/datasets/{version.dataset_id}/").context["corrected"] is None
    client.post(columns_path(version), told.fields)
    assert version.columns.get(name="age").kind == "integer"
    assert version.columns.get(name="city").role == "feature"


def test_correcting_a_used_version_makes_the_next(client_of: ClientOf, bob: User, version: DatasetVersion) -> None:
    make_study(version, bob, state="running")
    response = client_of(bob).post(columns_path(version), typed(version, role_city="ignored"))
    assert response["Location"].endswith("?version=2#columns")
    assert version.columns.get(name="city").role == "feature"


@pytest.mark.parametrize(
    ("changes", "column", "words"),
    [
        ({"kind_city": "number", "role_age": "ignored"}, "city", "line 2 holds"),
        ({"kind_city": "colour"}, "city", "is not a kind"),
        ({"role_city": "leader"}, "city", "is not a role"),
        ({"role_city": "time"}, "city", "cannot be the time"),
        ({"role_city": "group", "role_age": "group"}, "city", "one group at most"),
        ({"role_income": "target"}, "outcome", "one target at most"),
        ({"kind_city": "text"}, "city", "cannot be a feature"),
    ],
)
def test_a_refused_correction_keeps_what_was_typed_with_the_error_at_the_column(
    client_of: ClientOf, bob: User, version: DatasetVersion, changes: dict[str, str], column: str, words: str
) -> None:
    before = folders(), list(Column.objects.values("pk", "kind", "role"))
    response = client_of(bob).post(columns_path(version), typed(version, **changes))
    assert response.status_code == 200
    rows = {row.column.name: row for row in response.context["rows"]}
    assert words in rows[column].error
    for change, value in changes.items():
        what, name = change.split("_")
        assert getattr(rows[name], what) == value
    assert (folders(), list(Column.objects.values("pk", "kind", "role"))) == before


def test_a_dataset_is_deleted_with_its_files(client_of: ClientOf, bob: User, version: DatasetVersion) -> None:
    client = client_of(bob)
    page = client.get(f"/datasets/{version.dataset_id}/").content.decode()
    assert "1 version with the uploaded file" in page
    assert client.post(f"/datasets/{version.dataset_id}/delete/")["Location"] == "/datasets/"
    assert Dataset.objects.count() == 0
    assert not version.upload_path.exists()


def test_deleting_at_the_same_time_is_told_in_a_sentence(
    client_of: ClientOf, bob: User, version: DatasetVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's deletion falls between looking the dataset up and deleting it."""

    def look_up_too_early(request: HttpRequest, pk: int) -> Dataset:
        dataset = get_dataset_to_edit(request, pk)
        Dataset.objects.filter(pk=pk).delete()
        return dataset

    monkeypatch.setattr(views, "get_dataset_to_edit", look_up_too_early)
    client = client_of(bob)
    second = make_version(version.dataset.team, bob)
    page = client.post(f"/datasets/{version.dataset_id}/delete/", follow=True)
    assert "was deleted already" in page.content.decode()
    answer = client.post(f"/datasets/{second.dataset_id}/new/", {"file": file_of(csv_text(seed=3))})
    assert answer.status_code == 404


def test_a_dataset_in_use_stays(client_of: ClientOf, bob: User, version: DatasetVersion) -> None:
    make_study(version, bob)
    client = client_of(bob)
    path = f"/datasets/{version.dataset_id}/"
    assert "not possible while 1 study uses it" in client.get(path).content.decode()
    page = client.post(f"{path}delete/", follow=True).content.decode()
    assert "1 study uses it" in page
    assert version.upload_path.exists()


# -- who may --------------------------------------------------------------------------------------------------------


def changes(version: DatasetVersion) -> list[tuple[str, dict]]:
    path = f"/datasets/{version.dataset_id}/"
    return [
        (f"{path}new/", {"file": file_of(csv_text(seed=3))}),
        (columns_path(version), typed(version, role_city="ignored")),
        (f"{path}delete/", {}),
    ]


def test_the_stranger_finds_nothing(client_of: ClientOf, charlie: User, version: DatasetVersion) -> None:
    client = client_of(charlie)
    assert client.get(f"/datasets/{version.dataset_id}/").status_code == 404
    assert client.get(f"/datasets/{version.dataset_id}/new/").status_code == 404
    for path, data in changes(version):
        assert client.post(path, data).status_code == 404
    assert DatasetVersion.objects.count() == 1


def test_the_viewer_looks_and_changes_nothing(client_of: ClientOf, vera: User, version: DatasetVersion) -> None:
    client = client_of(vera)
    page = client.get(f"/datasets/{version.dataset_id}/").content.decode()
    assert "<select name=" not in page
    assert 'name="kind-' not in page
    assert "Save columns" not in page
    assert "Delete" not in page
    assert client.get(NEW).status_code == 403
    for path, data in [*changes(version), (NEW, {}), ("/datasets/samples/iris/", {})]:
        response = client.post(path, data)
        assert response.status_code == 403
        assert "Ask an owner for the editor role" in response.content.decode()
    assert version.columns.get(name="city").role == "feature"
    assert DatasetVersion.objects.count() == 1


def test_wrong_verbs(client_of: ClientOf, alice: User, version: DatasetVersion) -> None:
    client = client_of(alice)
    path = f"/datasets/{version.dataset_id}/"
    for only_post in (columns_path(version), f"{path}delete/"):
        assert client.get(only_post).status_code == 405
    for only_get in ("/datasets/", path):
        assert client.post(only_get).status_code == 405
    assert client.put(NEW).status_code == 405


def test_the_page_says_what_group_and_time_do_to_the_folds(
    client_of: ClientOf, vera: User, team: Team, bob: User
) -> None:
    version = make_visits(team, bob)
    page = client_of(vera).get(f"/datasets/{version.dataset_id}/").content.decode()
    assert "Rows belong to 24 groups of patient_id: folds keep each whole." in page
    assert "visit_date says when each row was: folds can be blocks of it." in page


def test_dates_are_told_by_the_day_unless_one_day_holds_all() -> None:
    assert days("2023-01-01 00:00", "2024-09-30T17:00") == "2023-01-01 to 2024-09-30"
    assert days("2023-01-01 00:00", "2023-01-01 17:00") == "2023-01-01 00:00 to 2023-01-01 17:00"
    assert days("1/2/2023", "30/9/2024") == "1/2/2023 to 30/9/2024"
