"""A configuration fitted on all rows, made of the libraries' own classes alone, so that it loads elsewhere."""

from collections.abc import Iterator
from typing import Any

from sklearn.impute import SimpleImputer

from .estimators import Config, catalogue
from .fold_loop import fold_seed
from .splits import Plan
from .table import Table


def fit_on_all(table: Table, plan: Plan, key: str, config: Config, seed: int) -> Any:
    """The fitted pipeline, as a recipe's `fit` makes it: the random state is that of the first fold.

    ValueError for a configuration that the estimator does not take; whatever the library raises while it fits.
    """
    seen = table if plan.used.all() else table.subset(plan.used)
    pipeline = catalogue[key].pipeline(config, seen, fold_seed(seed, 0))
    pipeline.fit(table.X, table.y)
    for step in _steps(pipeline):
        # A strategy of ours has done its work: transform knows what it found and asks no more.
        if isinstance(step, SimpleImputer) and callable(step.strategy):
            step.set_params(strategy="constant")
    return pipeline


def _steps(estimator: Any) -> Iterator[Any]:
    """Every estimator of a pipeline and of the column transformers in it, which keep the unfitted ones beside."""
    yield estimator
    for _, step in getattr(estimator, "steps", ()):
        yield from _steps(step)
    for _, step, _ in [*getattr(estimator, "transformers", ()), *getattr(estimator, "transformers_", ())]:
        yield from _steps(step)
