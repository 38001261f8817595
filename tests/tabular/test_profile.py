"""A column in a few numbers, always as JSON can hold them."""

import json

import pytest

from studies.tabular import profile_column, read_table

CYCLE = [i % 4 for i in range(24)]


def profile_of(table, cells, **options):
    profile = profile_column(read_table(table("a,b", cells, CYCLE), **options).columns[0])
    assert json.loads(json.dumps(profile, allow_nan=False)) == profile
    return profile


def test_numbers(table):
    profile = profile_of(table, [i / 2 for i in range(23)] + [""])
    assert (profile["missing"], profile["distinct"]) == (1, 23)
    assert (profile["min"], profile["max"], profile["mean"], profile["median"]) == (0, 11, 5.5, 5.5)
    assert len(profile["bins"]) == 12
    assert sum(profile["bins"]) == 23


def test_few_values_have_one_bar_each(table):
    assert profile_of(table, CYCLE)["bins"] == [6, 6, 6, 6]


@pytest.mark.parametrize("kind", ["number", "category"])
def test_constant_and_empty(table, kind):
    assert profile_of(table, [7] * 24, kinds={"a": kind})["bins"] == [24]
    empty = profile_of(table, [""] * 24, kinds={"a": kind})
    assert empty == {"missing": 24, "distinct": 0, "bins": []}


def test_the_largest_floats_neither_overflow_nor_vanish(table):
    profile = profile_of(table, [f"{sign}1.{i:02d}e308" for i in range(12) for sign in "+-"])
    assert profile["mean"] == 0
    assert sum(profile["bins"]) == 24
    assert profile_of(table, ["1.7e308", "1.6e308"] * 12)["mean"] == pytest.approx(1.65e308)
    tiny = profile_of(table, [f"{i}e-320" for i in range(24)])
    assert sum(tiny["bins"]) == 24


def test_words_by_frequency(table):
    profile = profile_of(table, ["a", "b", "b", "c", "b", "a"] * 4)
    assert profile["top"] == [{"value": "b", "count": 12}, {"value": "a", "count": 8}, {"value": "c", "count": 4}]
    assert profile["bins"] == [12, 8, 4]


def test_dates_by_time_and_not_by_alphabet(table):
    profile = profile_of(table, [f"{1 + i}.{1 + i % 12}.{2020 - i % 12}" for i in range(24)])
    assert (profile["first"], profile["last"]) == ("12.12.2009", "13.1.2020")
    assert sum(profile["bins"]) == 24


def test_texts_show_examples_only(table):
    profile = profile_of(table, [f"row {i} says something of its own" for i in range(24)])
    assert len(profile["examples"]) == 3
    assert profile["bins"] == []
