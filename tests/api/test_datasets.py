"""Datasets over HTTP."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from studies.engine import errands
from studies.engine.reading_job import run_reading
from studies.models import Dataset, DatasetVersion, TableReading
from tests.factories import csv_text, make_version


def table(content: str = "", name: str = "table.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, (content or csv_text()).encode())


def test_an_upload_becomes_a_dataset(program_of, bob) -> None:
    answer = program_of(bob).upload(file=table(), name="Customers", target="city")
    assert answer.status_code == 201
    body = answer.json()
    assert body["name"] == "Customers"
    assert (body["version"]["number"], body["version"]["state"], body["version"]["rows"]) == (1, "ready", 60)
    roles = {column["name"]: column["role"] for column in body["version"]["columns"]}
    assert roles["city"] == "target"
    assert Dataset.objects.get(pk=body["id"]).created_by == bob
    assert program_of(bob).get(f"/datasets/{body['id']}").json() == body


def test_another_version_of_a_dataset(program_of, bob, version) -> None:
    answer = program_of(bob).upload(file=table(csv_text(seed=3)), dataset=str(version.dataset_id))
    assert answer.status_code == 201
    assert (answer.json()["id"], answer.json()["version"]["number"]) == (version.dataset_id, 2)


def test_refused_uploads_store_nothing(program_of, bob, charlie, version) -> None:
    program = program_of(bob)
    theirs = make_version(charlie.teams.get(), charlie, rows=40)
    refused = [
        (program.upload(file=table("a,b\n1\n"), name="x"), 422, {"file"}),
        (program.upload(file=table(), name=version.dataset.name), 422, {"name"}),
        (program.upload(file=table(), name=" "), 422, {"name"}),
        (program.upload(name="x"), 422, {"file"}),
        (program.upload(file=table(), name="x", targte="city"), 422, {"targte"}),
        (program.upload(file=table(), dataset=str(theirs.dataset_id)), 422, {"dataset"}),
        (program.upload(file=table(), dataset="9" * 40), 422, {"dataset"}),
        (program.post("/datasets", {"name": "x"}), 415, set()),
        (program.post("/datasets", "nonsense", content_type="multipart/form-data"), 400, set()),
    ]
    for answer, status, fields in refused:
        assert (answer.status_code, answer.json()["errors"].keys()) == (status, fields), answer.json()
    assert DatasetVersion.objects.count() == 2


def test_how_to_read_is_said_as_in_the_form(program_of, bob) -> None:
    content = "a;b;city\n" + "".join(f"{i},5;{'?' if i % 3 else i};{'Bern' if i % 2 else 'Graz'}\n" for i in range(40))
    said = {"separator": "semicolon", "decimal": ",", "missing_words": "?, Bern", "target": "a"}
    answer = program_of(bob).upload(file=table(content), name="x", **said)
    assert answer.status_code == 201, answer.json()
    columns = {column.name: column for column in DatasetVersion.objects.get().columns.all()}
    assert (columns["a"].kind, columns["b"].kind) == ("number", "integer")
    assert (columns["b"].profile["missing"], columns["city"].profile["missing"]) == (26, 20)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("separator", "abc"),
        ("decimal", "x"),
        ("encoding", "rot13"),
        ("missing_words", "x" * 1001),
        ("target", "nobody"),
    ],
)
def test_what_cannot_be_followed_is_refused_at_its_field(program_of, bob, field: str, value: str) -> None:
    answer = program_of(bob).upload(file=table(), name="x", **{field: value})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert DatasetVersion.objects.count() == 0


def test_the_list_costs_the_same_however_long(program_of, vera, team, django_assert_max_num_queries) -> None:
    for name in ("b", "a", "c"):
        make_version(team, rows=40, name=name)
    Dataset.objects.create(team=team, name="d")
    program = program_of(vera)
    with django_assert_max_num_queries(7):
        found = program.get("/datasets").json()
    assert [row["name"] for row in found] == ["a", "b", "c", "d"]
    assert [row["version"] is None for row in found] == [False, False, False, True]


def test_viewers_and_strangers(program_of, vera, charlie, version) -> None:
    assert program_of(vera).upload(file=table(), name="x").status_code == 403
    assert program_of(vera).get(f"/datasets/{version.dataset_id}").status_code == 200
    assert program_of(charlie).get(f"/datasets/{version.dataset_id}").status_code == 404
    assert program_of(charlie).get("/datasets").json() == []


def test_a_held_out_set_is_wanted_at_the_upload_and_told(program_of, bob) -> None:
    program = program_of(bob)
    body = program.upload(file=table(), name="Held", held_out="20 %").json()
    assert body["held_out"] == {"rows": 12, "how": "stratified", "fixed": False}
    assert body["version"]["rows"] == 48
    later = program.upload(file=table(), dataset=str(body["id"]), held_out="0.2")
    assert (later.status_code, set(later.json()["errors"])) == (422, {"held_out"})
    wrong = program.upload(file=table(), name="Other", held_out="0.7")
    assert wrong.json()["errors"]["held_out"] == [
        "“0.7” is no share; choose auto, none, or a share from 5 to 50 %."
    ]  # fmt: skip
    assert program.upload(file=table(), name="None").json()["held_out"] is None


def test_a_large_file_is_answered_before_it_is_read(program_of, bob, settings, monkeypatch) -> None:
    monkeypatch.setattr(errands, "ring_waiting", lambda: None)
    settings.READING_NOW_MB = 0
    program = program_of(bob)
    answer = program.upload(file=table(), name="Customers")
    assert answer.status_code == 202
    body = answer.json()
    waits = {"version": body["version"]["id"], "number": 1, "state": "reading", "share": 0.0, "error": ""}
    assert (body["version"]["state"], body["reading"]) == ("reading", waits)
    address = f"/datasets/{body['id']}"
    assert program.get(address).json() == body
    run_reading(TableReading.objects.get().pk)
    body = program.get(address).json()
    assert (body["version"]["state"], body["version"]["separator"], body["reading"]) == ("ready", ",", None)
    second = program.upload(file=table("a,b\n1,2\n3\n"), dataset=str(body["id"])).json()["reading"]
    run_reading(TableReading.objects.get(version=second["version"]).pk)
    body = program.get(address).json()
    assert (body["version"]["number"], body["reading"]["number"], body["reading"]["state"]) == (1, 2, "refused")
    assert "2" in body["reading"]["error"]
