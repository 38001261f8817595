"""What T trials said about the rows that all of them have, ready to be scored.

| symbol | meaning |
|---|---|
| T, R, n, C | trials, repeats of the folds, rows, classes |

The R answers that a trial has for a row are averaged within the row, and never taken for R rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.evaluation.predictions import PARTS, Predictions

Array = NDArray[Any]
WIDEST = 2**16  # of whole numbers as labels, for a table of their codes


@dataclass(frozen=True, eq=False)
class Answer:
    """One trial's answers: labels (R, n) codes, values (R, n), probabilities (R, n, C), scores (R, n) or (R, n, C).

    Only what the metric needs is there.
    """

    labels: Array | None = None
    values: Array | None = None
    probabilities: Array | None = None
    scores: Array | None = None


def covered_rows(trials: Sequence[Predictions]) -> NDArray[np.bool_]:
    """(n,) true for the rows that every trial has validated in every repeat."""
    covered = np.asarray(trials[0].covered.all(axis=0))
    for trial in trials[1:]:
        if trial.covered.shape[1] != len(covered):
            raise ValueError(f"Predictions for {trial.covered.shape[1]} and {len(covered)} rows do not go together.")
        covered = covered & trial.covered.all(axis=0)
    return covered


def at_rows(trial: Predictions, rows: NDArray[Any]) -> Predictions:
    """The same predictions for a choice of the rows: indices, or (n,) booleans."""
    parts = {name: getattr(trial, name) for name in ("labels", "values", "probabilities", "ranks")}
    return Predictions(**{name: array[:, rows] for name, array in parts.items() if array is not None})


def answer_of(trial: Predictions, rows: NDArray[np.bool_], needs: str) -> Answer:
    """Stored predictions at the given rows, for a metric that needs "labels", "values", "probabilities" or "scores".

    A stored 0 is taken for 0, as trees and neighbours mean it: of other models it may be anything below 8e-6.
    """
    rows = slice(None) if rows.all() else rows  # type: ignore[assignment]  # a view where it can be one
    if needs == "scores":
        scores = trial.probabilities if trial.probabilities is not None else trial.ranks
        found: Array | None = None if scores is None else scores[:, rows]
    else:
        stored = getattr(trial, needs)
        found = None if stored is None else stored[:, rows]
    if found is None:
        raise ValueError(f"The metric needs {needs}, and a trial has none.")
    if needs == "probabilities":
        found = found / float(PARTS)
        found = np.stack([1.0 - found, found], axis=-1) if found.ndim == 2 else found
    return Answer(**{needs: found})


def label_codes(truth: Array, given: Array) -> tuple[NDArray[np.int64], Array, int]:
    """Codes of truth (n,) and of labels (T, n) of any kind, and how many classes the two have together.

    A code is the place of the label among all that occur, sorted.
    """
    if truth.size and all(np.can_cast(part.dtype, np.int64) for part in (truth, given)):
        low = min(int(truth.min()), int(given.min()))
        span = max(int(truth.max()), int(given.max())) - low + 1
        if span <= WIDEST:  # a table of them is faster than sorting T n labels
            seen = np.zeros(span, dtype=bool)
            for line in (truth, *given):
                seen[line.astype(np.int64) - low] = True
            code_of = np.cumsum(seen) - 1
            return _coded(truth, given, int(seen.sum()), lambda line: code_of[line.astype(np.int64) - low])
    names = np.unique(np.concatenate([np.unique(line) for line in (truth, *given)]))
    return _coded(truth, given, len(names), lambda line: names.searchsorted(line.astype(names.dtype)))


def _coded(
    truth: Array, given: Array, classes: int, code: Callable[[Array], Array]
) -> tuple[NDArray[np.int64], Array, int]:
    labels = np.empty(given.shape, dtype=np.uint8 if classes <= 2**8 else np.int64)
    for place, line in zip(labels, given, strict=True):
        place[:] = code(line)
    return code(truth).astype(np.int64), labels, classes
