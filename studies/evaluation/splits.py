"""Evaluation plans: which row is validated in which fold, drawn once and stored (splitters change between releases)."""

import hashlib
import json
import operator
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import KFold, StratifiedKFold

from .naming import suggestion
from .table import Table

LEFT_OUT = 255
KINDS = ("stratified", "kfold")
FOLDS = (2, 20)
REPEATS = (1, 10)


@dataclass(frozen=True, eq=False)
class Plan:
    """R repeats of K folds over the n rows of a table.

    fold_of_row: (R, n) uint8; the fold in which a row is validated, LEFT_OUT (255) where no fold may see the row.
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
            used = np.bincount(line[line != LEFT_OUT], minlength=self.folds)
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
        return np.flatnonzero((line != fold) & (line != LEFT_OUT)), np.flatnonzero(line == fold)

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


def make_plan(table: Table, kind: str, folds: int = 5, repeats: int = 1, seed: int = 0) -> Plan:
    """Draw a shuffled plan; each repeat has a seed of its own. ValueError says what the rows do allow."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not a kind of plan. {suggestion(kind, KINDS)}")
    folds = _whole("folds", folds, *FOLDS)
    repeats = _whole("repeats", repeats, *REPEATS)
    seed = _whole("seed", seed, 0, None)
    if kind == "stratified":
        _check_classes(table, folds)
    elif table.n_rows < folds:
        raise ValueError(f"{table.n_rows} rows cannot make {folds} folds; at most {table.n_rows} are possible.")
    splitter = StratifiedKFold if kind == "stratified" else KFold
    fold_of_row = np.empty((repeats, table.n_rows), dtype=np.uint8)
    for repeat in range(repeats):
        state = int(np.random.SeedSequence([seed, repeat]).generate_state(1)[0])
        splits = splitter(n_splits=folds, shuffle=True, random_state=state).split(table.X, table.y)
        for fold, (_, valid) in enumerate(splits):
            fold_of_row[repeat, valid] = fold
    return Plan(kind, folds, repeats, seed, fold_of_row)


def _whole(name: str, value: int, low: int, high: int | None) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        raise ValueError(f"{name} is a whole number, not {value!r}.") from None
    if number < low or (high is not None and number > high):
        span = f"from {low} to {high}" if high is not None else f"{low} or more"
        raise ValueError(f"{name} is {span}, not {number}.")
    return number


def _check_classes(table: Table, folds: int) -> None:
    if table.task != "classification":
        raise ValueError("Stratified folds need classes; for regression use the kind 'kfold'.")
    counts = np.where(table.class_counts == 0, table.n_rows, table.class_counts)  # a class without rows spoils nothing
    rarest = int(np.argmin(counts))
    count = int(counts[rarest])
    if count >= folds:
        return
    rows = "1 row" if count == 1 else f"{count} rows"
    problem = f"Class {table.classes[rarest]!r} has only {rows}, too few for {folds} stratified folds."
    if count < FOLDS[0]:
        raise ValueError(f"{problem} Stratified folds need at least 2 rows in every class; use 'kfold' or add rows.")
    raise ValueError(f"{problem} The largest possible number of folds is {count}.")
