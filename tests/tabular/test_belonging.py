"""Groups and times are suggested where they are meant, and a plain column is left alone."""

from datetime import date, timedelta

import pytest

from studies.tabular import check_columns, read_table

N = 120
NOISE = [(7 * i * i + 3 * i) % 113 / 7 for i in range(N)]
YES = ["yes" if i % 3 else "no" for i in range(N)]
DAYS = [(date(2024, 1, 1) + timedelta(days=i // 2)).isoformat() for i in range(N)]


def values(count: int, kind: str) -> list[object]:
    return [f"P{i % count}" if kind == "word" else i % count for i in range(N)]


def column(table, name: str, cells: list[object]):
    return read_table(table(f"x,{name},outcome", NOISE, cells, YES)).columns[1]


@pytest.mark.parametrize(
    ("name", "count", "kind"),
    [
        ("patient_id", 24, "word"),
        ("PatientID", 5, "number"),
        ("patientId", 60, "word"),
        ("Subject", 15, "number"),
        ("customer no", 40, "word"),
        ("id_user", 30, "number"),
        ("participant", 12, "word"),
        ("store_id", 12, "number"),
        ("session", 30, "word"),
        ("group", 24, "word"),
        ("household key", 40, "number"),
    ],
)
def test_what_rows_belong_to_is_the_group(table, name, count, kind):
    found = column(table, name, values(count, kind))
    assert found.role == "group"
    assert "rows of one stay in one fold" in found.why


@pytest.mark.parametrize(
    ("name", "count", "kind"),
    [
        ("patient", 2, "word"),  # yes or no
        ("person", 6, "number"),  # how many
        ("persons", 24, "number"),
        ("family_size", 24, "number"),
        ("sessions", 30, "number"),
        ("session", 30, "number"),  # how many
        ("group", 3, "word"),  # treatment or control
        ("store", 12, "word"),  # new rows come from the same stores
        ("store_id", 4, "number"),
        ("customer_type", 24, "word"),
        ("user_age", 24, "number"),
        ("city", 24, "word"),
        ("product_id", 24, "word"),
        ("zip", 24, "number"),
        ("client_id", 115, "word"),  # next to nobody comes back
    ],
)
def test_a_plain_column_is_no_group(table, name, count, kind):
    assert column(table, name, values(count, kind)).role != "group"


@pytest.mark.parametrize("name", ["date", "Timestamp", "visit_date", "order date", "created_at", "invoiceDate", "ds"])
def test_when_a_row_was_is_the_time(table, name):
    expected = "feature" if name == "ds" else "time"
    assert column(table, name, DAYS).role == expected


@pytest.mark.parametrize("name", ["birth_date", "dob", "due_date", "expires_at", "hired_on", "valid_until", "start"])
def test_other_dates_are_features_and_say_what_a_model_gets_of_them(table, name):
    found = column(table, name, DAYS)
    assert (found.role, "day of the week" in found.why) == ("feature", True)


def test_few_or_missing_days_are_no_time(table):
    assert column(table, "date", [DAYS[i % 5] for i in range(N)]).role == "feature"
    assert column(table, "date", [day if i % 5 else "" for i, day in enumerate(DAYS)]).role == "feature"


def test_there_is_one_group_and_one_time(table):
    path = table(
        "session_id,patient_id,visit_date,date,outcome", values(40, "word"), values(20, "word"), DAYS, DAYS, YES
    )
    roles = {found.name: found.role for found in read_table(path).columns}
    assert roles == {
        "session_id": "feature", "patient_id": "group", "visit_date": "feature", "date": "time", "outcome": "target",
    }  # fmt: skip
    path = table("order_date,visit_date,x,outcome", DAYS, DAYS, NOISE, YES)
    assert [found.role for found in read_table(path).columns] == ["feature", "feature", "feature", "target"]


def test_a_group_is_never_taken_for_the_target(table):
    path = table("x,y0,patient_id", NOISE, YES, values(24, "word"))
    assert [found.role for found in read_table(path).columns] == ["feature", "target", "group"]
    given = read_table(path, roles={"patient_id": "target"}).columns
    assert [found.role for found in given] == ["feature", "feature", "target"]


def test_where_a_person_has_given_roles_nothing_is_suggested(table):
    path = table("x,patient_id,outcome", NOISE, values(24, "word"), YES)
    assert read_table(path, roles={"x": "ignored"}).columns[1].role == "feature"
    assert read_table(path, roles={"outcome": "target"}).columns[1].role == "group"
    kept = read_table(path, roles={"x": "ignored", "patient_id": "group"}).columns[1]
    assert (kept.role, "come back" in kept.why) == ("group", True)


def test_what_weakens_a_group_or_a_time_is_said(table):
    cells = ["" if i < 3 else "big" if i < 70 else f"p{i % 9}" for i in range(N)]
    days = ["" if i < 2 else day for i, day in enumerate(DAYS)]
    path = table("x,patient_id,date,outcome", NOISE, cells, days, YES)
    found = {w["code"]: w["message"] for w in check_columns(read_table(path).columns)}
    assert found["missing_group"] == (
        "3 rows have no value of the group “patient_id”: each counts as a group of its own."
    )
    assert found["missing_time"] == "2 rows have no value of the time “date”: blocks of time leave them out."
    assert found["large_group"] == "56% of the rows are of the group “big”: folds cannot be even."
    alone = read_table(path, roles={"x": "group", "outcome": "target"}).columns
    assert "lone_groups" not in {w["code"] for w in check_columns(alone)}
    each = table("x,code,outcome", NOISE, [f"c{i}" for i in range(N)], YES)
    lone = check_columns(read_table(each, roles={"code": "group"}).columns)
    assert "lone_groups" in {w["code"] for w in lone}
