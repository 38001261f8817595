"""What a fitted model says about rows, brought into the columns of the whole table's classes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


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
    probabilities or scores are the class with the highest one. AttributeError when the model has no probabilities.
    """
    if needs == "values":
        return Response(values=np.asarray(model.predict(X), dtype=np.float64).reshape(len(X)))
    if needs == "labels":
        return Response(labels=np.asarray(model.predict(X), dtype=np.int64))
    seen = np.asarray(model.classes_, dtype=np.int64)
    if needs == "probabilities" or hasattr(model, "predict_proba"):
        wide = _widen(model.predict_proba(X), seen, n_classes, 0.0)
        return Response(
            labels=wide.argmax(axis=1).astype(np.int64),
            probabilities=wide,
            scores=wide[:, 1] if n_classes == 2 else wide,
        )
    decision = np.asarray(model.decision_function(X), dtype=np.float64)
    if decision.ndim == 1:  # two classes were seen: one column, for the second of them
        decision = np.column_stack([-decision, decision])
    wide = _widen(decision, seen, n_classes, -np.inf)
    return Response(labels=wide.argmax(axis=1).astype(np.int64), scores=wide[:, 1] if n_classes == 2 else wide)


def _widen(columns: Any, seen: NDArray[np.int64], n_classes: int, filler: float) -> NDArray[np.float64]:
    """One column for each class of the table; a class that was not in the training rows gets the filler."""
    answer = np.asarray(columns, dtype=np.float64)
    if len(seen) == n_classes:
        return answer
    wide = np.full((len(answer), n_classes), filler)
    wide[:, seen] = answer
    return wide
