"""The data of a study as arrays: what every estimator, metric and plan here works on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

TASKS = ("classification", "regression")
_FLAT, _SHARP = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)  # splitmix64's constants


@dataclass(frozen=True, eq=False)
class Table:
    """Features and target of n rows; the arrays are read-only views.

    X: (n, p) float64, missing is NaN, a categorical column holds the code of its level 0..k-1.
    y: (n,) int64 codes 0..C-1 of `classes`, or float64; never missing.
    groups: (n,) int64 codes; rows of one group belong together, such as the visits of a patient. None: no groups.
    order: (n,) float64, rising with time, NaN where a row has none. None: no time. Neither is a feature.
    """

    X: NDArray[np.float64]
    y: NDArray[Any]
    task: str
    names: tuple[str, ...]
    categorical: tuple[bool, ...]
    levels: tuple[tuple[str, ...], ...]
    classes: tuple[str, ...] = ()
    target: str = "target"
    groups: NDArray[np.int64] | None = None
    order: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            raise ValueError(f"A task is 'classification' or 'regression', not {self.task!r}.")
        dtype = np.int64 if self.task == "classification" else np.float64
        object.__setattr__(self, "X", _read_only(self.X, np.float64))
        object.__setattr__(self, "y", _read_only(self.y, dtype))
        if self.groups is not None:
            object.__setattr__(self, "groups", _read_only(self.groups, np.int64))
        if self.order is not None:
            object.__setattr__(self, "order", _read_only(self.order, np.float64))
        self._check_shapes()
        self._check_features()
        self._check_target()

    @classmethod
    def from_arrays(
        cls,
        X: ArrayLike,
        y: ArrayLike,
        task: str,
        names: Sequence[str] | None = None,
        categorical: Iterable[int | str] = (),
        target: str = "target",
    ) -> Self:
        """A table from plain arrays: classes and categorical columns (by position or name) may be text or numbers."""
        raw = np.asarray(X)
        if raw.ndim != 2:
            raise ValueError(f"X has rows and columns, so 2 dimensions; this one has {raw.ndim}.")
        known = tuple(names) if names is not None else tuple(f"x{j}" for j in range(raw.shape[1]))
        chosen = {_position(column, known) for column in categorical}
        matrix = np.empty(raw.shape, dtype=np.float64)
        levels: list[tuple[str, ...]] = [()] * raw.shape[1]
        for j in range(raw.shape[1]):
            if j in chosen:
                matrix[:, j], levels[j] = _codes(raw[:, j])
            else:
                matrix[:, j] = _numbers(raw[:, j], known[j])
        classes: tuple[str, ...] = ()
        goal = np.asarray(y)
        if task == "classification":
            coded, classes = _codes(goal)
            if np.isnan(coded).any():
                raise ValueError(f"The target {target!r} is missing in {int(np.isnan(coded).sum())} rows.")
            goal = coded.astype(np.int64)
        flags = tuple(j in chosen for j in range(raw.shape[1]))
        return cls(matrix, goal, task, known, flags, tuple(levels), classes, target)

    @property
    def n_rows(self) -> int:
        return int(self.X.shape[0])

    @property
    def n_features(self) -> int:
        return int(self.X.shape[1])

    @property
    def n_classes(self) -> int:
        """How many classes there are; 0 for regression."""
        return len(self.classes)

    def subset(self, kept: NDArray[np.bool_]) -> Self:
        """The rows where `kept` (n,) is true, under the same columns, levels and classes."""
        return replace(
            self,
            X=self.X[kept],
            y=self.y[kept],
            groups=None if self.groups is None else self.groups[kept],
            order=None if self.order is None else self.order[kept],
        )

    @cached_property
    def class_counts(self) -> NDArray[np.int64]:
        """Rows of each class, (C,)."""
        return np.bincount(self.y, minlength=self.n_classes) if self.classes else np.zeros(0, dtype=np.int64)

    @cached_property
    def missing(self) -> tuple[bool, ...]:
        """For each column, whether any row lacks it."""
        return tuple(bool(np.isnan(self.X[:, j]).any()) for j in range(self.n_features))

    @cached_property
    def distinct_rows(self) -> NDArray[np.int64]:
        """(n,) codes 0..D-1, equal where all features are (two missing values are equal), by a 64-bit hash.

        The target is not looked at: a row whose features a model has seen can be recalled, not predicted, and a
        second measurement of the same thing gives a like target, not the same one.
        """
        hashes = np.zeros(self.n_rows, dtype=np.uint64)
        for j in range(self.n_features):
            column = self.X[:, j] + 0.0  # -0.0 becomes 0.0
            column[np.isnan(column)] = np.nan  # of the many NaN the same one
            mixed = (hashes * _FLAT) ^ column.view(np.uint64)
            mixed ^= mixed >> np.uint64(30)
            mixed *= _SHARP
            hashes = mixed ^ (mixed >> np.uint64(27))
        return np.unique(hashes, return_inverse=True)[1].astype(np.int64)

    @cached_property
    def number_columns(self) -> list[int]:
        return [j for j, flag in enumerate(self.categorical) if not flag]

    @cached_property
    def category_columns(self) -> list[int]:
        return [j for j, flag in enumerate(self.categorical) if flag]

    def _check_shapes(self) -> None:
        if self.X.ndim != 2 or self.y.ndim != 1:
            raise ValueError(f"X has 2 dimensions and y has 1; these have {self.X.ndim} and {self.y.ndim}.")
        n, p = self.X.shape
        if len(self.y) != n:
            raise ValueError(f"X has {n} rows but y has {len(self.y)}.")
        if n < 2:
            raise ValueError(f"A table needs at least 2 rows; this one has {n}.")
        if p < 1:
            raise ValueError("A table needs at least 1 feature; this one has none.")
        for what, of_rows in (("groups", self.groups), ("order", self.order)):
            if of_rows is not None and of_rows.shape != (n,):
                raise ValueError(f"{what} has one entry for each of the {n} rows, not shape {of_rows.shape}.")
        for what, values in (("names", self.names), ("categorical", self.categorical), ("levels", self.levels)):
            if len(values) != p:
                raise ValueError(f"{what} has {len(values)} entries for {p} columns.")

    def _check_features(self) -> None:
        if self.order is not None and np.isinf(self.order).any():
            raise ValueError("The time of a row is infinite; leave it missing or mend it.")
        for j in np.flatnonzero(np.isinf(self.X).any(axis=0)).tolist():
            raise ValueError(f"Column {self.names[j]!r} holds an infinite value; leave it missing or mend it.")
        for j in self.category_columns:
            codes = self.X[:, j][~np.isnan(self.X[:, j])]
            bad = codes[(codes < 0) | (codes >= len(self.levels[j])) | (codes != np.floor(codes))]
            if bad.size:
                raise ValueError(
                    f"Column {self.names[j]!r} holds the level code {bad[0]:g}; "
                    f"its {len(self.levels[j])} levels have the codes 0 to {len(self.levels[j]) - 1}."
                )

    def _check_target(self) -> None:
        if self.task == "regression":
            if not np.isfinite(self.y).all():
                bad = self.y[~np.isfinite(self.y)][0]
                raise ValueError(f"The target {self.target!r} holds {bad}; every row needs a finite number.")
            return
        if len(self.classes) < 2:
            raise ValueError(f"The target {self.target!r} has {len(self.classes)} classes; it needs at least 2.")
        if self.y.min() < 0 or self.y.max() >= len(self.classes):
            raise ValueError(f"The target's codes run from 0 to {len(self.classes) - 1}, one for each class.")


def _read_only(values: ArrayLike, dtype: Any) -> NDArray[Any]:
    """A view that cannot be written, without freezing the caller's own array."""
    array = np.asarray(values)
    if dtype is np.int64 and array.dtype.kind not in "iub":
        raise ValueError(f"Classes are whole codes 0, 1, 2 ...; these are of type {array.dtype}.")
    view = np.ascontiguousarray(array, dtype=dtype).view()
    view.setflags(write=False)
    return view


def _position(column: int | str, names: tuple[str, ...]) -> int:
    if isinstance(column, str):
        if column not in names:
            raise ValueError(f"There is no column {column!r} to be categorical; the columns are {', '.join(names)}.")
        return names.index(column)
    if not 0 <= column < len(names):
        raise ValueError(f"There is no column {column}; the {len(names)} columns are numbered from 0.")
    return column


def _numbers(values: NDArray[Any], name: str) -> NDArray[np.float64]:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"Column {name!r} holds something that is no number ({error}); is it categorical?") from error


def _codes(values: NDArray[Any]) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Codes of sorted levels and the levels' names; None and NaN become NaN."""
    present = np.array([value is not None and value == value for value in values.tolist()], dtype=bool)
    codes = np.full(len(values), np.nan)
    kept = values[present]
    distinct, inverse = np.unique(kept.astype(str) if kept.dtype == object else kept, return_inverse=True)
    codes[present] = inverse
    return codes, tuple(str(level) for level in distinct.tolist())
