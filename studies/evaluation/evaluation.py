"""The record of one configuration's cross-validation."""

from dataclasses import dataclass, field

import numpy as np

from .predictions import Predictions


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What became of a configuration.

    state: "complete" or "failed"; a failed one has a reason ("invalid", "non_finite", "out_of_memory"), an error for
    people and a traceback for whoever must look closer, and keeps the scores of the folds before the failing one.
    fold_scores: R * K scores in the order of Plan.split. value: their mean. stderr: their standard deviation
    (n - 1) / sqrt(R * K); it takes folds for independent, which they are not quite, so it is a little small.
    fit_seconds, score_seconds: wall seconds of each fold.
    """

    state: str
    fold_scores: list[float] = field(default_factory=list)
    fit_seconds: list[float] = field(default_factory=list)
    score_seconds: list[float] = field(default_factory=list)
    predictions: Predictions | None = None
    reason: str | None = None
    error: str | None = None
    traceback: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def value(self) -> float | None:
        return float(np.mean(self.fold_scores)) if self.state == "complete" else None

    @property
    def stderr(self) -> float | None:
        count = len(self.fold_scores)
        if self.state != "complete" or count < 2:
            return None
        return float(np.std(self.fold_scores, ddof=1) / np.sqrt(count))
