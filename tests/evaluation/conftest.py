import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from studies.evaluation import Plan, Table, make_plan


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """As in a worker: on small tables threads cost far more than they bring."""
    with threadpool_limits(1):
        yield


def mixed_table(n: int, task: str, classes: int = 2, missing: float = 0.1, seed: int = 0) -> Table:
    """Three numbers and two categories (one with many levels), with gaps, and a target that follows them."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 5))
    X[:, 3] = rng.integers(0, 3, n)
    X[:, 4] = rng.integers(0, 40, n)
    signal = X[:, 0] + X[:, 3] + 0.3 * rng.normal(size=n)
    X[rng.random(X.shape) < missing] = np.nan
    if task == "regression":
        return Table.from_arrays(X, 50.0 + 7.0 * signal, task, categorical=[3, 4])
    edges = np.quantile(signal, np.linspace(0, 1, classes + 1)[1:-1])
    names = np.array(["ant", "bee", "cat", "dog", "eel"])
    return Table.from_arrays(X, names[np.digitize(signal, edges)], task, categorical=[3, 4], target="animal")


def plan_for(table: Table, folds: int = 3, repeats: int = 1, seed: int = 0) -> Plan:
    kind = "stratified" if table.task == "classification" else "kfold"
    return make_plan(table, kind, folds, repeats, seed)


@pytest.fixture
def make_table():
    return mixed_table


@pytest.fixture
def make_folds():
    return plan_for


@pytest.fixture
def animals() -> Table:
    return mixed_table(90, "classification", classes=3)


@pytest.fixture
def prices() -> Table:
    return mixed_table(90, "regression")
