"""Typed columns set down in a file while a table is read: of a large one, one or two are in memory at a time."""

import os
import tempfile
import weakref
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.tabular.columns import Column
from studies.tabular.compact import compact, in_full
from studies.tabular.dress import Dress
from studies.tabular.words import Words, words_of

IN_MEMORY = 8 << 20  # bytes; what is more goes to the disk
AT_HAND = 2  # columns whose values stay in memory: many a check looks at one beside the target
Values = NDArray[np.float64] | NDArray[np.int32]


@dataclass(frozen=True)
class Place:
    """Where a column is in the file: its values, then the text of its levels and the ends of these."""

    first: int
    rows: int
    kind: np.dtype[Any]
    is_numeric: bool
    text: int  # bytes
    levels: int


class Shelf:
    """Columns by their places, in a file without a name in `folder` (None: where the system keeps such)."""

    def __init__(self, folder: str | Path | None = None) -> None:
        # Without a name: whatever ends this process takes it along.
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=None if folder is None else str(folder))  # noqa: SIM115
        weakref.finalize(self, self._file.close)
        self.values = lru_cache(maxsize=AT_HAND)(self._values)
        self.levels = lru_cache(maxsize=1)(self._levels)

    def put(self, column: Column) -> Column:
        """The same column, its values and levels in the file from now on."""
        values, words = compact(column), words_of(column.levels)
        first = self._file.seek(0, os.SEEK_END)
        self._file.write(_bytes(values))
        self._file.write(words.text)
        self._file.write(_bytes(words.ends))
        place = Place(first, len(values), values.dtype, column.is_numeric, len(words.text), len(words))
        return SetDown(column.name, column.kind, column.role, column.why, column.dress, self, place)

    def _values(self, place: Place) -> Values:
        return in_full(self._read(place.first, place.rows, place.kind), place.is_numeric)

    def _levels(self, place: Place) -> Words:
        text = place.first + place.rows * place.kind.itemsize
        self._file.seek(text)
        return Words(self._file.read(place.text), self._read(text + place.text, place.levels, np.dtype(np.int32)))

    def _read(self, first: int, count: int, kind: np.dtype[Any]) -> NDArray[Any]:
        self._file.seek(first)
        return np.frombuffer(self._file.read(count * kind.itemsize), kind)


def _bytes(values: NDArray[Any]) -> memoryview:
    return np.ascontiguousarray(values).view(np.uint8).data


class SetDown(Column):
    """A column whose values lie on a shelf, and are read when somebody looks."""

    shelf: Shelf
    place: Place

    def __init__(
        self, name: str, kind: str, role: str, why: str, dress: Dress | None, shelf: Shelf, place: Place
    ) -> None:
        self.__dict__.update(name=name, kind=kind, role=role, why=why, dress=dress, shelf=shelf, place=place)

    @property
    def values(self) -> Values:
        values: Values = self.shelf.values(self.place)
        values.flags.writeable = False
        return values

    @property
    def levels(self) -> Words:
        return self.shelf.levels(self.place)

    @property
    def rows(self) -> int:
        return self.place.rows

    @property
    def n_levels(self) -> int:
        return self.place.levels

    def in_role(self, role: str, why: str) -> Column:
        return SetDown(self.name, self.kind, role, why, self.dress, self.shelf, self.place)
