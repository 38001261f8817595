"""What a column seems to be, with a word why."""

import pytest

from studies.tabular import read_table, suggest_task

N = 40
CYCLE = [i % 4 for i in range(N)]


def kind_of(table, cells, name="a"):
    return read_table(table(f"{name},b", cells, CYCLE)).columns[0]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([i * 7 % 19 for i in range(N)], "integer"),
        ([-i % 3 for i in range(N)], "integer"),
        ([0, 1] * 20, "boolean"),
        (["0.0", "1.0"] * 20, "boolean"),
        ([0, 1, 2, 1] * 10, "integer"),
        ([i / 7 for i in range(N)], "number"),
        (["1.0", "2.0"] * 20, "number"),
        (["1e3", ".5", "5.", "-2E-3"] * 10, "number"),
        (["yes", "no"] * 20, "boolean"),
        (["True", "False"] * 20, "boolean"),
        (["yes", "no", "maybe", "no"] * 10, "category"),
        (["Yes", "yes", "no", "no"] * 10, "category"),
        (["red", "green"] * 20, "category"),
        (["00501", "10001"] * 20, "category"),
        ([f"2024-01-{1 + i % 28:02d}" for i in range(N)], "date"),
        ([f"2024-01-02T03:{i:02d}:00Z" for i in range(N)], "date"),
        ([f"{1 + i % 28}.3.2021" for i in range(N)], "date"),
        ([f"12/{1 + i % 28}/2021 14:30" for i in range(N)], "date"),
        ([f"{1 + i % 28} March 2021" for i in range(N)], "date"),
        ([f"2024-{1 + i % 12:02d}" for i in range(N)], "date"),
        (["Mar 2024", "Apr 2024"] * 20, "date"),
        (["2024Q1", "2024Q4"] * 20, "date"),
        (["31.03.24", "01.04.24"] * 20, "date"),
        (["3/31/99", "4/1/00"] * 20, "date"),
        ([20240300 + 1 + i % 28 for i in range(N)], "integer"),
        ([f"20{i % 30:02d}-20" for i in range(N)], "text"),
        ([f"a sentence about thing {i} and what it does" for i in range(N)], "text"),
        ([f"u{i * 37:x}" for i in range(N)], "id"),
        ([1000 + i for i in range(N)], "id"),
        ([9007199254740993 + 11 * i for i in range(N)], "id"),
    ],
)
def test_kinds(table, cells, kind):
    assert kind_of(table, cells).kind == kind


@pytest.mark.parametrize(
    "bad",
    ["1_000", "１２", "infinity", "inf", "1e400", "0x10", "1 2", "--1", "1.2.3", "12%", "$5", "٣", "1e", "+", "."],
)
def test_what_python_calls_a_number_but_no_person_does(table, bad):
    cells = [i / 7 for i in range(N - 1)] + [bad]
    column = kind_of(table, cells)
    if bad == ".":
        assert (column.kind, int(column.missing.sum())) == ("number", 1)
    else:
        assert column.kind not in ("number", "integer")


def test_mixed_columns_are_counted_and_the_first_stranger_named(table):
    reading = read_table(table("a,b", [*range(1, 38), "1e400", "inf", "n.n."], CYCLE))
    (warning,) = [item for item in reading.warnings if item["code"] == "mixed"]
    assert warning["column"] == "a"
    assert "37 of 40 cells are numbers, 3 not" in warning["message"]
    assert "“1e400” on line 39" in warning["message"]


@pytest.mark.parametrize("cells", [["12%", "7 %"], ["$5", "$1200.50"], ["1 000", "2 500"], ["−5", "3"]])
def test_numbers_in_fancy_dress_are_named(table, cells):
    codes = [item["code"] for item in read_table(table("a,b", cells * 20, CYCLE)).warnings]
    assert codes in (["decorated"], ["mixed"])


@pytest.mark.parametrize(
    "name", ["id", "ID", "customer_id", "customerID", "PassengerId", "user id", "row", "uuid", "studyid", "identifier"]
)
def test_names_tell_identifiers(table, name):
    column = kind_of(table, [i * 7919 % 1009 for i in range(N)], name)
    assert (column.kind, column.role) == ("id", "ignored")
    assert "different" in column.why


@pytest.mark.parametrize("name", ["price", "paid", "width", "idea", "grid"])
def test_distinct_numbers_of_other_names_are_numbers(table, name):
    assert kind_of(table, [i * 7919 % 1009 for i in range(N)], name).kind == "integer"


def test_years_count_up_and_are_no_row_numbers(table):
    assert kind_of(table, list(range(1980, 1980 + N)), "year").kind == "integer"


def test_impossible_dates_are_no_dates(table):
    assert kind_of(table, [f"2024-02-{28 + i % 4}" for i in range(N)]).kind == "category"
    assert kind_of(table, ["13/1/2024", "1/13/2024"] * 20).kind == "category"


def test_a_column_without_values_is_set_aside(table):
    column = kind_of(table, ["NA"] * N)
    assert (column.role, bool(column.missing.all())) == ("ignored", True)
    assert "no values" in column.why


def test_target_is_suggested_by_name_else_the_last_usable_column(table):
    def target(names, *columns):
        return next(c.name for c in read_table(table(names, *columns)).columns if c.role == "target")

    words = [f"w{i}" for i in range(N)]
    assert target("a,b,c", CYCLE, CYCLE, CYCLE) == "c"
    assert target("a,Class,c", CYCLE, CYCLE, CYCLE) == "Class"
    assert target("a,risk_label,c", CYCLE, CYCLE, CYCLE) == "risk_label"
    assert target("a,b,code", CYCLE, CYCLE, words) == "b"


def test_roles_of_a_person_win(table):
    path = table("a,b,y", CYCLE, CYCLE, CYCLE)
    assert [c.role for c in read_table(path, roles={"a": "target"}).columns] == ["target", "feature", "feature"]
    assert [c.role for c in read_table(path, roles={"y": "ignored"}).columns] == ["feature", "target", "ignored"]
    assert [c.role for c in read_table(path, roles={"y": "group"}).columns] == ["feature", "target", "group"]


def test_tasks(table):
    def task(cells, **options):
        return suggest_task(read_table(table("a,y", CYCLE, cells), roles={"y": "target"}, **options).columns[1])

    assert task(["red", "green"] * 20) == "classification"
    assert task(["yes", "no"] * 20) == "classification"
    assert task(CYCLE) == "classification"
    assert task(["0.0", "1.0"] * 20) == "classification"
    assert task([i % 15 for i in range(N)]) == "regression"
    assert task([i * i + 3 for i in range(N)]) == "regression"
    assert task([i / 7 for i in range(N)]) == "regression"


@pytest.mark.parametrize(
    "name", ["zip", "postal_code", "cowcode2", "region", "home_state", "Race", "origin", "job_type", "plan_id"]
)
def test_whole_numbers_with_the_name_of_a_code_are_a_category(table, name):
    column = kind_of(table, [10 * (1 + i % 9) for i in range(N)], name)
    assert (column.kind, "codes" in column.why) == ("category", True)
    if "code" in name:
        assert kind_of(table, [f"{10 * (1 + i % 9)}.0" for i in range(N)], name).kind == "category"


@pytest.mark.parametrize(("cells", "told"), [(-999, True), (9999, True), (41, False), (99, False)])
def test_a_number_that_often_stands_for_missing_is_named_and_kept(table, cells, told):
    reading = read_table(table("a,b", [10 + i for i in range(N - 3)] + [cells] * 3, CYCLE))
    messages = [item["message"] for item in reading.warnings if item["code"] == "sentinel"]
    assert not reading.columns[0].missing.any()
    assert bool(messages) == told
    assert not told or f"{cells} in 3 cells of 40" in messages[0]


def test_words_that_are_all_different_are_identifiers_though_a_few_are_missing(table):
    assert kind_of(table, [f"u{i * 37:x}" for i in range(N - 2)] + ["NA"] * 2).kind == "id"


def test_years_in_order_are_the_time_and_an_id_that_comes_back_is_the_group(table):
    years = read_table(table("year,b", [1950 + i // 2 for i in range(N)], CYCLE)).columns
    births = read_table(table("year,b", [1950 + i * 7 % 30 for i in range(N)], CYCLE)).columns
    panel = read_table(table("id,b", [i // 3 for i in range(N)], CYCLE)).columns
    assert [years[0].role, births[0].role, panel[0].role] == ["time", "feature", "group"]


def test_numbers_are_phones_or_seconds_since_1970_only_by_their_names(table):
    phones = kind_of(table, [301234567 + 7919 * i % 40000 for i in range(N)], "phone")
    seconds = read_table(table("created_ts,b", [1_600_000_000 + 7919 * i % 90_001 for i in range(N)], CYCLE)).columns[0]
    assert [phones.kind, seconds.kind, seconds.role] == ["text", "integer", "time"]
