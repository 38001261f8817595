"""Where rows come from: each draw has n rows for a study and others, which the study never sees, for the truth.

Real tables are those that scikit-learn ships; all rows that the study does not get are fresh ones, few in some. A made
problem is new in every draw. On pure noise the label is a fair coin, so every classifier is right for one half of all
fresh rows, and that is the truth without any scoring.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import datasets
from sklearn.model_selection import train_test_split

from studies.evaluation import Table

SEED = 6
FRESH = 2000  # of a made problem; a real one has what is left
Rows = tuple[NDArray[Any], NDArray[Any]]


@dataclass(frozen=True)
class Source:
    """make(rows, rng): X and y, at least `rows` of them; real ones give all they have. exact: the truth where known."""

    name: str
    make: Callable[[int, np.random.Generator], Rows]
    task: str = "classification"
    exact: float | None = None


@dataclass(frozen=True, eq=False)
class Drawn:
    """table: the study's rows. fresh: X and y of the others, y in the table's codes."""

    table: Table
    fresh: Rows
    exact: float | None


def draw(source: Source, n: int, number: int) -> Drawn:
    """Draw `number` of n rows: the same in any process."""
    rng = np.random.default_rng([SEED, zlib.crc32(source.name.encode()), n, number])
    X, y = source.make(n + FRESH, rng)
    state = int(rng.integers(2**31))
    even = y if source.task == "classification" and source.exact is None else None
    kept, rest = train_test_split(np.arange(len(y)), train_size=n, stratify=even, random_state=state)
    table = Table.from_arrays(X[kept], y[kept], source.task)
    if table.n_classes and [int(name) for name in table.classes] != list(range(table.n_classes)):
        raise ValueError(f"{source.name}: classes are 0, 1, 2 ...; a draw of {n} rows has {table.classes}.")
    return Drawn(table, (X[rest], y[rest]), source.exact)


def _shipped(name: str, rows: int, rng: np.random.Generator, goal: Callable[[Any], Any] | None = None) -> Rows:
    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    return X, y if goal is None else goal(y)


def _classes(rows: int, rng: np.random.Generator, **kind: Any) -> Rows:
    X, y = datasets.make_classification(rows, random_state=int(rng.integers(2**31)), **kind)
    return X, y


def _friedman(rows: int, rng: np.random.Generator, noise: float, classes: bool) -> Rows:
    X, y = datasets.make_friedman1(rows, n_features=10, noise=noise, random_state=int(rng.integers(2**31)))
    return X, (y > 14.4).astype(int) if classes else y  # about its mean


def _coins(rows: int, rng: np.random.Generator) -> Rows:
    return rng.standard_normal((rows, 10)), rng.integers(0, 2, rows)


def _parity(y: Any) -> Any:
    return y % 2


_CLEAR = {"n_features": 20, "n_informative": 5, "n_redundant": 2, "class_sep": 1.0, "flip_y": 0.1}
_DIM = {"n_features": 20, "n_informative": 3, "n_redundant": 2, "class_sep": 0.6, "flip_y": 0.4}
_FAINT = {"n_features": 20, "n_informative": 2, "n_redundant": 0, "class_sep": 0.5, "flip_y": 0.75}
_RARE = {"n_features": 15, "n_informative": 4, "n_redundant": 2, "class_sep": 0.8, "flip_y": 0.1, "weights": [0.85]}

SOURCES = {
    source.name: source
    for source in (
        Source("cancer", partial(_shipped, "breast_cancer")),
        Source("wine", partial(_shipped, "wine")),
        Source("digits", partial(_shipped, "digits")),
        Source("digits_odd", partial(_shipped, "digits", goal=_parity)),
        Source("clear", partial(_classes, **_CLEAR)),
        Source("dim", partial(_classes, **_DIM)),
        Source("faint", partial(_classes, **_FAINT)),
        Source("friedman_binary", partial(_friedman, noise=3.0, classes=True)),
        Source("noise", _coins, exact=0.5),
        Source("rare", partial(_classes, **_RARE)),
        Source("diabetes", partial(_shipped, "diabetes"), "regression"),
        Source("friedman", partial(_friedman, noise=3.0, classes=False), "regression"),
    )
}
