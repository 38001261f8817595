"""The folds of a plan as arrays, and what trials of one table and plan need not each do again.

Every trial learns from the same rows and, unless its configuration says otherwise, fills, scales and encodes them in
the same way. So a fold's rows are cut once, and the features that its training rows' own statistics have prepared are
kept for the next trial with the same preparation. No score changes by a bit: the same steps were fitted on the same
rows. A preparation that draws at random (`Preprocessing.draws`) belongs to one trial's seed and is never kept.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from .estimators.preprocessing import Preprocessing
from .splits import Plan
from .table import Table

KEPT_MB = 256  # what an evaluator keeps of prepared folds unless it is told otherwise


@dataclass(frozen=True, eq=False)
class Fold:
    """One fold's rows of the table, its features prepared for a model or not; the arrays cannot be written."""

    valid: NDArray[np.intp]
    X_train: NDArray[np.float64]
    y_train: NDArray[Any]
    X_valid: NDArray[np.float64]
    y_valid: NDArray[Any]

    def __post_init__(self) -> None:
        for array in (self.X_train, self.y_train, self.X_valid, self.y_valid):
            array.setflags(write=False)  # a model that wrote here would change the trials after it

    @property
    def nbytes(self) -> int:
        arrays = (self.valid, self.X_train, self.y_train, self.X_valid, self.y_valid)
        return sum(array.nbytes for array in arrays)


class Folds:
    """The folds of a plan over a table; at most `keep_mb` megabytes (2**20 bytes) of prepared ones stay in memory.

    Trials go through the folds in order, again and again, so what is in use now is worth no less than what was used
    last: room is made by dropping the preparation that was used longest ago, and never the one in use. Of a plan that
    is too large to be kept whole, its first folds are.
    """

    def __init__(self, table: Table, plan: Plan, keep_mb: float = 0) -> None:
        if plan.n_rows != table.n_rows:
            raise ValueError(f"The plan is for {plan.n_rows} rows; this table has {table.n_rows}.")
        self.table, self.plan = table, plan
        self.room = int(keep_mb * 2**20)
        self.kept: dict[Preprocessing | None, dict[int, Fold]] = {}  # by preparation, the one used last at the end
        self.kept_bytes = 0

    def fold(self, index: int, preparation: Preprocessing | None, seen: Table, seed: int) -> Fold:
        """Fold number `index` of Plan.split, its features prepared by statistics of its training rows alone.

        seen: the table of the rows that the plan uses, which decides what steps there are; seed: what they draw from.
        ValueError when the rows to learn from are all of one class; else whatever a step raises.
        """
        keeps = self.room > 0 and not (preparation is not None and preparation.draws(seen))
        if keeps and (fold := self._recall(preparation, index)) is not None:
            return fold
        fold = self._cut(index)
        steps = preparation.steps(seen, seed) if preparation is not None else []
        if steps:
            prepare = Pipeline(steps)
            X_train = prepare.fit_transform(fold.X_train, fold.y_train)
            X_valid = prepare.transform(fold.X_valid)
            fold = Fold(fold.valid, X_train, fold.y_train, X_valid, fold.y_valid)
        if keeps:
            self._keep(preparation, index, fold)
        return fold

    def forget(self) -> bool:
        """Drop all that is kept, for a fit that needs the memory; False when nothing was."""
        had = bool(self.kept)
        self.kept.clear()
        self.kept_bytes = 0
        return had

    def _cut(self, index: int) -> Fold:
        table = self.table
        train, valid = self.plan.split(index)
        y = table.y[train]
        if table.task == "classification" and (y == y[0]).all():
            raise ValueError(
                f"The rows to learn from are all of class {table.classes[int(y[0])]!r}. "
                "Fewer folds or another split help."
            )
        return Fold(valid, table.X[train], y, table.X[valid], table.y[valid])

    def _recall(self, preparation: Preprocessing | None, index: int) -> Fold | None:
        folds = self.kept.pop(preparation, None)
        if folds is None:
            return None
        self.kept[preparation] = folds
        return folds.get(index)

    def _keep(self, preparation: Preprocessing | None, index: int, fold: Fold) -> None:
        needed = fold.nbytes
        while self.kept_bytes + needed > self.room:
            oldest = next(iter(self.kept), preparation)
            if oldest == preparation:
                return
            self.kept_bytes -= sum(dropped.nbytes for dropped in self.kept.pop(oldest).values())
        self.kept.setdefault(preparation, {})[index] = fold
        self.kept_bytes += needed
