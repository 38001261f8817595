"""Identifiers whose rows were copied, beside groups, whose values come back, and quantities that seldom do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.tabular import read_table
from studies.tabular.columns import Column
from studies.tabular.identifiers import nearly_unique

NAMES = ("patient_id", "ID", "userId", "account no", "order.key")


def found(name, ids, *others):
    """The kind that the reading makes of it, by the function alone."""
    column = Column(name, "integer", "feature", ids.astype(float))
    rest = [Column(f"x{i}", "number", "feature", values.astype(float)) for i, values in enumerate(others)]
    return [index for index, _ in nearly_unique([*rest, column])]


@settings(max_examples=25)
@given(st.sampled_from(NAMES), st.integers(20, 300), st.floats(0, 0.9), st.randoms(use_true_random=False))
def test_copies_of_rows_make_no_group_of_an_identifier(name, n, share, random):
    rows = np.array([*range(n), *(random.randrange(n) for _ in range(int(share * n)))])
    random.shuffle(rows)
    measured = np.random.default_rng(n).normal(size=n)
    assert found(name, 10 * rows + 7, measured[rows]) == [1]


@settings(max_examples=25)
@given(st.sampled_from(NAMES), st.integers(20, 300), st.floats(0.15, 4), st.randoms(use_true_random=False))
def test_what_comes_back_with_other_values_stays(name, n, more, random):
    rows = np.array([*range(n), *(random.randrange(n) for _ in range(int(more * n)))])
    assert found(name, rows, np.arange(len(rows)) % 7, np.arange(len(rows))) == []


@pytest.mark.parametrize("name", ["year", "amount", "price", "index", "number of rooms", "no_of_calls", "grid", "paid"])
def test_quantities_that_seldom_come_twice_are_none(table, name):
    cells = [*range(100, 300), *range(100, 104)]
    assert read_table(table(f"{name},b", cells, [i % 7 for i in range(204)])).columns[0].kind == "integer"


def test_an_id_that_nearly_every_row_has_for_itself_is_set_aside_until_a_person_says_otherwise(table):
    patients = [i if i < 418 else i - 418 for i in range(426)]
    path = table("patient_id,age,visits", patients, [i * 7 % 80 for i in range(426)], [i % 4 for i in range(426)])
    column = read_table(path).columns[0]
    assert (column.kind, column.role, len(column.levels)) == ("id", "ignored", 418)
    assert column.why == "nearly every row has another value; an identifier says nothing about new rows"
    assert [item["code"] for item in read_table(path).warnings] == []
    kept = read_table(path, kinds={"patient_id": "id"}).columns[0]
    assert (kept.kind, kept.why) == ("id", column.why)
    chosen = read_table(path, kinds={"patient_id": "integer"}).columns[0]
    assert (chosen.kind, chosen.role) == ("integer", "feature")
    visits = read_table(table("patient_id,b", [i // 2 for i in range(60)], [i * i for i in range(60)])).columns[0]
    assert (visits.kind, visits.role) == ("category", "group")


def test_where_most_rows_are_copies_nothing_is_known(table):
    path = table("store_id,city", [i % 20 for i in range(100)], [f"c{i % 20}" for i in range(100)])
    assert read_table(path).columns[0].kind != "id"
