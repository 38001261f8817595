"""A row is the same row whatever the order of columns and rows, the kinds and the decimal mark; and no other row is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.tabular import Column, match_rows, read_table, row_hashes, row_keys

CELLS = st.sampled_from(["", "1", "2.50", "-0", "0", "a", " a ", "b", "1e3", "1000", "é"])


def made(cells: list[str], name: str = "c", kind: str = "category") -> Column:
    levels = tuple(sorted({cell.strip() for cell in cells} - {""}))
    codes = [levels.index(cell.strip()) if cell.strip() else -1 for cell in cells]
    return Column(name, kind, "feature", np.array(codes, np.int32), levels)


@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=30), seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_rows_are_equal_where_their_cells_say_the_same(rows: list[tuple[str, str]], seed: int) -> None:
    said = {"-0": "0", " a ": "a", "1e3": "1000"}
    plain = [tuple(said.get(cell, cell) for cell in row) for row in rows]
    one, two = (made([row[i] for row in rows], "ab"[i]) for i in (0, 1))
    hashes = row_hashes([one, two])
    np.testing.assert_array_equal(hashes, row_hashes([two, one]))
    np.testing.assert_array_equal(hashes[:, None] == hashes, [[p == q for q in plain] for p in plain])
    keys = row_keys(hashes)
    assert len(np.unique(keys)) == len(rows)
    order = np.random.default_rng(seed).permutation(len(rows))
    moved = [made([rows[row][i] for row in order], "ab"[i]) for i in (1, 0)]
    match = match_rows([one, two], moved)
    assert sorted(match.first) == sorted(match.second) == list(range(len(rows)))
    assert [plain[i] for i in match.first] == [plain[order[j]] for j in match.second]


def test_a_corrected_kind_does_not_change_a_row(table) -> None:
    path = table(
        "n,f,word,flag", [3, "", 7, 0] * 3, ["1.5", "2", "-0.0", "NA"] * 3, ["x", "y", "", "é"] * 3, [0, 1] * 6
    )
    read = row_hashes(read_table(path).columns)
    as_words = dict.fromkeys(("n", "f", "word", "flag"), "category")
    np.testing.assert_array_equal(read, row_hashes(read_table(path, kinds=as_words).columns))
    assert len(np.unique(read)) == 4


def test_the_decimal_mark_is_not_part_of_a_number(write) -> None:
    point = write("a,b\n" + "1.5,x\n2.25,y\n" * 6, "point.csv")
    comma = write("b;a\n" + "x;1,5\ny;2,25\n" * 6, "comma.csv")
    words = read_table(comma, kinds={"a": "category"}).columns
    for columns in (read_table(comma).columns, words):
        np.testing.assert_array_equal(row_hashes(columns), row_hashes(read_table(point).columns))


def test_of_copies_the_first_is_the_first(table) -> None:
    old = read_table(table("a,b,c", [1, 1, 1, 2] * 3, [5, 5, 6, 7] * 3, range(12))).columns
    new = read_table(table("b,a,d", [9, 5, 5, 5] * 3, [9, 1, 1, 1] * 3, range(12))).columns
    match = match_rows(old, new)
    assert match.names == ("a", "b")
    assert list(zip(match.first.tolist(), match.second.tolist(), strict=True)) == [
        (0, 1), (1, 2), (4, 3), (5, 5), (8, 6), (9, 7)
    ]  # fmt: skip


def test_what_cannot_be_hashed_is_refused(table) -> None:
    columns = read_table(table("a,b", range(12), ["x", "y"] * 6)).columns
    with pytest.raises(ValueError, match="no column 'z'"):
        row_hashes(columns, ["a", "z"])
    with pytest.raises(ValueError, match="without columns"):
        row_hashes(columns, [])
    assert len(match_rows(columns, [made(["1"] * 12, "other")]).first) == 0
