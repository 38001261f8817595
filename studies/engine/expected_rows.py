"""The rows of several studies brought together: which row of one table is which of another, class by class.

| symbol | meaning |
|---|---|
| n, m | rows of the first study's table, and of another one's, as models see them: with a target |
| place | (n,) int64: where each of the n rows stands in the other table, -1 where it does not |
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.engine.expected_trials import Scored, Told, share_columns
from studies.engine.tables import target_values
from studies.evaluation import Plan, Predictions, Table, decode_predictions, used_rows
from studies.evaluation.honesty import at_rows
from studies.evaluation.honesty.resamples import LEAST_GROUPS
from studies.evaluation.splits import TRAINS_ONLY
from studies.tabular import Column, load_table, match_rows

MOST_CELLS = 20_000_000  # trials times rows
ROWS = (20_000, 10_000, 5_000, 2_500)  # of a sample: the most that leave no more cells than that
SAMPLE_SEED = 0  # one sample for all studies of the same rows, so that they can be compared


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
    if first.target not in here & there or not share_columns(here, there):
        return found
    match = match_rows(first.columns, other.columns)
    mine, theirs = first.number[match.first], other.number[match.second]
    both = (mine >= 0) & (theirs >= 0)
    found[mine[both]] = theirs[both]
    return found


def sample_of(table: Table, allowed: NDArray[np.bool_], trials: int) -> NDArray[np.int64]:
    """Which of the allowed rows are used: all, or of very many a fixed sample that keeps the shares of the classes."""
    width = trials * (table.n_classes if table.n_classes > 2 else 1)
    most = next((size for size in ROWS if size * width <= MOST_CELLS), ROWS[-1])
    where = np.flatnonzero(allowed)
    if len(where) <= most:
        return where
    kind = "kfold" if table.groups is None else "group"
    return where[used_rows(table.subset(allowed), kind, most, SAMPLE_SEED)]


def groups_of(table: Table, rows: NDArray[np.int64], kind: str) -> NDArray[np.int64] | None:
    """Rows of one group are no independent ones, whatever the folds were; too few groups only count where folds are
    made of them."""
    if table.groups is None:
        return None
    groups = table.groups[rows]
    return groups if kind == "group" or len(np.unique(groups)) >= LEAST_GROUPS else None


def predictions_at(told: Told, rows: NDArray[np.int64], needs: str) -> Predictions | None:
    """What a trial said about the rows; None when it lacks one of them, or what the metric needs."""
    if not told.data:
        return None
    try:
        found = at_rows(decode_predictions(told.data), rows)
    except (ValueError, IndexError):  # damaged, or of a table of another length
        return None
    given = found.probabilities if found.probabilities is not None else found.ranks
    has_all = (given if needs == "scores" else getattr(found, needs)) is not None
    return found if has_all and found.covered.all() else None


def all_classes(classes: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The classes of the first, then those that only others have."""
    return tuple(dict.fromkeys(name for names in classes for name in names))


def moved(predictions: Predictions, own: tuple[str, ...], classes: tuple[str, ...]) -> Predictions:
    """The same predictions with the codes of `classes` in place of those of `own`, all of which are among them."""
    if own == classes:
        return predictions
    code = np.array([classes.index(name) for name in own])
    wide = {name: _widened(getattr(predictions, name), code, len(classes)) for name in ("probabilities", "ranks")}
    return replace(predictions, labels=_relabelled(predictions.labels, code, len(classes)), **wide)


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
