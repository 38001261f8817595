"""How far two trials scored on the same folds are apart, and how sure that is.

| symbol | meaning |
|---|---|
| J | fold scores of each: folds times repeats |
| K | folds of one repeat, so that a test fold has 1/(K-1) of the rows of its training part |
| d | the J differences, fold by fold |
"""

from collections.abc import Sequence
from math import sqrt

import numpy as np


def fold_difference(
    first: Sequence[float | None], second: Sequence[float | None], folds: int
) -> tuple[float, float] | None:
    """Mean of first minus second and its standard error; None unless both have the same two or more fold scores.

    The error is sd(d) sqrt(1/J + 1/(K-1)): training rows are shared between folds, and the plain sd(d)/sqrt(J) would
    be too small (Nadeau and Bengio, "Inference for the generalization error", Machine Learning 52, 2003).
    """
    if len(first) != len(second) or len(first) < 2 or folds < 2 or None in first or None in second:
        return None
    d = np.subtract(np.asarray(first, float), np.asarray(second, float))
    error = float(np.std(d, ddof=1)) * sqrt(1 / len(d) + 1 / (folds - 1))
    return (float(np.mean(d)), error) if np.isfinite([error, d.mean()]).all() else None
