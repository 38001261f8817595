"""The search space as rows: what is ticked, typed and left out comes to a space that the search takes."""

import json

import pytest
from django.http import QueryDict

from studies.evaluation import PRESETS, Table, catalogue
from studies.forms.space import SpaceForm
from studies.search import Prior, Space, SpaceError

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


def test_a_shape_is_read_drawn_and_kept() -> None:
    rows = searched() | {
        "min_samples_leaf.centre": "2", "min_samples_leaf.spread": "1.5", "bootstrap.weights": "3, 1",
        "max_features_share.centre": " ",
    }  # fmt: skip
    form = forest(rows)
    space = Space.from_json(form.to_json())
    assert space["min_samples_leaf"].prior == Prior(2, 1.5)
    assert space["bootstrap"].weights == (3, 1)
    assert space["max_features_share"].prior is None
    leaf, bootstrap = (next(row for row in form.rows if row.name == name) for name in ("min_samples_leaf", "bootstrap"))
    assert leaf.picture.said == "log from 1 to 6, most around 2"
    assert leaf.picture.curve.startswith("M1.0 22.0L")
    assert [height for _, _, height in bootstrap.picture.bars] == ["12.0", "4.0"]
    again = forest(start=form.to_json()["parameters"])
    assert Space.from_json(again.to_json()) == space


def test_half_a_shape_is_passed_on_for_the_engine_to_refuse() -> None:
    for typed, words in [
        ({"bootstrap.weights": "3"}, r"bootstrap: weights is \[3\]; it must be a list of 2 numbers"),
        ({"min_samples_leaf.centre": "2"}, "min_samples_leaf: prior spread is ''; it must be a finite number"),
        ({"min_samples_leaf.spread": "x"}, "min_samples_leaf: prior centre is ''"),
    ]:
        form = forest(searched() | typed)
        with pytest.raises(SpaceError, match=words):
            Space.from_json(form.to_json())
        assert [row.name for row in form.rows if row.is_shaped] == [next(iter(typed)).partition(".")[0]]


CLASSIC = {"bootstrap": [False], "max_features": ["sqrt"]}


def test_what_another_study_forbids_is_listed_and_can_be_unticked() -> None:
    start = forest(searched()).to_json()
    form = SpaceForm(FOREST.parameters(TABLE), FOREST.defaults(TABLE), None, start["parameters"], forbidden=[CLASSIC])
    assert form.to_json()["forbidden"] == [CLASSIC]
    (listed,) = form.forbidden.listed
    assert (listed.words, form.forbidden.is_open) == ("bootstrap is False and max_features is sqrt", True)
    assert forbidding({"forbidden": [listed.text], "forbidden_kept": [listed.text]}).to_json()["forbidden"] == [CLASSIC]
    unticked = forbidding({"forbidden": [listed.text]})
    assert "forbidden" not in unticked.to_json()
    assert [combination.kept for combination in unticked.forbidden.listed] == [False]


def forbidding(fields: dict[str, list[str]], **rows: object) -> SpaceForm:
    data = QueryDict(mutable=True)
    for name, value in (searched() | rows).items():
        data.setlist(f"space.{name}", value if isinstance(value, list) else [value])
    for name, values in fields.items():
        data.setlist(name, values)
    return SpaceForm(FOREST.parameters(TABLE), FOREST.defaults(TABLE), data, None, FOREST.fixed(TABLE))


def test_what_is_picked_counts_at_once_and_is_listed_by_the_button() -> None:
    picks = ['["bootstrap", false]', '["max_features", "sqrt"]', ""]
    typing = forbidding({"forbidden_pick": picks})
    assert typing.to_json()["forbidden"] == [CLASSIC]
    assert ([pick.value for pick in typing.forbidden.picks], typing.forbidden.listed) == (picks, [])
    added = forbidding({"forbidden_pick": picks, "forbidden_add": ["1"]})
    assert added.to_json()["forbidden"] == [CLASSIC]
    assert ([pick.value for pick in added.forbidden.picks], len(added.forbidden.listed)) == (["", "", ""], 1)
    assert added.forbidden.key != typing.forbidden.key
    assert "forbidden" not in forbidding({"forbidden_pick": picks[:1]}).to_json()
    Space.from_json(added.to_json())


def test_what_can_no_longer_come_up_is_not_forbidden() -> None:
    text = json.dumps(CLASSIC)
    kept = {"forbidden": [text], "forbidden_kept": [text]}
    form = forbidding(kept, **{"bootstrap.choice": ["true"]})
    assert "forbidden" not in form.to_json()
    assert form.forbidden.listed[0].dropped == "Does not count: bootstrap is never False."


@pytest.mark.parametrize("text", ["", "{", "[]", '{"bootstrap": 3}', '{"a": [[[1]]]}', "null", '{"bootstrap": [{}]}'])
def test_a_list_that_we_did_not_write_does_no_harm(text: str) -> None:
    form = forbidding({"forbidden": [text], "forbidden_kept": [text], "forbidden_pick": [text, text]})
    space = form.to_json()
    assert space.get("forbidden", []) in ([], [{"a": [[[1]]]}])
