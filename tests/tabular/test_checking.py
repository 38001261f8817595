"""Warnings that guard the evaluation, and targets that cannot be predicted."""

import pytest

from studies.tabular import check_columns, check_target, read_table
from studies.tabular.describe import describe

N = 60
NOISE = [i * 7919 % 1009 / 7 for i in range(N)]
CLASSES = ["abc"[i % 3] for i in range(N)]


def warnings_of(table, names, *columns, **options):
    return {item["code"]: item for item in check_columns(read_table(table(names, *columns), **options).columns)}


def errors_of(table, cells, task, target="y", **options):
    columns = read_table(table("x,y", NOISE[: len(cells)], cells), roles={"y": "target"}, **options).columns
    return check_target(columns, target, task)


def test_a_sound_table_has_nothing_to_warn_of(table):
    assert warnings_of(table, "x,z,y", NOISE, NOISE[::-1], CLASSES) == {}


def test_constant_and_empty_columns(table):
    found = warnings_of(table, "c,e,x,y", [5] * N, [""] * N, NOISE, CLASSES)
    assert found["constant"]["column"] == "c"
    assert found["empty"]["column"] == "e"


def test_identifiers_are_set_aside_with_a_reason(table):
    found = warnings_of(table, "no,x,y", list(range(N)), NOISE, CLASSES)
    assert found.keys() == {"set_aside"}
    assert "row number" in found["set_aside"]["message"]


def test_duplicate_rows_are_counted_without_the_identifier(table):
    found = warnings_of(table, "id,x,y", [f"k{i}" for i in range(N)], [i % 12 for i in range(N)], CLASSES)
    assert "48 rows of 60 are copies" in found["duplicate_rows"]["message"]


def test_negative_zero_and_missing_are_equal_to_themselves(table):
    found = warnings_of(table, "x,y", ["-0", "0", "", ""] * 3, ["1", "1", "2", "2"] * 3)
    assert "10 rows of 12" in found["duplicate_rows"]["message"]


def test_rows_without_a_target_are_counted(table):
    found = warnings_of(table, "x,y", NOISE, [*CLASSES[:-4], "", "NA", "?", ""])
    assert found["missing_target"]["message"].startswith("4 rows without a value of the target “y”")


def test_rare_classes_are_named_with_the_folds_they_allow(table):
    found = warnings_of(table, "x,y", NOISE, [*CLASSES[:-3], "z", "z", "z"])
    assert "“z” (3 rows); at most 3 folds" in found["rare_class"]["message"]


def test_mostly_missing_many_levels_spelling_and_hidden_characters(table):
    cells = ["x"] + [""] * (N - 1)
    assert warnings_of(table, "m,x,y", cells, NOISE, CLASSES)["mostly_missing"]["column"] == "m"
    cells = ["Oslo", "oslo", "Bergen"] * 20
    assert "“Oslo”, “oslo”" in warnings_of(table, "c,x,y", cells, NOISE, CLASSES)["spelling"]["message"]
    assert "invisible" in warnings_of(table, "c,x,y", ["a\u200bb", "ab"] * 30, NOISE, CLASSES)
    many = [f"city {i % 150}" for i in range(600)]
    found = warnings_of(table, "c,x,y", many, [i % 97 / 3 for i in range(600)], CLASSES * 10)
    assert "150 different values" in found["high_cardinality"]["message"]


def test_a_category_of_thousands_of_values_is_set_aside(table):
    many = [f"city {i % 1200}" for i in range(3000)]
    column = read_table(table("c,x,y", many, [i % 97 / 3 for i in range(3000)], CLASSES * 50)).columns[0]
    assert (column.kind, column.role) == ("category", "ignored")
    assert "1,200 different values are too many" in column.why


def test_a_copy_of_the_target_under_other_words_is_found(table):
    other = [{"a": 3, "b": 1, "c": 2}[word] for word in CLASSES]
    found = warnings_of(table, "copy,x,y", other, NOISE, CLASSES)
    assert found["target_copy"]["column"] == "copy"
    nearly = [*other[:-1], 9]
    assert "target_copy" not in warnings_of(table, "copy,x,y", nearly, NOISE, CLASSES)


def test_more_features_than_rows(table):
    names = ",".join(f"c{i}" for i in range(20))
    columns = [[(i * 31 + j * 17) % 23 / 3 for i in range(12)] for j in range(20)]
    assert "19" in warnings_of(table, names, *columns)["wide"]["message"]


@pytest.mark.parametrize(
    ("cells", "task"),
    [
        (CLASSES, "classification"),
        (["yes", "no"] * 30, "classification"),
        ([i % 7 for i in range(N)], "classification"),
        ([i % 7 for i in range(N)], "regression"),
        (NOISE, "regression"),
    ],
)
def test_targets_that_can_be_predicted(table, cells, task):
    assert errors_of(table, cells, task) == []


@pytest.mark.parametrize(
    ("cells", "task", "words"),
    [
        (["a"] * N, "classification", "Every row of “y” is “a”"),
        ([4] * N, "regression", "Every row of “y” is “4”"),
        (CLASSES, "regression", "Regression predicts a number"),
        (["yes", "no"] * 30, "regression", "of kind boolean"),
        (NOISE, "classification", "a class of its own. Choose regression"),
        ([i // 2 / 7 for i in range(N)], "classification", "measured numbers, 30 different"),
        ([f"some words about the row {i} here" for i in range(N)], "classification", "of kind text"),
        ([f"2024-01-{1 + i % 28:02d}" for i in range(N)], "regression", "of kind date"),
        ([*CLASSES[:9], *[""] * 51], "classification", "a value in only 9 rows"),
    ],
)
def test_targets_that_cannot(table, cells, task, words):
    (error,) = errors_of(table, cells, task)
    assert words in error


def test_more_than_a_hundred_classes(table):
    cells = [i % 101 for i in range(303)]
    columns = read_table(table("x,y", [i % 97 / 3 for i in range(303)], cells), roles={"y": "target"}).columns
    (error,) = check_target(columns, "y", "classification")
    assert "101 different values" in error


def test_no_such_target_and_no_feature(table):
    assert "no column “z”" in errors_of(table, CLASSES, "classification", target="z")[0]
    columns = read_table(table("x,y", NOISE, CLASSES), roles={"x": "ignored", "y": "target"}).columns
    assert "No column is left as a feature" in check_target(columns, "y", "classification")[0]


def test_a_lopsided_target_is_told(table):
    found = warnings_of(table, "x,y", NOISE, ["no"] * 56 + ["yes"] * 4)
    assert "93% of the rows have the target “y” at “no”" in found["imbalanced"]["message"]


def test_many_warnings_of_a_kind_are_condensed(table):
    names = ",".join([*(f"c{i}" for i in range(30)), "x", "y"])
    reading = read_table(table(names, *[[1] * N] * 30, NOISE, CLASSES))
    warnings = describe(reading)["warnings"]
    assert [item["column"] for item in warnings] == ["c0", "c1", "c2", "c3", "c4", None]
    assert "25 more columns: “c5”, “c6”, “c7”, “c8”, “c9” and 20 more" in warnings[-1]["message"]
