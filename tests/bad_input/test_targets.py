"""Targets that cannot be learnt: said before a launch, with the classes' counts and the most folds that can be."""

from typing import Any

import pytest

from tests.bad_input.conftest import Door, warned
from tests.bad_input.files import CLASSES, NOISE, N, table
from tests.views.uploads import file_of


def study(door: Door, cells: list[Any], **spec: Any) -> tuple[dict[str, Any], Any]:
    """The version with the column y as its target, and the answer to a study of it."""
    version = door.accepted(table("x,z,y", NOISE, [i % 7 for i in range(N)], cells), target="y")
    body = {"dataset_version": version["id"], **spec}
    return version, door.program.post("/api/v1/studies", body, content_type="application/json")


def test_a_target_that_is_not_there(door: Door) -> None:
    """target_missing, target_case_differs: the nearest column is named."""
    for name in ("z_score", "Y"):
        answer = door.program.post(
            "/api/v1/datasets", {"name": "T", "target": name, "file": file_of(table("x,y", NOISE, CLASSES))}
        )
        assert answer.status_code == 422
        (sentence,) = answer.json()["errors"]["target"]
        assert f"no column “{name}”" in sentence
        assert "The nearest is" in sentence


@pytest.mark.parametrize(
    ("cells", "spec", "field", "said"),
    [
        pytest.param(["a"] * N, {}, "target", "Every row of “y” is “a”", id="target_constant"),
        pytest.param([f"k{i}" for i in range(N)], {"task": "classification"}, "target", "y", id="one_sample_per_class"),
        pytest.param(
            [*CLASSES[:-3], "z", "z", "z"], {"plan": {"folds": 5}}, "plan.folds", "at most 3", id="rare_class"
        ),
        pytest.param(NOISE, {"task": "classification"}, "target", "Choose regression", id="continuous_as_class"),
        pytest.param(CLASSES, {"task": "regression"}, "target", "Choose classification", id="text_as_regression"),
    ],
)
def test_a_study_is_refused_at_its_field(
    door: Door, cells: list[Any], spec: dict[str, Any], field: str, said: str
) -> None:
    answer = study(door, cells, **spec)[1]
    assert answer.status_code == 422
    assert said in answer.json()["errors"][field][0]


@pytest.mark.parametrize(
    ("cells", "code", "said"),
    [
        pytest.param([*CLASSES[:-4], "", "NA", "?", ""], "missing_target", "4 rows without", id="target_nan"),
        pytest.param(["no"] * 55 + ["yes"] * 5, "imbalanced", "92%", id="imbalanced"),
        pytest.param(["yes ", " yes", "no"] * 20, "", "", id="label_whitespace"),
        pytest.param(["ja", "nein"] * 30, "", "", id="boolean_words"),
        pytest.param(["Yes", "yes", "no", "no "] * 15, "spelling", "“Yes”, “yes”", id="labels_by_case"),
    ],
)
def test_what_is_told_of_a_target_that_can_be_learnt(door: Door, cells: list[str], code: str, said: str) -> None:
    version, answer = study(door, cells)
    assert answer.status_code == 201
    assert said in warned(version).get(code, "")
    if not code:
        assert len({word.strip() for word in cells}) == 2
        assert answer.json()["spec"]["task"] == "classification"
