"""A typed table on disk: one .npz without pickles, written whole or not at all; and the hash that names an upload."""

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Container, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.tabular.columns import NUMERIC, Column
from studies.tabular.compact import compact, in_full, smallest
from studies.tabular.dress import Dress

FORMAT = 2
WORDS_AT_ONCE = 4_096
FORMATS = (1, 2)  # 1: values as they are in memory


def save_table(columns: Sequence[Column], path: str | Path, rows: NDArray[np.int64] | None = None) -> None:
    """Writes the columns to `path`, replacing what was there in one step: a reader sees the old or the new table.

    rows: (n,) where each row stood in the file, from 0; given where the table is not all of it.
    """
    path = Path(path)
    header = [_told(column) for column in columns]
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as arrays:
                _write(arrays, "header", _json_array({"format": FORMAT, "columns": header}))
                if rows is not None:
                    _write(arrays, "rows", smallest(rows))
                # One after the other, as np.savez would: a large table is never in memory.
                for index, column in enumerate(columns):
                    _write(arrays, f"values_{index}", compact(column))
                    _write_words(arrays, f"levels_{index}", column.levels)
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

    def dress(self, name: str) -> Dress | None:
        """What a column of numbers was read without; None also where there is no such column."""
        told = self._columns[name][1] if name in self._columns else {}
        return Dress(**told["dress"]) if "dress" in told else None

    def column(self, name: str) -> Column:
        """KeyError for a name that no column has."""
        index, told = self._columns[name]
        return Column(
            name=name,
            kind=told["kind"],
            role=told["role"],
            values=in_full(self._arrays[f"values_{index}"], told["kind"] in NUMERIC),
            levels=tuple(_from_json(self._arrays[f"levels_{index}"])),
            why=told["why"],
            dress=self.dress(name),
        )


def load_table(path: str | Path, only: Container[str] | None = None) -> list[Column]:
    """The columns that `save_table` wrote.

    only: names of the columns that are wanted; the others are not read.
    """
    with StoredTable(path) as table:
        return [table.column(name) for name in table.names if only is None or name in only]


def _told(column: Column) -> dict[str, Any]:
    """All but the values of a column."""
    told = {"name": column.name, "kind": column.kind, "role": column.role, "why": column.why}
    return told | ({"dress": vars(column.dress)} if column.dress else {})


def stored_kinds(path: str | Path) -> dict[str, str]:
    """The kind of each column of a stored table, by name; the values are not read."""
    with np.load(path, allow_pickle=False) as arrays:
        return {column["name"]: column["kind"] for column in _from_json(arrays["header"])["columns"]}


def load_rows(path: str | Path) -> NDArray[np.int64] | None:
    """(n,) where in the file the rows of a stored table stood, from 0; None where it is all of the file."""
    with np.load(path, allow_pickle=False) as arrays:
        return np.asarray(arrays["rows"], np.int64) if "rows" in arrays.files else None


def _write(arrays: zipfile.ZipFile, name: str, array: NDArray[Any]) -> None:
    with arrays.open(f"{name}.npy", "w", force_zip64=True) as member:
        np.lib.format.write_array(member, array, allow_pickle=False)


def _write_words(arrays: zipfile.ZipFile, name: str, words: Sequence[str]) -> None:
    """The words as a JSON list in an array of bytes, in pieces: all at once a long text would be there thrice."""
    size = sum(map(len, _json_pieces(words)))
    with arrays.open(f"{name}.npy", "w", force_zip64=True) as member:
        np.lib.format.write_array_header_1_0(member, {"descr": "|u1", "fortran_order": False, "shape": (size,)})
        for piece in _json_pieces(words):
            member.write(piece)


def _json_pieces(words: Sequence[str]) -> Iterator[bytes]:
    yield b"["
    for first in range(0, len(words), WORDS_AT_ONCE):
        piece = json.dumps(words[first : first + WORDS_AT_ONCE], ensure_ascii=False)[1:-1]
        yield (", " if first else "").encode() + piece.encode()
    yield b"]"


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
