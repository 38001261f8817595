"""The catalogue of estimators."""

from typing import NoReturn

from studies.evaluation.naming import suggestion

from .boosting import HistGradientBoostingEntry
from .entry import Config, Entry
from .forest import RandomForestEntry
from .kernel import RadialSVMEntry
from .linear import LogisticRegressionEntry, RidgeEntry
from .nearest import NearestNeighboursEntry

__all__ = ["Catalogue", "Config", "Entry", "catalogue"]


class Catalogue(dict[str, Entry]):
    """Estimators by key, in the order to offer them; an unknown key raises KeyError with the nearest one."""

    def __missing__(self, key: str) -> NoReturn:
        raise KeyError(f"There is no estimator {key!r}. {suggestion(key, self)}")

    def for_task(self, task: str) -> list[Entry]:
        """The entries that serve a task."""
        return [entry for entry in self.values() if task in entry.tasks]


_ENTRIES: tuple[Entry, ...] = (
    LogisticRegressionEntry(),
    RidgeEntry(),
    NearestNeighboursEntry(),
    RadialSVMEntry(),
    RandomForestEntry(),
    HistGradientBoostingEntry(),
)
catalogue = Catalogue((entry.key, entry) for entry in _ENTRIES)
