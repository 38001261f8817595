"""Evaluation plans: which row is validated in which fold, drawn once and stored (splitters change between releases).

stratified  each fold has the table's shares of the classes
kfold       folds drawn at random
group       folds of whole groups
time        K + 1 blocks of time; each but the first is validated once, by what was learnt from all earlier ones
"""

import hashlib
import json
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

LEFT_OUT = 255
TRAINS_ONLY = 254  # the first block of time
KINDS = ("stratified", "kfold", "group", "time")
FOLDS = (2, 20)
REPEATS = (1, 10)


@dataclass(frozen=True, eq=False)
class Plan:
    """R repeats of K folds over the n rows of a table.

    fold_of_row: (R, n) uint8; the fold in which a row is validated, LEFT_OUT (255) where no fold may see the row,
    TRAINS_ONLY (254) where it is learnt from and never validated.
    """

    kind: str
    folds: int
    repeats: int
    seed: int
    fold_of_row: NDArray[np.uint8]

    def __post_init__(self) -> None:
        rows = np.ascontiguousarray(self.fold_of_row, dtype=np.uint8).view()
        if rows.ndim != 2 or rows.shape[0] != self.repeats:
            raise ValueError(
                f"fold_of_row has one line for each of the {self.repeats} repeats, not shape {rows.shape}."
            )
        for repeat, line in enumerate(rows):
            used = np.bincount(line[line < TRAINS_ONLY], minlength=self.folds)
            if len(used) != self.folds or not used.all():
                raise ValueError(f"Repeat {repeat} does not use the folds 0 to {self.folds - 1}, each for some row.")
        rows.setflags(write=False)
        object.__setattr__(self, "fold_of_row", rows)

    @property
    def n_rows(self) -> int:
        return int(self.fold_of_row.shape[1])

    @property
    def n_fits(self) -> int:
        """Fits that one trial costs: R * K."""
        return self.repeats * self.folds

    def split(self, index: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Training and validation rows of fold number `index`, counted over all repeats (repeat * K + fold)."""
        repeat, fold = divmod(index, self.folds)
        line = self.fold_of_row[repeat]
        earlier = (line < fold) | (line == TRAINS_ONLY)
        learnt = earlier if self.kind == "time" else (line != fold) & (line != LEFT_OUT)
        return np.flatnonzero(learnt), np.flatnonzero(line == fold)

    @cached_property
    def used(self) -> NDArray[np.bool_]:
        """(n,) true where some fold learns from the row or validates it."""
        return np.asarray((self.fold_of_row != LEFT_OUT).any(axis=0))

    @cached_property
    def sha256(self) -> str:
        """A name for the plan: equal only when every row is in the same fold of every repeat."""
        return hashlib.sha256(self._header() + self.fold_of_row.tobytes()).hexdigest()

    def to_bytes(self) -> bytes:
        return self._header() + b"\n" + zlib.compress(self.fold_of_row.tobytes(), 6)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The plan that `to_bytes` wrote; ValueError for anything else."""
        try:
            line, _, body = bytes(data).partition(b"\n")
            header: dict[str, Any] = json.loads(line)
            shape = (int(header["repeats"]), int(header["rows"]))
            inflater = zlib.decompressobj()
            raw = inflater.decompress(body, shape[0] * shape[1] + 1)
            if not inflater.eof:
                raise ValueError("the body is cut off or too long")
            rows = np.frombuffer(raw, dtype=np.uint8).reshape(shape)
            return cls(str(header["kind"]), int(header["folds"]), shape[0], int(header["seed"]), rows)
        except (KeyError, TypeError, ValueError, OverflowError, zlib.error) as error:
            raise ValueError(f"These {len(data)} bytes are not a stored plan ({error}).") from error

    def _header(self) -> bytes:
        words = {
            "kind": self.kind, "folds": self.folds, "repeats": self.repeats, "seed": self.seed, "rows": self.n_rows,
        }  # fmt: skip
        return json.dumps(words, sort_keys=True).encode()
