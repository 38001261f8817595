"""The space of a spec: presets, and what no model could take, refused at its parameter."""

from typing import Any

import pytest

from studies.engine.spec import SpecError, resolve
from studies.search import Space


def errors_of(team, spec: Any) -> dict[str, list[str]]:
    with pytest.raises(SpecError) as caught:
        resolve(team, spec)
    return caught.value.errors


@pytest.mark.parametrize(
    ("parameter", "path", "said"),
    [
        ({"name": "c", "type": "float", "low": 1, "high": 2}, "space.c", 'Did you mean "C"?'),
        ({"name": "__class__", "type": "boolean"}, "space.__class__", "no parameter"),
        ({"name": "C", "type": "float", "low": 2, "high": 1}, "space.C", "low must be below high"),
        ({"name": "C", "type": "float", "low": 0, "high": 1, "log": True}, "space.C", "above 0"),
        ({"name": "C", "type": "float", "low": -1, "high": 1}, "space.C", "cannot be below 0"),
        ({"name": "C", "type": "float", "low": "1", "high": 2}, "space.C", "finite number"),
        ({"name": "C", "type": "float", "high": 2}, "space.C", "low is missing"),
        ({"name": "C", "type": "float", "low": 1, "high": 2, "lwo": 1}, "space.C", "lwo"),
        ({"name": "C", "type": "gamma", "low": 1, "high": 2}, "space.C", "must be one of"),
        ({"name": "C", "type": "categorical", "choices": list(range(2000))}, "space.C", "1 to 1000"),
        ({"name": "C", "type": "constant", "value": "os.system('x')"}, "space.C", "must be a number"),
        ({"name": "C", "type": "constant", "value": -1}, "space.C", "cannot be below 0"),
        ({"name": "l1_ratio", "type": "constant", "value": True}, "space.l1_ratio", "must be one of"),
        ({"name": "C", "type": "float", "low": 1, "high": 2, "when": {"D": [1]}}, "space.C", "no such parameter"),
        ({"name": "C", "type": "categorical", "choices": ["a", 1.0]}, "space.C", "'a' is among its choices"),
        ({"name": "C", "type": "categorical", "choices": [-1, 1]}, "space.C", "cannot be below 0"),
        ({"name": "C", "type": "categorical", "choices": [None, 1]}, "space.C", "must be a number"),
        ({"name": "C", "type": "boolean"}, "space.C", "must be a number"),
        ({"name": "n_jobs", "type": "constant", "value": 64}, "space.n_jobs", "no parameter"),
        ({"name": "memory", "type": "constant", "value": "/etc"}, "space.memory", "no parameter"),
    ],
)
def test_a_space_is_refused_at_its_parameter(team, version, parameter: dict, path: str, said: str) -> None:
    other = {"name": "l1_ratio", "type": "categorical", "choices": [0.0, 1.0]}
    others = [other] if parameter["name"] != "l1_ratio" else []
    refused = errors_of(team, {"dataset_version": version.pk, "space": {"parameters": [parameter, *others]}})
    assert path in refused
    assert said in " ".join(refused[path])


@pytest.mark.parametrize(
    ("parameter", "said"),
    [
        ({"name": "n_neighbors", "type": "int", "low": 0, "high": 5}, "cannot be below 1"),
        ({"name": "n_neighbors", "type": "float", "low": 1, "high": 5}, "make its type int"),
        ({"name": "n_neighbors", "type": "categorical", "choices": [1.5, 2]}, "must be a whole number"),
        ({"name": "weights", "type": "float", "low": 0, "high": 1}, "range of numbers"),
        ({"name": "weights", "type": "categorical", "choices": ["uniform", "mine"]}, "'mine' is among its choices"),
    ],
)
def test_no_domain_that_the_neighbours_could_never_take(team, version, parameter: dict, said: str) -> None:
    spec = {"dataset_version": version.pk, "estimator": "knn", "space": {"parameters": [parameter]}}
    assert said in errors_of(team, spec)[f"space.{parameter['name']}"][0]


def test_a_space_may_be_named_by_its_preset(team, version) -> None:
    spec = {"dataset_version": version.pk, "estimator": "random_forest"}
    narrow, usual, wide = (resolve(team, spec | {"space": name}) for name in ("narrow", "recommended", "wide"))
    assert usual.space == resolve(team, spec).space
    sizes = [Space.from_json(found.space).dimensions for found in (narrow, usual, wide)]
    assert sizes == sorted(set(sizes))
    assert "Search space: the wide one of Random forest, 13 parameters searched." in wide.decisions


@pytest.mark.parametrize(
    ("parameter", "said"),
    [
        ({"type": "float", "low": 0.1, "high": 0.9}, ""),
        ({"type": "float", "low": 0.1, "high": 1.9}, "cannot be above 1"),
        ({"type": "categorical", "choices": ["sqrt", 0.5]}, ""),
        ({"type": "categorical", "choices": ["sqrt", 2.5]}, "cannot be above 1"),
        ({"type": "categorical", "choices": ["sqrt", "half"]}, "'half' is among its choices"),
    ],
)
def test_a_number_may_stand_in_the_place_of_the_librarys_words(team, version, parameter: dict, said: str) -> None:
    space = {"parameters": [{"name": "max_features", **parameter}]}
    spec = {"dataset_version": version.pk, "estimator": "random_forest", "space": space}
    if said:
        assert said in errors_of(team, spec)["space.max_features"][0]
    else:
        assert resolve(team, spec).space["parameters"][0]["type"] == parameter["type"]


def test_numbers_other_than_the_recommended_may_be_tried(team, version) -> None:
    thirds = {"name": "l1_ratio", "type": "categorical", "choices": [0, 0.33, 0.67, 1]}
    wide = {"name": "C", "type": "float", "low": 0, "high": 1e6}
    assert resolve(team, {"dataset_version": version.pk, "space": [thirds, wide]}).space["parameters"]
