"""What every estimator of the catalogue offers, and the checks they share."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from sklearn.pipeline import Pipeline

from studies.evaluation.metrics import Metric, get_metric, metrics_for
from studies.evaluation.naming import suggestion
from studies.evaluation.table import Table

from .preprocessing import Preprocessing

Config = dict[str, Any]
Parameter = dict[str, Any]


class Entry(ABC):
    """An estimator: a leak-free Pipeline recipe with the library's defaults and a recommended space.

    Every statistic of a pipeline is learnt in `fit`, so from the training rows alone; from the table it takes only
    which columns are numbers or categories, how many rows there are and whether values are missing at all.
    """

    key: ClassVar[str]
    label: ClassVar[str]
    tasks: ClassVar[tuple[str, ...]]
    summary: ClassVar[str]
    speed: ClassVar[int]  # 1 slowest to 5 fastest
    limit: ClassVar[int | None] = None  # largest sensible number of rows
    probabilities: ClassVar[bool] = True  # whether its classifier gives them

    @abstractmethod
    def parameters(self, table: Table) -> list[Parameter]:
        """The recommended space's parameters, ranges scaled to the table."""

    @abstractmethod
    def defaults(self, table: Table) -> Config:
        """The library's own defaults of the tuned parameters; these may lie off the space."""

    @abstractmethod
    def preprocessing(self, table: Table, config: Config) -> Preprocessing:
        """How columns are prepared before the model."""

    @abstractmethod
    def model(self, config: Config, table: Table, seed: int) -> Any:
        """The unfitted scikit-learn estimator at the end of the pipeline."""

    def space(self, table: Table) -> dict[str, Any]:
        """The recommended space as JSON: {"parameters": [...]}."""
        return {"parameters": self.parameters(table)}

    def pipeline(self, config: Config, table: Table, seed: int = 0) -> Pipeline:
        """An unfitted pipeline for this configuration; ValueError for a table or a parameter that it cannot take.

        A parameter that the configuration leaves out keeps the library's default.
        """
        problem = self.problem(table)
        if problem:
            raise ValueError(problem)
        checked = self._checked(config, table)
        steps = self.preprocessing(table, checked).steps(table)
        return Pipeline([*steps, ("model", self.model(checked, table, seed))])

    def describe(self, table: Table) -> str:
        """The preprocessing in plain words, column kinds counted."""
        return self.preprocessing(table, self.defaults(table)).describe(table)

    def problem(self, table: Table) -> str | None:
        """Why this estimator cannot serve the table, or None."""
        if table.task not in self.tasks:
            return f"{self.label} serves {' and '.join(self.tasks)} only, and this target calls for {table.task}."
        if self.limit is not None and table.n_rows > self.limit:
            return f"{self.label} is meant for at most {self.limit:,} rows; this table has {table.n_rows:,}."
        return None

    def metric_problem(self, metric: str, table: Table) -> str | None:
        """Why this estimator cannot be scored by the metric on the table, or None."""
        wanted = get_metric(metric)
        if wanted.task != table.task:
            offered = ", ".join(other.key for other in metrics_for(table.task))
            return f"{wanted.label} is a metric for {wanted.task}; for {table.task} there are {offered}."
        if wanted.needs == "probabilities" and not self.probabilities:
            return f"{self.label} gives no probabilities, which {wanted.label} needs."
        return None

    def supports(self, metric: str, table: Table) -> bool:
        """Whether the metric can be had; `metric_problem` says why not."""
        return self.metric_problem(metric, table) is None

    def metrics(self, task: str) -> list[str]:
        """Keys of the metrics that this estimator can be scored by."""

        def possible(metric: Metric) -> bool:
            return self.probabilities or metric.needs != "probabilities"

        return [metric.key for metric in metrics_for(task) if possible(metric)] if task in self.tasks else []

    def _checked(self, config: Config, table: Table) -> Config:
        """The configuration, its names known; a whole number meant as a fraction (JSON's 1 for 1.0) becomes one."""
        types = {parameter["name"]: parameter["type"] for parameter in self.parameters(table)}
        checked = dict(config)
        for name, value in config.items():
            if name not in types:
                raise ValueError(f"{self.label} has no tuned parameter {name!r}. {suggestion(name, types)}")
            if types[name] == "float" and type(value) is int:
                checked[name] = _fraction(name, value)
        return checked


def _fraction(name: str, value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name} is a number of {len(str(value))} digits, which is too large.") from None


def given(config: Config, *names: str) -> Config:
    """Those of the names that the configuration holds, as keyword arguments."""
    return {name: config[name] for name in names if name in config}
