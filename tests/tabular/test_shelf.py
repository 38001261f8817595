"""A large table is read in pieces that are set down in files without names: the same as all at once."""

import gc
import warnings

import numpy as np
import pytest

from studies.tabular import Column, TableError, content, read_table, records, shelf
from studies.tabular.held_out import HeldOut
from studies.tabular.shelf import Shelf

ROWS = [
    f"{i / 7:.{i % 5}f},{'' if i % 11 == 0 else i * 1000},{'é' * (i % 4)}{i % 3},2024-01-{1 + i % 28:02d},{i % 2}"
    for i in range(60)
]
TABLE = "share,whole,word,day,flag\n" + "\n".join([*ROWS[:20], ",,,,", ",,,,", *ROWS[20:], ",,,,"]) + "\n"


@pytest.mark.parametrize(
    ("name", "kind", "values", "levels"),
    [
        ("number", "number", [0.5, -0.0, np.nan, 1e300], ()),
        ("whole", "integer", [1.0, -70_000.0, np.nan, 3.0], ()),
        ("words", "category", [1, 0, -1, 1], ("a b", "é\n")),
        ("nothing", "text", [-1, -1], ()),
    ],
)
def test_what_is_set_down_is_found_again(tmp_path, name, kind, values, levels):
    column = Column(
        name, kind, "feature", np.array(values, np.int32 if kind in ("category", "text") else float), levels
    )
    kept = Shelf(tmp_path)
    kept.put(Column("before", "text", "feature", np.array([0, 1], np.int32), ("x", "y")))
    found = kept.put(column).in_role("ignored", "so")
    assert (found.name, found.kind, found.role, found.why) == (name, kind, "ignored", "so")
    assert (found.rows, found.n_levels, found.levels) == (len(values), len(levels), levels)
    assert found.values.dtype == column.values.dtype
    np.testing.assert_array_equal(found.values, column.values)
    np.testing.assert_array_equal(np.signbit(found.values), np.signbit(column.values))
    with pytest.raises(ValueError, match="read-only"):
        found.values[0] = 1
    some = np.arange(len(values)) > 0
    assert found.only(some).levels == column.only(some).levels
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("cells", "size"), [(1, 1), (17, 1 << 20), (10**6, 64)])
def test_a_table_is_the_same_in_whatever_pieces_it_is_read(write, tmp_path, monkeypatch, cells, size):
    def hold_out(columns):
        return HeldOut(np.arange(columns[0].rows) % 3 == 0)

    path, folder = write(TABLE), tmp_path / "meanwhile"
    folder.mkdir()
    usual = read_table(path, hold_out=hold_out)
    monkeypatch.setattr(records, "CHUNK_CELLS", cells)
    monkeypatch.setattr(records, "CHUNK_BYTES", size)
    monkeypatch.setattr(records, "IN_MEMORY", 1)
    monkeypatch.setattr(shelf, "IN_MEMORY", 1)
    found = read_table(path, hold_out=hold_out, folder=folder)
    assert not list(folder.iterdir())
    assert (found.rows, found.head, found.warnings) == (41, usual.head, usual.warnings)
    for one, other in zip((*usual.columns, *usual.held), (*found.columns, *found.held), strict=True):
        assert (one.name, one.kind, one.role, one.levels) == (other.name, other.kind, other.role, other.levels)
        np.testing.assert_array_equal(one.values, other.values)


@pytest.mark.parametrize("block", [1, 5, 1 << 20])
def test_the_line_of_a_bad_byte_is_counted_across_blocks(write, monkeypatch, block):
    monkeypatch.setattr(content, "BLOCK", block)
    with pytest.raises(TableError) as refused:
        read_table(write(b"a,b\r\n1,2\r3,4\n5,6\r\n7,\xff\r\n"))
    assert refused.value.line == 5


def test_what_is_not_looked_at_any_more_closes_its_files(write):
    reading = read_table(write(TABLE))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        del reading
        gc.collect()
    assert not [one.message for one in caught if one.category is ResourceWarning and "Spooled" in str(one.message)]
