"""The spaces of the catalogue: sound at every size, with the defaults on them, wider from preset to preset."""

import math

import numpy as np
import pytest

from studies.evaluation import PRESETS, Table, catalogue
from studies.search import Space

from .conftest import mixed_table

SERVED = [(key, task) for key, entry in catalogue.items() for task in entry.tasks]


def corners(parameters):
    """Every parameter at its lowest and at its highest, all together and with the first choices and the last."""
    for end in (0, -1):
        yield {p["name"]: end_of(p, end) for p in parameters if active(p, parameters, end)}


def table_for(entry, n=60):
    """A mixed table of the first task that the entry serves."""
    return mixed_table(n, entry.tasks[0])


def end_of(parameter, end):
    if parameter["type"] == "categorical":
        return parameter["choices"][end]
    if parameter["type"] == "boolean":
        return end == -1
    return parameter["low"] if end == 0 else parameter["high"]


def active(parameter, parameters, end):
    when = parameter.get("when") or {}
    return all(end_of(p, end) in when[p["name"]] for p in parameters if p["name"] in when)


@pytest.mark.parametrize(("key", "task"), SERVED)
@pytest.mark.parametrize("n", [4, 20, 100, 5000])
def test_spaces_are_valid_at_every_size(key, task, n):
    rng = np.random.default_rng(0)
    y = np.arange(n) % 2 if task == "classification" else rng.normal(size=n)
    table = Table.from_arrays(rng.normal(size=(n, 2)), y, task)
    entry = catalogue[key]
    names = [p["name"] for p in entry.parameters(table)]
    assert len(set(names)) == len(names)
    assert set(entry.defaults(table)) <= set(names)
    for preset in PRESETS:
        for p in entry.parameters(table, preset):
            assert_is_sound(p, names)
        assert Space.from_json(entry.space(table, preset)).dimensions >= 1


def assert_is_sound(p, names):
    assert p["why"].endswith("."), p
    assert set(p) <= {"name", "type", "low", "high", "log", "choices", "when", "why"}
    if p["type"] in ("float", "int"):
        kind = float if p["type"] == "float" else int
        assert type(p["low"]) is kind
        assert type(p["high"]) is kind
        assert p["low"] < p["high"]
        assert math.isfinite(p["high"])
        assert p["low"] > 0 or not p["log"]
    assert set(p.get("when", {})) <= set(names)


@pytest.mark.parametrize(("key", "task"), SERVED)
def test_ends_of_the_space_fit_a_tiny_table(key, task, make_table):
    table = make_table(20, task)
    entry = catalogue[key]
    for preset in ("recommended", "wide"):
        for config in corners(entry.parameters(table, preset)):
            if "n_estimators" in config:
                config["n_estimators"] = 10
            model = entry.pipeline(config, table).fit(table.X[:14], table.y[:14])
            assert len(model.predict(table.X[14:])) == 6


@pytest.mark.parametrize(("key", "task"), SERVED)
@pytest.mark.parametrize("n", [20, 400, 12_000])
def test_the_librarys_defaults_lie_on_the_space_of_every_preset(key, task, n, make_table):
    table, entry = make_table(n, task), catalogue[key]
    for preset in PRESETS:
        space = Space.from_json(entry.space(table, preset))
        assert space.validate(entry.defaults(table)) == entry.defaults(table)


@pytest.mark.parametrize("key", list(catalogue))
def test_presets_widen(key):
    entry = catalogue[key]
    table = table_for(entry, 2000)
    narrow, usual, wide = ({p["name"]: p for p in entry.space(table, preset)["parameters"]} for preset in PRESETS)
    searched = [sum(p["type"] != "constant" for p in space.values()) for space in (narrow, usual, wide)]
    assert searched == sorted(searched)
    assert searched[1] < searched[2], "preprocessing is searched by the wide preset alone"
    for inner_space, outer in ((narrow, usual), (usual, wide)):
        for name, p in inner_space.items():
            if "low" in p:
                assert outer[name]["low"] <= p["low"]
                assert p["high"] <= outer[name]["high"]
            if "choices" in p:
                assert set(p["choices"]) <= set(outer[name]["choices"])


@pytest.mark.parametrize(("key", "task"), SERVED)
def test_every_range_says_why(key, task, make_table):
    for domain in catalogue[key].domains(make_table(60, task)):
        assert domain.why.endswith("."), domain.name
        assert all(why.endswith(".") for _, _, why in domain.reach.values()), domain.name


def test_an_unknown_preset_is_refused(animals):
    with pytest.raises(ValueError, match=r"no preset 'wid'\. Did you mean 'wide'\?"):
        catalogue["knn"].space(animals, "wid")
