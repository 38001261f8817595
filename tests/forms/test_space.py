"""The search space as rows: what is ticked, typed and left out comes to a space that the search takes."""

import pytest
from django.http import QueryDict

from studies.evaluation import PRESETS, Table, catalogue
from studies.forms.space import SpaceForm
from studies.search import Space

TABLE = Table.from_arrays([[float(i), i % 3] for i in range(60)], [i % 2 for i in range(60)], "classification")
FOREST = catalogue["random_forest"]


def forest(posted: dict[str, object] | None = None, start: list | None = None) -> SpaceForm:
    data = None
    if posted is not None:
        data = QueryDict(mutable=True)
        for name, value in posted.items():
            data.setlist(f"space.{name}", value if isinstance(value, list) else [value])
    return SpaceForm(FOREST.parameters(TABLE), FOREST.defaults(TABLE), data, start, FOREST.fixed(TABLE))


def searched() -> dict[str, object]:
    return {
        "max_features.search": "on", "max_features.choice": ['"sqrt"', '"share"'],
        "max_features_share.search": "on", "max_features_share.low": "0.1", "max_features_share.high": "1",
        "max_features_share.scale": "linear", "bootstrap.search": "on", "bootstrap.choice": ["false", "true"],
        "max_samples.search": "on", "max_samples.choice": ['"all"', '"share"'],
        "max_samples_share.search": "on", "max_samples_share.low": "0.5", "max_samples_share.high": "1",
        "min_samples_leaf.search": "on", "min_samples_leaf.low": "1", "min_samples_leaf.high": "6",
        "min_samples_leaf.scale": "log", "max_depth.value": '"none"', "max_depth_limit.search": "on",
        "max_depth_limit.low": "3", "max_depth_limit.high": "30", "n_estimators.value": "100",
        "criterion.value": '"gini"',
    }  # fmt: skip


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("key", list(catalogue))
def test_untouched_rows_are_the_presets_space(key: str, preset: str) -> None:
    entry = catalogue[key]
    numbers = [float(i) for i in range(60)]
    table = TABLE if "classification" in entry.tasks else Table.from_arrays(TABLE.X, numbers, "regression")
    rows = entry.parameters(table, preset), entry.defaults(table)
    form = SpaceForm(*rows, fixed=entry.fixed(table, preset), widest=entry.parameters(table, "wide"))
    assert Space.from_json(form.to_json()) == Space.from_json(entry.space(table, preset))
    assert not any(row.warning for row in form.rows)


def test_what_was_posted_is_the_same_again() -> None:
    assert Space.from_json(forest(searched()).to_json()) == Space.from_json(forest().to_json())


def test_a_fixed_number_is_a_constant_and_an_empty_one_the_librarys() -> None:
    rows = searched()
    del rows["max_features_share.search"], rows["min_samples_leaf.search"]
    form = forest(rows | {"max_features_share.value": "0.4", "min_samples_leaf.value": " "})
    parameters = {entry["name"]: entry for entry in form.to_json()["parameters"]}
    share = parameters["max_features_share"]
    assert (share["type"], share["value"], share["when"]) == ("constant", 0.4, {"max_features": ["share"]})
    assert "min_samples_leaf" not in parameters


def test_a_condition_that_always_holds_is_dropped() -> None:
    rows = searched() | {"bootstrap.value": "true"}
    del rows["bootstrap.search"]
    space = Space.from_json(forest(rows).to_json())
    assert space["bootstrap"].size == 1
    assert space["max_samples"].when is None


def test_a_condition_that_never_holds_takes_its_parameter_along() -> None:
    form = forest(searched() | {"bootstrap.choice": ["false"]})
    assert "max_samples" not in Space.from_json(form.to_json())
    said = {row.name: row.dropped for row in form.rows}
    assert said["max_samples"] == "Does not count: bootstrap is never True."
    assert said["max_samples_share"] == "Does not count: max_samples is never share."
    assert said["max_depth_limit"] == "Does not count: max_depth is never limited."


def test_what_cannot_be_is_passed_on_as_typed() -> None:
    form = forest(searched() | {"max_features_share.low": "abc", "bootstrap.choice": []})
    parameters = {entry["name"]: entry for entry in form.to_json()["parameters"]}
    assert parameters["max_features_share"]["low"] == "abc"
    assert (parameters["bootstrap"]["type"], parameters["bootstrap"]["choices"]) == ("categorical", [])
    assert form.rows[1].picture is None


def test_another_studys_space_fills_the_rows() -> None:
    start = [
        {"name": "max_features", "type": "constant", "value": "share"},
        {"name": "max_features_share", "type": "float", "low": 0.2, "high": 0.4, "log": True, "step": None},
        {"name": "bootstrap", "type": "constant", "value": True},
        {"name": "min_samples_leaf", "type": "categorical", "choices": [1, 3, 9]},
    ]
    form = forest(start=start)
    assert [row.name for row in form.rows if row.searched] == ["max_features_share", "min_samples_leaf"]
    kept = Space.from_json(form.to_json())
    assert (kept["max_features_share"].low, kept["max_features_share"].log) == (0.2, True)
    assert kept["min_samples_leaf"].choices == (1, 3, 9)
    leaf = next(row for row in form.rows if row.name == "min_samples_leaf")
    again = forest(
        {
            "max_features.value": '"share"', "max_features_share.search": "on", "max_features_share.low": "0.2",
            "max_features_share.high": "0.4", "max_features_share.scale": "log", "bootstrap.value": "true",
            "min_samples_leaf.search": "on", "min_samples_leaf.carried": leaf.carried,
            "min_samples_leaf.choice": ["1", "9"],
        }
    )  # fmt: skip
    assert Space.from_json(again.to_json())["min_samples_leaf"].choices == (1, 9)


def test_pictures_mark_the_scale_and_the_default() -> None:
    entry = catalogue["logistic_regression"]
    rows = SpaceForm(entry.parameters(TABLE), entry.defaults(TABLE)).rows
    picture = rows[0].picture
    assert picture.said == "log from 1e−4 to 10,000"
    assert picture.default == "66.0"
    assert len(picture.ticks) == 7
    assert len(rows[1].picture.bars) == 2
