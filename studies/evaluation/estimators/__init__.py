"""The catalogue of estimators."""

from typing import NoReturn

from studies.evaluation.naming import suggestion

from .bayes import GaussianNaiveBayesEntry
from .boosting import HistGradientBoostingEntry
from .domains import PRESETS
from .entry import Config, Entry
from .kernel import RadialSVMEntry
from .linear import ElasticNetEntry, LogisticRegressionEntry, RidgeEntry
from .nearest import NearestNeighboursEntry
from .network import PerceptronEntry
from .trees import DecisionTreeEntry, ExtraTreesEntry, RandomForestEntry

__all__ = ["PRESETS", "Catalogue", "Config", "Entry", "catalogue"]


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
    ElasticNetEntry(),
    NearestNeighboursEntry(),
    RadialSVMEntry(),
    DecisionTreeEntry(),
    RandomForestEntry(),
    ExtraTreesEntry(),
    HistGradientBoostingEntry(),
    PerceptronEntry(),
    GaussianNaiveBayesEntry(),
)
catalogue = Catalogue((entry.key, entry) for entry in _ENTRIES)
