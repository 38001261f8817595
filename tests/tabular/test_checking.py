"""Warnings that guard the evaluation, and targets that cannot be predicted."""

from math import exp
from statistics import NormalDist

import pytest

from studies.tabular import check_columns, check_target, read_table
from studies.tabular.checking import judge_alone
from studies.tabular.describe import describe
from studies.tabular.samples import SAMPLES, write_sample

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


def test_a_category_of_thousands_of_values_is_a_feature_where_each_comes_back(table):
    many = [f"city {i % 1200}" for i in range(6000)]
    column = read_table(table("c,x,y", many, [i % 97 / 3 for i in range(6000)], CLASSES * 100)).columns[0]
    assert (column.kind, column.role) == ("category", "feature")


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
    assert warnings[-1]["figures"] == {"columns": [f"c{i}" for i in range(5, 30)]}


# -- one column that gives the target away


def patients(n=400):
    """Days to the next visit decide the target; age hardly tells."""
    days = [1 + i * 7919 % 365 for i in range(n)]
    return days, [18 + i * 31 % 70 for i in range(n)], ["yes" if day <= 30 * 4 else "no" for day in days]


def test_a_column_that_nearly_is_the_target_is_accused_and_an_honest_one_is_not(table):
    days, age, target = patients()
    found = warnings_of(table, "days,age,y", days, age, target)
    assert found.keys() == {"telling"}
    accused = found["telling"]
    assert (accused["column"], accused["level"]) == ("days", "blocks")
    assert accused["figures"]["alone"] >= accused["figures"]["at_least"] >= 0.95
    assert "balanced accuracy of" in accused["message"]


def test_noisy_copies_of_a_target_are_accused(table):
    classes = [word if i % 100 else "a" for i, word in enumerate(CLASSES * 20)]
    noise = [i * 7919 % 1009 / 7 for i in range(1200)]
    assert warnings_of(table, "c,x,y", classes, noise, CLASSES * 20)["telling"]["column"] == "c"
    numbers = [i * 7919 % 1201 / 3 for i in range(400)]
    pounds = [round(2.2 * value + i % 7, 2) for i, value in enumerate(numbers)]
    found = warnings_of(table, "lb,x,y", pounds, noise[:400], numbers)
    assert found["telling"]["column"] == "lb"
    assert "R² of" in found["telling"]["message"]


def test_what_a_target_is_made_from_is_accused_whatever_its_shape(table):
    logarithm = [NormalDist(3, 0.8).inv_cdf((i * 7919 % 1000 + 0.5) / 1000) for i in range(1000)]
    found = warnings_of(table, "log,x,y", logarithm, [i * 31 % 70 for i in range(1000)], list(map(exp, logarithm)))
    assert found["telling"]["column"] == "log"


@pytest.mark.parametrize("sample", ["iris", "wine", "breast_cancer", "diabetes", "churn"])
def test_no_honest_feature_of_a_sample_is_accused(sample, tmp_path):
    path = tmp_path / "sample.csv"
    write_sample(sample, path)
    columns = read_table(path, roles={SAMPLES[sample].target: "target"}).columns
    alone = judge_alone(columns)
    assert not {"telling", "target_copy"} & {item["code"] for item in check_columns(columns, alone)}
    best = max(alone.values(), key=lambda found: found.score)
    assert best.score > {"iris": 0.9, "breast_cancer": 0.85, "wine": 0.75, "diabetes": 0.25, "churn": 0.6}[sample]


def test_noise_says_nothing_alone(table):
    days, age, _ = patients()
    table = describe(read_table(table("days,age,word,y", days, age, CLASSES * 6 + CLASSES[:40], age[::-1])))
    scores = {column["name"]: column["profile"]["alone"] for column in table["columns"]}
    assert scores["y"] is None
    assert all(scores[name] < 0.2 for name in ("days", "word"))


# -- rows that hang together, and their order


def test_rows_of_one_thing_are_asked_about(table):
    names = [f"P-{1000 + i % 200}" for i in range(400)]
    _, age, target = patients()
    found = warnings_of(table, "badge,age,y", names, age, target)["repeats"]
    assert (found["column"], found["level"]) == ("badge", "asks")
    assert found["figures"] == {"rows": 400, "groups": 200}
    split = warnings_of(table, "badge,age,y", names, age, target, roles={"badge": "group"})
    assert "repeats" not in split
    assert "400 rows of 200 different values" in split["grouped"]["message"]


def test_plain_categories_are_not_taken_for_things(table):
    _, age, target = patients()
    assert "repeats" not in warnings_of(table, "car,age,y", [f"audi a{i % 60}" for i in range(400)], age, target)


def test_rows_sorted_by_class_and_a_target_of_one_value(table):
    _, age, target = patients()
    assert "shuffled" in warnings_of(table, "age,y", age, sorted(target))["sorted_by_target"]["message"]
    found = warnings_of(table, "age,y", age, ["yes"] * 400, roles={"y": "target"})
    assert found["constant"]["level"] == "blocks"


def test_a_target_of_numbers_read_as_classes(table):
    _, age, _ = patients()
    found = warnings_of(table, "x,y", age, [i % 40 for i in range(400)], kinds={"y": "category"}, roles={"y": "target"})
    assert found["numbers_as_classes"]["level"] == "asks"
    assert "40 different values are numbers" in found["numbers_as_classes"]["message"]


def test_a_target_that_no_study_takes_blocks(table):
    found = warnings_of(table, "x,y", NOISE, [f"words about row {i} here" for i in range(N)], roles={"y": "target"})
    assert found["unfit_target"]["level"] == "blocks"
    assert "of kind text" in found["unfit_target"]["message"]
