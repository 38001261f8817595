"""Why a fold failed, in the words of the trial's reason codes and in a sentence for people."""

import math
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from .metrics import Metric, MetricUndefinedError
from .responses import Response
from .table import Table

LARGEST = 1e100  # scores are squared and compared; beyond this they would overflow
LONGEST = 300
LARGEST_VALUE = float(np.finfo(np.float32).max)  # predictions of numbers are stored in single precision


class NonFiniteError(Exception):
    """A model answered with something that is no finite number of sensible size."""


def check_classes(table: Table, train: NDArray[np.intp]) -> None:
    """ValueError when the rows to learn from are all of one class: there is nothing to tell apart."""
    if table.task != "classification":
        return
    first = int(table.y[train[0]])
    if (table.y[train] == first).all():
        raise ValueError(
            f"The rows to learn from are all of class {table.classes[first]!r}. Fewer folds or another split help."
        )


def checked_response(response: Response) -> None:
    """NonFiniteError when a predicted number or probability is NaN, infinite or too large to store."""
    for name in ("values", "probabilities"):
        array = getattr(response, name)
        if array is None:
            continue
        bad = ~(np.abs(array) <= LARGEST_VALUE)
        if bad.any():
            what = "number" if name == "values" else "probability"
            raise NonFiniteError(f"The model predicted {array[bad][0]:g} as a {what} for {int(bad.sum())} rows.")
    if response.scores is not None and np.isnan(response.scores).any():
        raise NonFiniteError("The model gave NaN as a decision value.")


def checked_score(score: object, metric: Metric) -> float:
    """The score as a float; NonFiniteError when it is NaN, infinite, complex or beyond 1e100."""
    number = float(score) if isinstance(score, Real) else math.nan
    if not abs(number) <= LARGEST:  # NaN fails every comparison
        raise NonFiniteError(f"{metric.label} came out as {score}, which is no usable number.")
    return number


def reason_of(error: BaseException) -> str:
    """The trial's reason code: "out_of_memory", "non_finite", or else "invalid"."""
    if isinstance(error, MemoryError):
        return "out_of_memory"
    if isinstance(error, (MetricUndefinedError, NonFiniteError, FloatingPointError, np.linalg.LinAlgError)):
        return "non_finite"
    return "invalid"


def explain(error: object) -> str:
    """The first paragraph of a message on one line, at most 300 characters."""
    text = " ".join(str(error).strip().split("\n\n")[0].split())
    if not text:
        text = "Not enough memory." if isinstance(error, MemoryError) else type(error).__name__
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
