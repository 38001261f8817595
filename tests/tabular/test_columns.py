"""Kinds corrected by a person: converted as asked, or refused with the place of the first cell that does not fit."""

import numpy as np
import pytest

from studies.tabular import Column, TableError, read_table

CYCLE = [i % 4 for i in range(12)]


def corrected(table, cells, kind, **options) -> Column:
    return read_table(table("a,b", cells, CYCLE), kinds={"a": kind}, **options).columns[0]


def test_codes_and_levels(table):
    column = corrected(table, ["b", "a", "?", "b"] * 3, "category")
    assert column.levels == ("a", "b")
    assert column.values.dtype == np.int32
    assert column.values.tolist() == [1, 0, -1, 1] * 3
    assert column.missing.tolist() == [False, False, True, False] * 3


def test_numbers_may_be_taken_as_words_and_identifiers_as_numbers(table):
    assert corrected(table, CYCLE, "category").levels == ("0", "1", "2", "3")
    column = corrected(table, list(range(100, 112)), "integer")
    assert (column.kind, column.role) == ("integer", "feature")
    assert column.values.tolist() == list(range(100, 112))


def test_boolean_keeps_the_two_words_as_they_stand(table):
    assert corrected(table, ["Ja", "nö", ""] * 4, "boolean").levels == ("Ja", "nö")


@pytest.mark.parametrize("kind", ["number", "integer"])
def test_words_are_no_numbers(table, kind):
    with pytest.raises(TableError) as caught:
        corrected(table, [*range(8), "tall", "3", "wide", "tall"], kind)
    assert (caught.value.line, caught.value.column) == (10, "a")
    assert "line 10 holds “tall”" in caught.value.message
    assert "3 cells of this column do not fit" in caught.value.message


def test_fractions_are_no_integers(table):
    with pytest.raises(TableError, match=r"line 4 holds “1\.5”, which is not a whole number"):
        corrected(table, [1, 2, 1.5, *range(9)], "integer")
    assert corrected(table, ["1.0", *range(11)], "integer").values[0] == 1


def test_numbers_beyond_floats_are_refused(table):
    with pytest.raises(TableError, match="“1e400”"):
        corrected(table, ["1e400", *range(11)], "number")
    with pytest.raises(TableError, match="“999999"):
        corrected(table, ["9" * 5000, *range(11)], "number")


def test_decimal_mark_of_a_person_holds_for_the_table(table):
    with pytest.raises(TableError, match="not a number with a decimal comma"):
        corrected(table, ["1.5", *range(11)], "number", decimal=",")


def test_three_words_are_not_boolean(table):
    with pytest.raises(TableError, match="it has 3 different values"):
        corrected(table, ["yes", "no", "perhaps"] * 4, "boolean")


def test_dates(table):
    assert corrected(table, ["2024-01-02", ""] * 6, "date").levels == ("2024-01-02",)
    with pytest.raises(TableError, match="line 3 holds “soon”") as caught:
        corrected(table, ["2024-01-02", "soon"] * 6, "date")
    assert caught.value.line == 3
    with pytest.raises(TableError, match="the day first and the month first"):
        corrected(table, ["13/1/2024", "1/13/2024"] * 6, "date")


@pytest.mark.parametrize("kind", ["id", "text"])
def test_what_no_estimator_takes_cannot_be_a_feature(table, kind):
    path = table("a,b", [f"2024-01-{i + 1:02d}" for i in range(12)], CYCLE)
    with pytest.raises(TableError, match=f"of kind {kind} and cannot be a feature"):
        read_table(path, kinds={"a": kind}, roles={"a": "feature"})


def test_one_target_only(table):
    with pytest.raises(TableError, match="Only one column can be the target, not “a”, “b”"):
        read_table(table("a,b", CYCLE, CYCLE), roles={"a": "target", "b": "target"})


def test_columns_cannot_be_changed_or_of_an_unknown_kind():
    column = Column("a", "number", "feature", np.zeros(3))
    with pytest.raises(ValueError, match="read-only"):
        column.values[0] = 1
    with pytest.raises(ValueError, match="cannot be of kind 'float'"):
        Column("a", "float", "feature", np.zeros(3))
    with pytest.raises(ValueError, match="cannot have role 'label'"):
        Column("a", "number", "label", np.zeros(3))
