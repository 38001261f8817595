"""The rows of several studies brought together: which row of one table is which of another, class by class.

| symbol | meaning |
|---|---|
| n, m | rows of the first study's table, and of another one's, as models see them: with a target |
| place | (n,) int64: where each of the n rows stands in the other table, -1 where it does not |
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.engine.expected_trials import Scored
from studies.engine.tables import target_values
from studies.evaluation import Plan, Predictions
from studies.evaluation.splits import TRAINS_ONLY
from studies.tabular import Column, load_table, match_rows

LEAST_SHARE = 0.5  # of the columns, and of the rows, that two studies must share


@dataclass(frozen=True, eq=False)
class Seen:
    """A table as models see it. known: rows as stored that have a target; classes: the names of its codes."""

    columns: Sequence[Column]
    known: NDArray[np.bool_]
    classes: tuple[str, ...]
    target: str

    @classmethod
    def of(cls, scored: Scored) -> "Seen":
        path, _, target, task, *_ = scored.source
        columns = load_table(Path(path))
        known, _, classes = target_values(next(column for column in columns if column.name == target), task)
        return cls(columns, known, classes, target)

    @cached_property
    def number(self) -> NDArray[np.int64]:
        """Of each row as stored, where it stands among those with a target; -1 for the others."""
        return np.where(self.known, np.cumsum(self.known) - 1, -1)


def is_same_table(first: Scored, other: Scored) -> bool:
    """Whether the rows of both are the same by their places alone, whatever the features."""
    return (first.source[0], *first.source[2:4]) == (other.source[0], *other.source[2:4])


def validated_rows(plan: Plan) -> NDArray[np.bool_]:
    """(n,) true for the rows that every repeat of the plan validates."""
    return np.asarray((plan.fold_of_row < TRAINS_ONLY).all(axis=0))


def places(first: Seen, other: Seen) -> NDArray[np.int64]:
    """(n,) the place of each row of the first among those of the other, by equal cells in the columns that both have.

    All -1 where they share too few columns to tell rows apart, or not the target.
    """
    found = np.full(int(first.known.sum()), -1, np.int64)
    here, there = ({column.name for column in seen.columns} for seen in (first, other))
    if first.target not in here & there or len(here & there) < LEAST_SHARE * max(len(here), len(there)):
        return found
    match = match_rows(first.columns, other.columns)
    mine, theirs = first.number[match.first], other.number[match.second]
    both = (mine >= 0) & (theirs >= 0)
    found[mine[both]] = theirs[both]
    return found


def all_classes(seen: Sequence[Seen]) -> tuple[str, ...]:
    """The classes of the first, then those that only others have."""
    return tuple(dict.fromkeys(name for one in seen for name in one.classes))


def moved(
    predictions: Predictions, place: NDArray[np.int64], own: tuple[str, ...], all_: tuple[str, ...]
) -> Predictions:
    """Predictions for the rows at `place` (k,), none of them -1, with codes of `all_` classes in place of `own`."""
    at = Predictions(
        **{
            field.name: array[:, place]
            for field in fields(predictions)
            if (array := getattr(predictions, field.name)) is not None
        }
    )
    if own == all_ or not own:
        return at
    code = np.array([all_.index(name) for name in own])
    wide = {name: _widened(getattr(at, name), code, len(all_)) for name in ("probabilities", "ranks")}
    return replace(at, labels=_relabelled(at.labels, code, len(all_)), **wide)


def _relabelled(labels: NDArray[Any] | None, code: NDArray[np.int64], classes: int) -> NDArray[Any] | None:
    if labels is None:
        return None
    dtype = labels.dtype if classes <= np.iinfo(labels.dtype).max else np.dtype(np.uint16)
    to = np.full(int(np.iinfo(labels.dtype).max) + 1, np.iinfo(dtype).max, dtype)  # the last one: no prediction
    to[: len(code)] = code
    return to[labels]


def _widened(columns: NDArray[np.uint16] | None, code: NDArray[np.int64], classes: int) -> NDArray[np.uint16] | None:
    """A column for each class; of two classes only the second had one."""
    if columns is None:
        return None
    if columns.ndim == 2:
        columns = np.stack([np.iinfo(columns.dtype).max - columns, columns], axis=-1)
    if classes == 2:  # both are known to both, in another order
        return columns[..., int(np.flatnonzero(code == 1)[0])]
    wide = np.zeros((*columns.shape[:2], classes), columns.dtype)
    wide[..., code] = columns
    return wide
