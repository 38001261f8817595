"""An estimator of the catalogue that does on demand what a fit must never do, and is a pure function otherwise.

Its scores rest on configuration, training rows and seed alone, so that a disturbed study can be compared with an
undisturbed one bit by bit. Where TUNINGSITE_FAULTS_LOG names a file, every fit leaves a line there when it begins and
one when it ends: what really ran, whatever the rows of the database say.
"""

import ctypes
import json
import mmap
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from studies.evaluation import Config, Entry, Table, catalogue
from studies.evaluation.estimators.domains import Domain, choice, real, whole

KEY = "faulty"
FOREVER = 10.0**6  # seconds
GRANDCHILDREN = 6
LOG = "TUNINGSITE_FAULTS_LOG"


class Broken(Exception):
    """What the estimator raises when it is told to."""


# -- what it can do -------------------------------------------------------------------------------------------------


def hang(model: "FaultyModel") -> None:
    while True:  # in Python, so that a signal handler or an exception would get in between
        time.sleep(0.05)


def hang_in_c(model: "FaultyModel") -> None:
    sum(range(10**13))  # one call into C: no signal handler of Python runs before it ends


def leave(model: "FaultyModel") -> None:
    os._exit(3)


def segfault(model: "FaultyModel") -> None:
    ctypes.string_at(0)


def hog(model: "FaultyModel") -> None:
    """Memory of its own, which the kernel's limit for a process's data counts."""
    kept = []
    for _ in range(0, model.megabytes, 8):
        kept.append(b"x" * (8 * 2**20))
        time.sleep(0.005)
    time.sleep(FOREVER)


def hog_shared(model: "FaultyModel") -> None:
    """Memory that no such limit counts, only a look at what is resident."""
    kept = mmap.mmap(-1, model.megabytes * 2**20)
    for start in range(0, len(kept), 2**23):
        kept[start : start + 2**23] = b"x" * min(2**23, len(kept) - start)
        time.sleep(0.005)
    time.sleep(FOREVER)


def hog_in_grandchildren(model: "FaultyModel") -> None:
    """Each takes its part; none is too large by itself."""
    part = model.megabytes // GRANDCHILDREN * 2**20
    for _ in range(GRANDCHILDREN):
        if os.fork() == 0:
            try:  # whatever happens, this copy of the fit's process goes no further
                kept = b"x" * part
                time.sleep(FOREVER + len(kept))
            finally:
                os._exit(1)
    time.sleep(FOREVER)


def joblib_grandchildren(model: "FaultyModel") -> None:
    """What n_jobs does: processes that compute beside the fit and know nothing of who started them."""
    from joblib import Parallel, delayed

    Parallel(n_jobs=2, backend="loky")(delayed(time.sleep)(FOREVER) for _ in range(2))


def escaped_grandchild(model: "FaultyModel") -> None:
    """One in a session of its own: no signal to the fit's process group reaches it."""
    waiting = f"import time; time.sleep({FOREVER})"
    with subprocess.Popen([sys.executable, "-S", "-c", waiting], start_new_session=True):
        time.sleep(FOREVER)


def refuse(model: "FaultyModel") -> None:
    raise Broken("This combination of parameters is not for this estimator, which says so at some length.")


def warn(model: "FaultyModel") -> None:
    warnings.warn("The estimator did not converge, or so it says.", RuntimeWarning, stacklevel=1)


IN_FIT: dict[str, Callable[["FaultyModel"], None]] = {
    "hang": hang,
    "hang_in_c": hang_in_c,
    "leave": leave,
    "segfault": segfault,
    "hog": hog,
    "hog_shared": hog_shared,
    "hog_in_grandchildren": hog_in_grandchildren,
    "joblib_grandchildren": joblib_grandchildren,
    "escaped_grandchild": escaped_grandchild,
    "refuse": refuse,
    "warn": warn,
}
IN_ANSWER = {"nan": np.nan, "inf": np.inf, "minus_inf": -np.inf, "complex": 0.5 + 0.5j, "huge": 1e308}
FAULTS = ("none", *IN_FIT, *IN_ANSWER)
DESTROYED = {fault for fault in IN_FIT if fault not in {"refuse", "warn"}}  # what never comes back from a fit

_calm = False


@contextmanager
def calm() -> Iterator[None]:
    """Within, fits take no time and nothing destroys the process; the answers are the same."""
    global _calm
    _calm = True
    try:
        yield
    finally:
        _calm = False


class FaultyModel(BaseEstimator):
    """Weighs the columns as the training rows have them, with noise from the seed; and does as it is told."""

    def __init__(
        self,
        task: str = "classification",
        x: float = 0.5,
        seconds: float = 0.0,
        fault: str = "none",
        folds: str = "all",
        megabytes: int = 400,
        seed: int = 0,
    ) -> None:
        self.task = task
        self.x = x
        self.seconds = seconds
        self.fault = fault
        self.folds = folds
        self.megabytes = megabytes
        self.seed = seed

    def fit(self, X: Any, y: Any) -> "FaultyModel":
        self._note("begins")
        if not _calm and self.seconds:
            time.sleep(self.seconds)
        if self._is_due and self.fault in IN_FIT and not (_calm and self.fault in DESTROYED):
            IN_FIT[self.fault](self)
        self.classes_ = np.unique(y)
        centred = np.asarray(y, dtype=np.float64) - np.mean(y)
        self.weights_ = np.asarray(X).T @ centred / len(centred)
        self.mean_ = float(np.mean(y))
        self._note("ends")
        return self

    def predict(self, X: Any) -> Any:
        if self.task == "classification":
            return self.classes_[self.predict_proba(X).argmax(axis=1)]
        return self._spoilt(self.mean_ + self._signal(X))

    def predict_proba(self, X: Any) -> Any:
        first = 1.0 / (1.0 + np.exp(self._signal(X)))
        rest = (1.0 - first) / max(1, len(self.classes_) - 1)
        return self._spoilt(np.column_stack([first, *[rest] * (len(self.classes_) - 1)]))

    def _signal(self, X: Any) -> Any:
        noise = np.random.default_rng([self.seed, int(self.x * 2**32)]).normal(size=len(X))
        return self.x * (np.asarray(X) @ self.weights_) + 0.2 * noise

    def _spoilt(self, answer: Any) -> Any:
        if not self._is_due or self.fault not in IN_ANSWER:
            return answer
        spoilt = answer.astype(complex) if self.fault == "complex" else answer.copy()
        spoilt[: len(spoilt) // 2] = IN_ANSWER[self.fault]
        return spoilt

    @property
    def _is_due(self) -> bool:
        return self.folds == "all" or in_some_folds(self.seed)

    def _note(self, what: str) -> None:
        path = os.environ.get(LOG)
        if path and not _calm:
            line = json.dumps(
                {"what": what, "seed": self.seed, "x": self.x, "pid": os.getpid(), "at": time.monotonic()}
            )
            with open(path, "a", encoding="ascii") as file:
                file.write(line + "\n")  # short enough to be one write, so lines of many processes do not mix


def in_some_folds(fold_seed: int) -> bool:
    """Whether a fault that is wanted in some folds only comes in the fold with this seed."""
    return fold_seed % 3 == 0


class FaultyEntry(Entry):
    """The catalogue's side of it."""

    key = KEY
    label = "Faulty"
    tasks = ("classification", "regression")
    summary = "Does what a fit must never do; for tests."
    cost = "As much as it is told to."
    speed = 3

    def domains(self, table: Table) -> list[Domain]:
        return [
            real("x", 0.5, "What the score depends on.", (0.0, 1.0, ""), most=1.0),
            real("seconds", 0.0, "How long a fit takes.", (0.0, 60.0, "")),
            choice("fault", "none", "What it does.", FAULTS),
            choice("folds", "all", "Where it does that.", ("all", "some")),
            whole("megabytes", 400, "How much memory it takes.", (1, 4000, "")),
        ]

    def model(self, config: Config, table: Table, seed: int) -> Any:
        given = {name: config[name] for name in ("x", "seconds", "fault", "folds", "megabytes") if name in config}
        return FaultyModel(table.task, seed=seed, **given)


def register() -> None:
    """Put it into this process's catalogue."""
    catalogue[KEY] = FaultyEntry()


@contextmanager
def registered() -> Iterator[None]:
    """It is in this process's catalogue, within."""
    register()
    try:
        yield
    finally:
        del catalogue[KEY]
