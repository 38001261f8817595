"""What a fitted model says about rows, brought into the columns of the whole table's classes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


class NonFiniteError(Exception):
    """A model answered with something that is no finite number of sensible size."""


@dataclass(frozen=True, eq=False)
class Response:
    """A model's answer for m rows.

    labels: (m,) class codes, or None; values: (m,) for regression, or None.
    probabilities: (m, C); scores: (m,) of the second of two classes, or (m, C): only their order means anything.
    """

    labels: NDArray[np.int64] | None = None
    values: NDArray[np.float64] | None = None
    probabilities: NDArray[np.float64] | None = None
    scores: NDArray[np.float64] | None = None


def respond(model: Any, X: NDArray[np.float64], needs: str, n_classes: int) -> Response:
    """Ask a fitted model for what a metric needs: "values", "labels", "scores" or "probabilities".

    Scores are the probabilities where the model has them, else its decision values. Labels that come with
    probabilities or scores are the class with the highest one. AttributeError when the model has no probabilities;
    NonFiniteError for complex numbers and labels that are none; ValueError for another shape or an unknown class.
    """
    if needs == "values":
        return Response(values=_numbers(model.predict(X), len(X)).reshape(len(X)))
    if needs == "labels":
        return Response(labels=_labels(model.predict(X), len(X), n_classes))
    seen = np.asarray(model.classes_, dtype=np.int64)
    if needs == "probabilities" or hasattr(model, "predict_proba"):
        wide = _widen(_numbers(model.predict_proba(X), len(X) * len(seen)), seen, n_classes, 0.0)
        return Response(
            labels=wide.argmax(axis=1).astype(np.int64),
            probabilities=wide,
            scores=wide[:, 1] if n_classes == 2 else wide,
        )
    decision = _numbers(model.decision_function(X), len(X) * (len(seen) if len(seen) > 2 else 1))
    if decision.ndim == 1:  # two classes were seen: one column, for the second of them
        decision = np.column_stack([-decision, decision])
    wide = _widen(decision, seen, n_classes, -np.inf)
    return Response(labels=wide.argmax(axis=1).astype(np.int64), scores=wide[:, 1] if n_classes == 2 else wide)


def _numbers(answer: Any, size: int) -> NDArray[np.float64]:
    """An answer as so many real numbers; conversion alone would drop the imaginary part of complex ones."""
    array = np.asarray(answer)
    if array.dtype.kind == "c":
        raise NonFiniteError(f"The model answered in complex numbers, such as {array.flat[0]}.")
    if array.size != size:
        raise ValueError(f"The model gave {array.size} numbers where {size} were asked for.")
    return array.astype(np.float64, copy=False)


def _labels(answer: Any, rows: int, n_classes: int) -> NDArray[np.int64]:
    """A class code for each row."""
    array = np.asarray(answer).reshape(-1)
    if len(array) != rows:
        raise ValueError(f"The model named the classes of {len(array)} rows where {rows} were asked for.")
    if array.dtype.kind not in "iub":
        numbers = _numbers(array, rows)
        if not np.isfinite(numbers).all():
            raise NonFiniteError("The model named a class that is no finite number.")
        array = numbers.astype(np.int64)
        if (array != numbers).any():
            raise ValueError("The model named a class by a fraction.")
    labels = array.astype(np.int64, copy=False)
    if rows and labels.view(np.uint64).max() >= n_classes:  # of a negative number, a huge one
        raise ValueError(f"The model named a class that is none of the {n_classes}.")
    return labels


def _widen(columns: NDArray[np.float64], seen: NDArray[np.int64], n_classes: int, filler: float) -> NDArray[np.float64]:
    """One column for each class of the table; a class that was not in the training rows gets the filler."""
    if len(seen) == n_classes:
        return columns
    wide = np.full((len(columns), n_classes), filler)
    wide[:, seen] = columns
    return wide
