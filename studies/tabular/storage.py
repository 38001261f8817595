"""A typed table on disk: one .npz without pickles, written whole or not at all; and the hash that names an upload."""

import hashlib
import json
import os
import tempfile
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.tabular.columns import NUMERIC, Column

FORMAT = 2
WHOLE = (np.int8, np.int16, np.int32)
FORMATS = (1, 2)  # 1: values as they are in memory


def save_table(columns: Sequence[Column], path: str | Path, rows: NDArray[np.int64] | None = None) -> None:
    """Writes the columns to `path`, replacing what was there in one step: a reader sees the old or the new table.

    rows: (n,) where each row stood in the file, from 0; given where the table is not all of it.
    """
    path = Path(path)
    header = [{"name": column.name, "kind": column.kind, "role": column.role, "why": column.why} for column in columns]
    arrays: dict[str, NDArray[Any]] = {"header": _json_array({"format": FORMAT, "columns": header})}
    if rows is not None:
        arrays["rows"] = _smallest(rows)
    for index, column in enumerate(columns):
        arrays[f"values_{index}"] = _compact(column)
        arrays[f"levels_{index}"] = _json_array(column.levels)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


class StoredTable:
    """A table that `save_table` wrote, whose columns are read when they are asked for, one by one.

    Nothing in the file can run: arrays of numbers and JSON only. ValueError for a format that is not known.
    """

    def __init__(self, path: str | Path) -> None:
        self._arrays = np.load(path, allow_pickle=False)
        header = _from_json(self._arrays["header"])
        if header["format"] not in FORMATS:
            self._arrays.close()
            raise ValueError(
                f"{path} is a table of format {header['format']!r}; this program reads formats up to {FORMAT}."
            )
        self._columns = {column["name"]: (index, column) for index, column in enumerate(header["columns"])}

    def __enter__(self) -> "StoredTable":
        return self

    def __exit__(self, *error: object) -> None:
        self._arrays.close()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._columns)

    def column(self, name: str) -> Column:
        """KeyError for a name that no column has."""
        index, told = self._columns[name]
        return Column(
            name=name,
            kind=told["kind"],
            role=told["role"],
            values=_in_full(self._arrays[f"values_{index}"], told["kind"] in NUMERIC),
            levels=tuple(_from_json(self._arrays[f"levels_{index}"])),
            why=told["why"],
        )


def load_table(path: str | Path, only: Container[str] | None = None) -> list[Column]:
    """The columns that `save_table` wrote.

    only: names of the columns that are wanted; the others are not read.
    """
    with StoredTable(path) as table:
        return [table.column(name) for name in table.names if only is None or name in only]


def stored_kinds(path: str | Path) -> dict[str, str]:
    """The kind of each column of a stored table, by name; the values are not read."""
    with np.load(path, allow_pickle=False) as arrays:
        return {column["name"]: column["kind"] for column in _from_json(arrays["header"])["columns"]}


def _compact(column: Column) -> NDArray[Any]:
    """The values in the smallest type that holds each of them: whole numbers and codes of levels as integers, of which
    the least one stands for a missing number; other numbers as they are."""
    if not column.is_numeric:
        return _smallest(column.values)
    missing = column.missing
    values = np.where(missing, 0.0, column.values)
    whole = bool(np.all(values == np.rint(values))) and not bool(np.any((values == 0) & np.signbit(values)))
    low, high = float(values.min(initial=0)), float(values.max(initial=0))
    small = next((kind for kind in WHOLE if np.iinfo(kind).min < low and high <= np.iinfo(kind).max), None)
    if not whole or small is None:
        return column.values
    return np.where(missing, np.iinfo(small).min, values).astype(small)


def _in_full(values: NDArray[Any], is_numeric: bool) -> NDArray[np.float64] | NDArray[np.int32]:
    if not is_numeric:
        return values.astype(np.int32, copy=False)
    if values.dtype.kind == "f":
        return values
    numbers = values.astype(np.float64)
    numbers[values == np.iinfo(values.dtype).min] = np.nan
    return numbers


def _smallest(values: NDArray[Any]) -> NDArray[Any]:
    """Integers in the smallest type that holds them all."""
    low, high = int(values.min(initial=0)), int(values.max(initial=0))
    return values.astype(
        next((kind for kind in WHOLE if np.iinfo(kind).min < low and high <= np.iinfo(kind).max), np.int64)
    )


def load_rows(path: str | Path) -> NDArray[np.int64] | None:
    """(n,) where in the file the rows of a stored table stood, from 0; None where it is all of the file."""
    with np.load(path, allow_pickle=False) as arrays:
        return np.asarray(arrays["rows"], np.int64) if "rows" in arrays.files else None


def content_hash(source: bytes | str | Path) -> str:
    """SHA-256, in hex, of bytes or of a file read in pieces."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    with Path(source).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _json_array(value: object) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(value, ensure_ascii=False).encode(), np.uint8)


def _from_json(array: NDArray[np.uint8]) -> Any:
    return json.loads(array.tobytes())


def _sync_folder(folder: Path) -> None:
    """The new name survives a power cut only once its folder is on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
