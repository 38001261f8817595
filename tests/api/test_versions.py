"""A dataset's versions over HTTP: what each holds, its file, columns corrected, warnings answered, deleting."""

import json
from typing import Any

import pytest
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile

from studies.engine.change_job import run_change
from studies.engine.reading_job import run_reading
from studies.models import Dataset, DatasetChange, DatasetVersion, Study, TableReading
from tests.bad_input.conftest import no_child  # noqa: F401  (read in this process: limits have tests of their own)
from tests.factories import add_version, csv_text, make_study

VISITS = "patient,day,code,age,healthy\n" + "".join(
    f"p{i // 3},2024-{1 + i % 12:02}-{1 + i // 12:02},{i % 4},{20 + i * 7 % 50},{'yes' if i % 3 else 'no'}\n"
    for i in range(60)
)


def file_of(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("visits.csv", text.encode())


def columns_of(version: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {column["name"]: (column["kind"], column["role"]) for column in version["columns"]}


def test_group_time_kinds_and_roles_are_said_with_the_upload(program_of, bob) -> None:
    said = {"target": "healthy", "group": "patient", "time": "day", "kinds": json.dumps({"code": "category"})}
    said["roles"] = json.dumps({"age": "ignored"})
    program = program_of(bob)
    answer = program.upload(file=file_of(VISITS), name="Visits", **said)
    assert answer.status_code == 201, answer.json()
    found = columns_of(answer.json()["version"])
    assert found["healthy"][1] == "target"
    assert (found["patient"][1], found["day"]) == ("group", ("date", "time"))
    assert (found["code"], found["age"][1]) == (("category", "feature"), "ignored")
    later = program.upload(file=file_of(VISITS + "p99,2025-01-01,1,33,no\n"), dataset=str(answer.json()["id"]))
    assert columns_of(later.json()["version"]) == found, "what was said holds for the next version"
    taken = program.upload(file=file_of(VISITS), name="By code", roles=json.dumps({"code": "group", "age": "target"}))
    roles = [role for _, role in columns_of(taken.json()["version"]).values()]
    assert (roles.count("group"), roles.count("target")) == (1, 1), "a guess gives way to what was said"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"group": "nobody"}, "group"),
        ({"time": "age", "roles": {"age": "ignored"}}, "time"),
        ({"target": "age", "group": "age"}, "group"),
        ({"target": "age", "roles": {"healthy": "target"}}, "roles"),
        ({"roles": {"nobody": "target"}}, "roles.nobody"),
        ({"roles": {"age": "king"}}, "roles.age"),
        ({"roles": {"age": "group", "code": "group"}}, "roles.age"),
        ({"roles": {"age": 1}}, "roles.age"),
        ({"roles": [1]}, "roles"),
        ({"kinds": "{"}, "kinds"),
        ({"kinds": {"patient": "date"}}, "kinds.patient"),
        ({"kinds": {"patient": "integral"}}, "kinds.patient"),
    ],
)
def test_what_does_not_fit_the_upload_is_refused_at_its_field(program_of, bob, said: dict, field: str) -> None:
    sent = {name: value if isinstance(value, str) else json.dumps(value) for name, value in said.items()}
    answer = program_of(bob).upload(file=file_of(VISITS), name="Visits", **sent)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field]), answer.json()
    assert not Dataset.objects.exists()


def test_kinds_and_roles_of_a_large_file_are_kept_for_the_worker_that_reads_it(program_of, bob, settings) -> None:
    settings.READING_NOW_MB = 0
    upload = program_of(bob).upload
    unknown = upload(file=file_of(VISITS), name="Visits", kinds='{"patient": "integral"}')
    assert (unknown.status_code, list(unknown.json()["errors"])) == (422, ["kinds.patient"])
    assert not Dataset.objects.exists()
    for name, kinds in (("Visits", {"code": "category"}), ("Others", {"nobody": "category"})):
        said = {"group": "patient", "roles": '{"age": "ignored"}', "kinds": json.dumps(kinds)}
        assert upload(file=file_of(VISITS), name=name, **said).status_code == 202
        run_reading(TableReading.objects.get(version__dataset__name=name).pk)
    read, refused = DatasetVersion.objects.order_by("pk")
    assert read.group.name == "patient"
    assert {(one.name, one.kind, one.role) for one in read.columns.all()} >= {
        ("code", "category", "feature"),
        ("age", "integer", "ignored"),
    }
    assert (refused.state, refused.reading.error) == ("refused", "There is no column “nobody”.")


def test_versions_are_listed_and_shown_and_their_bytes_downloaded(
    program_of, vera, alice, version, django_assert_max_num_queries
) -> None:
    second = add_version(version, csv_text(50))
    make_study(version, alice)
    program, address = program_of(vera), f"/datasets/{version.dataset_id}/versions"
    with django_assert_max_num_queries(6):
        rows = program.get(address).json()
    assert [(row["number"], row["rows"], row["studies"]) for row in rows] == [(2, 50, 0), (1, 60, 1)]
    assert rows[1]["content_hash"] == version.content_hash
    DatasetVersion.objects.filter(pk=second.pk).update(
        warnings=[{"code": "mostly_missing", "column": "age", "message": "Mostly missing.", "level": "asks"}]
    )
    with django_assert_max_num_queries(9):
        shown = program.get(f"{address}/2").json()
    assert (shown["number"], shown["separator"], shown["task"]) == (2, ",", "classification")
    assert [column["name"] for column in shown["columns"]] == ["age", "income", "city", "outcome"]
    assert (shown["warnings"][0]["acts"], shown["warnings"][0]["kept"]) == (["ignore"], None)
    file = program.get(f"{address}/1/file")
    assert b"".join(file) == csv_text(60).encode()
    assert file["Content-Disposition"] == 'attachment; filename="table.csv"'
    assert (file["X-Content-Type-Options"], file["Cache-Control"]) == ("nosniff", "no-store")
    version.upload_path.unlink()
    gone = program.get(f"{address}/1/file")
    assert (gone.status_code, "is gone" in gone.json()["detail"]) == (503, True)
    for path in (f"{address}/3", f"{address}/{10**30}/file", f"/datasets/{10**30}/versions"):
        assert program.get(path).status_code == 404


def test_columns_are_corrected_and_a_version_in_use_stays(program_of, bob, version) -> None:
    program, address = program_of(bob), f"/datasets/{version.dataset_id}/versions/1"
    assert program.patch(address, {"roles": {"age": "ignored"}, "kinds": {"income": "category"}}).status_code == 200
    found = columns_of(program.get(address).json())
    assert (found["age"][1], found["income"][0], found["city"][1]) == ("ignored", "category", "feature")
    assert program.patch(address, {}).status_code == 200
    refused = [
        ({"roles": {"agee": "ignored"}}, "roles.agee", 'Did you mean "age"?'),
        ({"roles": {"city": "target"}}, "roles.outcome", "There is one target at most: make this column a feature"),
        ({"kinds": {"city": "date"}}, "kinds.city", "date"),
        ({"kinds": {"city": "x"}}, "kinds.city", "is not a kind; choose number"),
        ({"columns": {}}, "columns", "There is no key"),
        ({"roles": "x"}, "roles", "must be an object"),
    ]
    for body, field, said in refused:
        answer = program.patch(address, body)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field]), answer.json()
        assert said in answer.json()["errors"][field][0]
    make_study(version, bob, state="complete")
    answer = program.patch(address, {"roles": {"age": "feature"}})
    assert (answer.status_code, answer.json()["number"]) == (201, 2)
    assert columns_of(program.get(address).json()) == found
    DatasetVersion.objects.filter(pk=version.pk).update(state="refused")
    assert program.patch(address, {"roles": {"age": "feature"}}).status_code == 409


def test_a_large_table_is_corrected_by_a_worker_and_says_why_it_was_not(program_of, bob, version, settings) -> None:
    settings.READING_NOW_MB = 0
    program, address = program_of(bob), f"/datasets/{version.dataset_id}/versions/1"
    asked = program.patch(address, {"kinds": {"city": "number"}})
    assert (asked.status_code, asked.json()["change"]["state"]) == (202, "waiting")
    assert "asked for before" in program.patch(address, {"roles": {"city": "ignored"}}).json()["detail"]
    run_change(DatasetChange.objects.get().pk)
    change = program.get(address).json()["change"]
    assert (change["state"], change["column"], "line 2 holds" in change["error"]) == ("failed", "city", True)
    assert program.patch(address, {}).json()["change"] is None


def test_the_bytes_are_read_in_another_way(program_of, bob, version) -> None:
    program, address = program_of(bob), f"/datasets/{version.dataset_id}/versions/1/read-again"
    answer = program.post(address, {"missing_words": "Bern, Graz", "separator": "comma"})
    assert (answer.status_code, answer.json()["number"]) == (200, 1), answer.json()
    city = next(column for column in answer.json()["columns"] if column["name"] == "city")
    assert city["profile"]["missing"] == csv_text().count(",Bern,") + csv_text().count(",Graz,")
    refused = [
        ({"separator": "x"}, "separator"),
        ({"separator": [","]}, "separator"),
        ({"missing_words": "x" * 1001}, "missing_words"),
        ({"target": "nobody"}, "target"),
        ({"separator": "pipe"}, "file"),
        ({"words": "x"}, "words"),
    ]
    for body, field in refused:
        answer = program.post(address, body)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field]), answer.json()


def test_a_warning_is_answered_or_its_remedy_applied(program_of, bob, version) -> None:
    warning = {"code": "mostly_missing", "column": "age", "message": "Mostly missing.", "level": "asks"}
    DatasetVersion.objects.filter(pk=version.pk).update(warnings=[warning])
    program, address = program_of(bob), f"/datasets/{version.dataset_id}/versions/1"
    about = {"code": "mostly_missing", "column": "age"}
    refused = [
        (about, 422, "act"),
        (about | {"act": "eat"}, 422, "act"),
        (about | {"act": "keep"}, 422, "reason"),
        (about | {"act": "keep", "reason": "a\u202eb"}, 422, "reason"),
        ({"code": "telling", "act": "keep", "reason": "x"}, 422, "code"),
        ({"code": 1, "act": "keep"}, 422, "code"),
        (about | {"act": "number"}, 409, None),
    ]
    for body, status, field in refused:
        answer = program.post(f"{address}/guards", body)
        assert (answer.status_code, next(iter(answer.json()["errors"]), None)) == (status, field), answer.json()
    kept = about | {"act": "keep", "reason": "It is known so."}
    shown = program.post(f"{address}/guards", kept).json()
    assert (shown["warnings"][0]["kept"]["reason"], shown["warnings"][0]["kept"]["by"]) == ("It is known so.", str(bob))
    assert program.post(f"{address}/guards", kept).status_code == 409
    assert program.post(f"{address}/guards", about | {"act": "ask"}).json()["warnings"][0]["kept"] is None
    done = program.post(f"{address}/guards", about | {"act": "ignore"})
    assert (done.status_code, columns_of(done.json())["age"][1]) == (200, "ignored")


def test_deleting_is_refused_while_in_use_and_says_by_what(program_of, bob, version) -> None:
    program, address = program_of(bob), f"/datasets/{version.dataset_id}"
    assert "it is the only one" in program.delete(f"{address}/versions/1").json()["detail"]
    second = add_version(version, csv_text(50))
    study = make_study(version, bob, name="Forest")
    for path in (f"{address}/versions/1", address):
        answer = program.delete(path)
        assert (answer.status_code, "the study “Forest” rests on its rows" in answer.json()["detail"]) == (409, True)
    assert program.delete(f"{address}/versions/2").status_code == 204
    assert not second.upload_path.exists()
    assert program.delete(f"{address}/versions/2").status_code == 404
    Study.objects.filter(pk=study.pk).delete()
    assert program.delete(address).status_code == 204
    assert not Dataset.objects.exists()
    assert not any(site.DATASETS.glob(version.stored_as))


def test_viewers_read_and_change_nothing(program_of, vera, version) -> None:
    program, address = program_of(vera), f"/datasets/{version.dataset_id}"
    answers = [
        program.patch(f"{address}/versions/1", {"roles": {"age": "ignored"}}),
        program.post(f"{address}/versions/1/read-again", {}),
        program.post(f"{address}/versions/1/guards", {}),
        program.delete(f"{address}/versions/1"),
        program.delete(address),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5
    assert version.columns.get(name="age").role == "feature"
