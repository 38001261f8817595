"""Tables on which scores come out too good: told with numbers when they come in, and the folds that help."""

import pytest

from studies.models import DatasetVersion
from tests.bad_input.conftest import Door, kinds, warned
from tests.bad_input.files import CLASSES, NOISE, N, table

SORTED = sorted(CLASSES)
GROUPS = [f"P{i % 12:02d}" for i in range(N)]


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        pytest.param(table("row_id,x,y", range(N), NOISE, CLASSES), "set_aside", "row number", id="id_leak"),
        pytest.param(
            table("x,copy,y", NOISE, [{"a": 3, "b": 1, "c": 2}[word] for word in CLASSES], CLASSES),
            "target_copy",
            "“copy”",
            id="target_copy",
        ),
        pytest.param(
            table("x,y", [i % 12 / 4 for i in range(120)], ["ab"[i % 2] for i in range(120)]),
            "duplicate_rows",
            "108 rows of 120",
            id="duplicate_rows",
        ),
        pytest.param(
            table(
                ",".join([*(f"c{i}" for i in range(30)), "y"]), *(NOISE[i : i + 20] for i in range(30)), CLASSES[:20]
            ),
            "wide",
            "features (30) than rows (20)",
            id="more_columns_than_rows",
        ),
        pytest.param(table("c,x,y", [5] * N, NOISE, CLASSES), "constant", "“c”", id="constant_feature"),
    ],
)
def test_it_is_told_with_numbers(door: Door, content: str, code: str, said: str) -> None:
    assert said in warned(door.accepted(content, target="y", held_out="none"))[code]


def study_of(door: Door, content: str) -> dict:
    version = door.accepted(content, target="y", held_out="none")
    answer = door.program.post("/api/v1/studies", {"dataset_version": version["id"]}, content_type="application/json")
    assert answer.status_code == 201, answer.json()
    return answer.json()


def test_rows_that_belong_together_stay_together(door: Door) -> None:
    """grouped_rows"""
    assert study_of(door, table("patient_id,x,y", GROUPS, NOISE, CLASSES))["spec"]["plan"]["kind"] == "group"


def test_rows_sorted_by_class_are_dealt_to_all_folds(door: Door) -> None:
    """sorted_by_class: tests/evaluation/test_splits.py looks at the folds themselves."""
    assert study_of(door, table("x,y", NOISE, SORTED))["spec"]["plan"]["kind"] == "stratified"


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        pytest.param("seen", [f"2024-{i % 12 + 1:02d}-{i % 28 + 1:02d}" for i in range(N)], "date", id="dates_iso"),
        pytest.param("seen", [f"{i % 28 + 1}.{i % 12 + 1}.2024" for i in range(N)], "date", id="dates_by_day"),
        pytest.param("note", [f"the words of row {i} are its own" for i in range(N)], "text", id="free_text_unique"),
    ],
)
def test_dates_and_texts_are_no_categories_of_hundreds_of_values(
    door: Door, name: str, cells: list[str], kind: str
) -> None:
    version = door.accepted(table(f"{name},x,y", cells, NOISE, CLASSES), target="y")
    assert kinds(version)[name] == kind


def test_nine_thousand_values_are_no_nine_thousand_features(door: Door) -> None:
    """high_cardinality"""
    rows = 18_000
    cells, x = [f"street {i % 9000}" for i in range(rows)], [i * 7919 % 1009 for i in range(rows)]
    version = door.accepted(table("street,x,y", cells, x, ["ab"[i % 2] for i in range(rows)]), target="y")
    column = DatasetVersion.objects.get().columns.get(name="street")
    assert (column.role == "ignored" and column.why) or "“street”" in warned(version)["high_cardinality"]
