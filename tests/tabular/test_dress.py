"""Numbers with a currency, per cent, a unit or marks between thousands beside them: read without it where all agree."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.tabular import TableError, load_table, read_table, save_table
from studies.tabular.carrying import Earlier, carry_held_out
from studies.tabular.describe import describe
from studies.tabular.difference import difference
from studies.tabular.dress import Dress, same_dress, undress
from studies.tabular.fitting import misfits

N = 12


@pytest.fixture
def read(write):
    """The first column of a table of these cells, of the kind."""

    def read(cells, kind="number", separator=";", **options):
        rows = "".join(f"{cell}{separator}{'ab'[i % 2]}\n" for i, cell in enumerate(cells))
        path = write(f"a{separator}b\n" + rows)
        return read_table(path, separator=separator, kinds={"a": kind} if kind else None, **options)

    return read


@pytest.mark.parametrize(
    ("cells", "values", "mark"),
    [
        (["1.234,50 €", "950 €"], [1234.5, 950], "€"),
        (["$1,200.50", "-$5"], [1200.5, -5], "$"),
        (["12 %", "7%"], [12, 7], "%"),
        (["3.5 kg", "1 kg"], [3.5, 1], "kg"),
        (["1 234,5", "12"], [1234.5, 12], " "),
        (["(1,200)", "300.5"], [-1200, 300.5], ","),
        (["\u22125", "3"], [-5, 3], "\u2212"),
        (["1’000 Fr.", "20 Fr."], [1000, 20], "Fr."),
        (["USD 5", "USD\u00a01\u202f000"], [5, 1000], "USD"),
        (["20 °C", "-3 °C"], [20, -3], "°C"),
        (["5 km/h", "1e2 km/h"], [5, 100], "km/h"),
    ],
)
def test_what_all_cells_have_is_left_out(read, tmp_path, cells, values, mark):
    reading = read([*cells * 5, "NA", ""])
    column = reading.columns[0]
    assert column.values[:2].tolist() == values
    assert (column.kind, column.role, int(column.missing.sum())) == ("number", "feature", 2)
    assert column.dress is not None
    assert column.dress.words == mark
    assert column.why.startswith(f"read without “{mark}”: “{cells[0]}” is ")
    assert describe(reading)["columns"][0]["profile"]["dress"] == vars(column.dress)
    save_table(reading.columns, tmp_path / "table.npz")
    assert load_table(tmp_path / "table.npz")[0].dress == column.dress
    assert load_table(tmp_path / "table.npz")[1].dress is None


@pytest.mark.parametrize(
    ("cells", "line", "bad", "like"),
    [
        (["12 %"] * 6 + ["0.3"] + ["7 %"] * 5, 8, "0.3", "12 %"),
        (["5 €"] * 6 + ["5 $"] + ["7 €"] * 5, 8, "5 $", "5 €"),
        (["5 kg"] * 6 + ["5 g"] + ["7 kg"] * 5, 8, "5 g", "5 kg"),
        (["1,200 €"] * 6 + ["1.200,5 €"] + ["12.5 €"] * 5, 8, "1.200,5 €", "1,200 €"),
        (["5 kg", *["tall"] * 2, *["7 kg"] * 9], 3, "tall", "5 kg"),
    ],
)
@pytest.mark.parametrize("kind", ["number", "integer"])
def test_what_is_mixed_is_refused_by_its_line(read, cells, line, bad, like, kind):
    with pytest.raises(TableError) as caught:
        read(cells, kind)
    assert (caught.value.line, caught.value.column) == (line, "a")
    assert f"line {line} holds “{bad}” where others hold numbers like “{like}” (line 2)" in caught.value.message


def test_a_few_in_dress_among_plain_numbers_are_no_numbers(read):
    with pytest.raises(TableError, match="line 8 holds “12 %”, which is not a number"):
        read([*range(6), "12 %", *range(5)])


def test_whole_numbers_in_dress_may_be_integers(read):
    assert read(["1,234 €", "950 €"] * 6, "integer", decimal=".").columns[0].values[0] == 1234
    with pytest.raises(TableError, match=r"“1\.5 €”, which is not a whole number"):
        read(["1.5 €", "950 €"] * 6, "integer")


def test_marks_in_doubt_follow_the_table_or_the_person(write):
    rows = "".join(f"{1 + i}.500 €;0,{i}\n" for i in range(N))
    german = write("a;b\n" + rows)
    assert read_table(german, kinds={"a": "number"}).columns[0].values[0] == 1500
    assert read_table(german, kinds={"a": "number"}, decimal=".").columns[0].values[0] == 1.5
    english = write("a;b\n" + rows.replace("0,", "0."), "other.csv")
    column = read_table(english, kinds={"a": "number"}).columns[0]
    assert (column.values[0], column.why) == (1.5, "read without “€”: “1.500 €” is 1.5")


def test_the_warning_says_what_choosing_number_would_do(read):
    (warning,) = read(["1,234 €", "950 €"] * 6, None, ",;"[1], decimal=".").warnings
    assert (warning["code"], warning["column"]) == ("decorated", "a")
    assert warning["figures"] == {"mark": "€", "cells": 12}
    assert "such as “1,234 €” on line 2. Choose number as its kind" in warning["message"]
    assert "“1,234 €” as 1234." in warning["message"]


@pytest.mark.parametrize(
    "cells",
    [
        ["1st", "2nd"],
        ["10-20", "20-30"],
        ["5+", "9+"],
        ["<5", "7"],
        ["1,23,456", "5"],
        ["Q1", "Q2"],
        ["5 kg", "9"],
        ["1e400", "2.5"],
        ["9" * 400 + " kg", "5 kg"],
    ],
)
def test_what_only_looks_like_it_has_no_dress(cells):
    assert same_dress(cells, (".", ",")) is None


def test_a_code_is_no_number_with_a_unit(read):
    column = read_table(
        read.__closure__[0].cell_contents("seat_id;b\n" + "".join(f"{i}A;x\n" for i in range(N)))
    ).columns[0]
    assert (column.kind, column.dress) == ("id", None)


def test_the_preview_marks_what_the_reading_would_refuse():
    assert misfits(["12 %", "", "0.3", "7 %"], "number") == [2]
    assert misfits(["1.234,50 €", "950 €"], "number") == []
    assert misfits(["1.234,50 €", "950 €"], "integer") == [0]
    assert misfits(["5 kg", "5 g", "tall", "1 kg"], "number", {2}) == [1]


@given(
    st.floats(-1e12, 1e12).map(lambda value: round(value, 2)),
    st.sampled_from([("", "€"), ("$", ""), ("", "%"), ("", "kg"), ("R$", ""), ("", "")]),
    st.sampled_from([(",", "."), (".", ","), (" ", ","), ("’", "."), ("", ","), ("'", ".")]),
    st.sampled_from(["", " "]),
)
@settings(max_examples=60)
def test_what_a_person_writes_is_read_back(value, beside, marks, blank):
    before, after = beside
    thousands, mark = marks
    text = f"{abs(value):,.2f}".replace(",", "\0").replace(".", mark).replace("\0", thousands)
    cell = f"{'-' if value < 0 else ''}{before}{before and blank}{text}{after and blank}{after}"
    assert undress(cell, before, after, thousands, mark) is not None
    assert Dress(before, after, thousands, mark).number(cell) == value
    assert Dress(before, after + "!", thousands, mark).number(cell) is None
    assert Dress(before, after, thousands, mark).number(cell.replace(mark, mark * 2)) is None


@pytest.mark.parametrize("corrected", ["before", "after"])
def test_rows_are_the_same_rows_whichever_version_was_corrected(table, corrected):
    path = table("id,share,y", range(300), [f"{i % 50} %" for i in range(300)], [i % 3 for i in range(300)])
    as_words, as_numbers = read_table(path), read_table(path, kinds={"share": "number"})
    pair = (as_numbers, as_words) if corrected == "before" else (as_words, as_numbers)
    before, after = (reading.columns for reading in pair)
    found = difference(before, after)
    assert (found["rows"]["kept"], found["rows"]["edited"]) == (300, [])
    (share,) = [column for column in found["columns"] if column["column"] == "share"]
    assert (share["word"], set(share["kind"])) == ("same", {"category", "number"})
    held = np.arange(300) % 5 == 0
    unlocked, set_aside = ([column.only(rows) for column in before] for rows in (~held, held))
    earlier = Earlier(unlocked, set_aside, np.flatnonzero(~held), np.flatnonzero(held))
    assert carry_held_out(after, [earlier]).rows.tolist() == held.tolist()
