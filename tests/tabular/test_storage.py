"""A stored table is the table; nothing half-written is ever found, and nothing in a file can run."""

import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest

from studies.tabular import Column, content_hash, load_table, read_table, save_table


def columns_of(table):
    cells = ["1.5", "", "-0", *range(9)], ["æ", "b", "?", "b"] * 3, ["yes", "no"] * 6, [f"k{i}" for i in range(12)]
    return read_table(table("ø,c,y,id", *cells)).columns


def test_what_is_saved_is_loaded(table, tmp_path):
    saved = columns_of(table)
    save_table(saved, tmp_path / "t.npz")
    loaded = load_table(tmp_path / "t.npz")
    for before, after in zip(saved, loaded, strict=True):
        assert (before.name, before.kind, before.role, before.why) == (after.name, after.kind, after.role, after.why)
        assert before.levels == after.levels
        assert before.values.dtype == after.values.dtype
        np.testing.assert_array_equal(before.values, after.values)


def test_the_same_table_makes_the_same_bytes(table, tmp_path):
    save_table(columns_of(table), tmp_path / "one.npz")
    save_table(columns_of(table), tmp_path / "two.npz")
    assert content_hash(tmp_path / "one.npz") == content_hash(tmp_path / "two.npz")


def test_a_failed_write_leaves_the_old_table_and_nothing_else(table, tmp_path):
    path = tmp_path / "t.npz"
    save_table(columns_of(table), path)
    before = content_hash(path)
    broken = Column("a", "category", "feature", np.zeros(3, np.int32), levels=("ok", "\ud800"))
    with pytest.raises(UnicodeEncodeError):
        save_table([broken], path)
    with pytest.raises(FileNotFoundError):
        save_table(columns_of(table), tmp_path / "no" / "such.npz")
    assert content_hash(path) == before
    assert {item.name for item in tmp_path.iterdir()} == {"t.npz", "upload.csv"}


class Evil:
    def __init__(self, marker: Path):
        self.marker = str(marker)

    def __reduce__(self):
        return (open, (self.marker, "w"))


def test_pickled_arrays_are_refused_and_never_run(tmp_path):
    marker, path = tmp_path / "run", tmp_path / "t.npz"
    np.savez(path, header=np.array([Evil(marker)], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        load_table(path)
    path.write_bytes(pickle.dumps(Evil(marker)))
    with pytest.raises(ValueError, match="allow_pickle"):
        load_table(path)
    assert not marker.exists()


def test_another_format_is_refused(table, tmp_path):
    header = np.frombuffer(b'{"format": 99, "columns": []}', np.uint8)
    np.savez(tmp_path / "t.npz", header=header)
    with pytest.raises(ValueError, match="format 99"):
        load_table(tmp_path / "t.npz")


def test_content_hash_of_bytes_and_files(tmp_path):
    data = b"a,b\n1,2\n" * 100_000
    (tmp_path / "f").write_bytes(data)
    assert content_hash(data) == content_hash(tmp_path / "f") == hashlib.sha256(data).hexdigest()


def test_whole_numbers_and_codes_are_stored_small_and_loaded_in_full(tmp_path):
    wide = [np.arange(300.0), np.arange(300) * 7e6, np.full(300, 2.0**31), np.full(300, -0.0), np.full(300, -128.0)]
    gaps = [
        np.where(np.arange(300) % 3, values, np.nan) for values in [*wide, np.full(300, np.nan), np.arange(300) / 8]
    ]
    codes = Column("codes", "category", "feature", np.arange(300, dtype=np.int32) % 3 - 1, ("a", "b"))
    saved = [*(Column(f"c{i}", "number", "feature", values) for i, values in enumerate([*wide, *gaps])), codes]
    save_table(saved, tmp_path / "t.npz", np.arange(300))
    for before, after in zip(saved, load_table(tmp_path / "t.npz"), strict=True):
        assert before.values.dtype == after.values.dtype
        assert before.values.tobytes() == after.values.tobytes()
    with np.load(tmp_path / "t.npz") as arrays:
        kinds = [str(arrays[f"values_{i}"].dtype) for i in range(len(saved))]
    assert kinds[:5] == ["int16", "int32", "float64", "float64", "int16"]
    assert kinds[-2:] == ["float64", "int8"]


def test_tables_of_the_first_format_are_still_read(tmp_path):
    header = b'{"format": 1, "columns": [{"name": "a", "kind": "number", "role": "target", "why": ""}]}'
    arrays = {"header": np.frombuffer(header, np.uint8), "levels_0": np.frombuffer(b"[]", np.uint8)}
    np.savez(tmp_path / "t.npz", values_0=np.array([1.5, np.nan]), **arrays)
    assert load_table(tmp_path / "t.npz")[0].values.tolist()[0] == 1.5
