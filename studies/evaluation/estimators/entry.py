"""What every estimator of the catalogue offers, and the checks they share."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sklearn.pipeline import Pipeline

from studies.evaluation.metrics import Metric, get_metric, metrics_for
from studies.evaluation.naming import suggestion
from studies.evaluation.table import Table

from .domains import PRESETS, RECOMMENDED, Domain, Parameter, defaults_of, space_of
from .preprocessing import Offer, describe

Config = dict[str, Any]
FORMER = {"scaler": "scale"}  # names that stored studies may still use


class Entry(ABC):
    """An estimator: a leak-free Pipeline recipe with the library's defaults and a space under three presets.

    Every statistic of a pipeline is learnt in `fit`, so from the training rows alone; from the table it takes only
    which columns are numbers or categories, how many rows there are and whether values are missing at all.
    """

    key: ClassVar[str]
    label: ClassVar[str]
    tasks: ClassVar[tuple[str, ...]]
    summary: ClassVar[str]  # what it is good at
    cost: ClassVar[str]  # what a fit costs, in words
    speed: ClassVar[int]  # 1 slowest to 5 fastest
    limit: ClassVar[int | None] = None  # largest sensible number of rows
    probabilities: ClassVar[bool] = True  # whether its classifier gives them
    instead: ClassVar[str] = ""  # what serves a task that this one does not
    packages: ClassVar[tuple[str, ...]] = ()  # beside scikit-learn; a worker without them leaves it alone
    offer: ClassVar[Offer] = Offer()

    @abstractmethod
    def domains(self, table: Table) -> list[Domain]:
        """The model's own parameters, ranges scaled to the table; parents before the children they condition."""

    @abstractmethod
    def model(self, config: Config, table: Table, seed: int) -> Any:
        """The unfitted scikit-learn estimator at the end of the pipeline; the configuration is whole."""

    def parameters(self, table: Table, preset: str = RECOMMENDED) -> list[Parameter]:
        """All parameters as they are searched; those that the preset holds fixed, as they would be."""
        return [domain.at(preset) for domain in self.all_domains(table)]

    def fixed(self, table: Table, preset: str = RECOMMENDED) -> Config:
        """The parameters that the preset does not search, and their values."""
        return {domain.name: domain.default for domain in self.all_domains(table) if preset in domain.fixed}

    def bounds(self, table: Table) -> dict[str, tuple[float | None, float | None]]:
        """What the model can take at all, by parameter; None is open."""
        return {domain.name: domain.bounds for domain in self.all_domains(table)}

    def defaults(self, table: Table) -> Config:
        """The library's own defaults of the tuned parameters and the usual preprocessing."""
        return defaults_of(self.all_domains(table))

    def space(self, table: Table, preset: str = RECOMMENDED) -> dict[str, Any]:
        """The preset's space as JSON: {"parameters": [...]}; ValueError for an unknown preset."""
        if preset not in PRESETS:
            raise ValueError(f"There is no preset {preset!r}. {suggestion(preset, PRESETS)}")
        return {"parameters": space_of(self.all_domains(table), preset)}

    def pipeline(self, config: Config, table: Table, seed: int = 0) -> Pipeline:
        """An unfitted pipeline for this configuration; ValueError for a table or a parameter that it cannot take.

        A parameter that the configuration leaves out keeps the library's default.
        """
        problem = self.problem(table)
        if problem:
            raise ValueError(problem)
        whole = self.whole(config, self.all_domains(table))
        steps = self.offer.chosen(whole).steps(table, seed)
        return Pipeline([*steps, ("model", self.model(whole, table, seed))])

    def describe(self, table: Table, parameters: Sequence[Mapping[str, Any]] = ()) -> str:
        """The preprocessing in plain words, column kinds counted; `parameters` is a space as JSON, else the usual."""
        return describe(self.offer, table, parameters)

    def problem(self, table: Table) -> str | None:
        """Why this estimator cannot serve the table, or None."""
        if table.task not in self.tasks:
            said = f"{self.label} serves {' and '.join(self.tasks)} only, and this target calls for {table.task}."
            return f"{said} {self.instead}".strip()
        if self.limit is not None and table.n_rows > self.limit:
            return f"{self.label} is meant for at most {self.limit:,} rows; here there are {table.n_rows:,}."
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

    def all_domains(self, table: Table) -> list[Domain]:
        """The model's own parameters and those of the preprocessing."""
        return [*self.domains(table), *self.offer.domains(table)]

    def whole(self, config: Config, domains: Sequence[Domain]) -> Config:
        """The configuration with the defaults of what it leaves out; ValueError for a name that is not known.

        domains: `all_domains` of the table. A whole number meant as a fraction (JSON's 1 for 1.0) becomes one.
        """
        types = {domain.name: domain.type for domain in domains}
        found = defaults_of(domains)
        if "encode" in found:  # by many levels a new study's default, not what an earlier one left unsaid
            found["encode"] = self.offer.encode[0]
        for given, value in config.items():
            name = FORMER.get(given, given)
            if name not in types:
                raise ValueError(f"{self.label} has no tuned parameter {given!r}. {suggestion(given, types)}")
            found[name] = _fraction(name, value) if types[name] == "float" and type(value) is int else value
        return found


def _fraction(name: str, value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name} is a number of {len(str(value))} digits, which is too large.") from None


def given(config: Config, *names: str) -> Config:
    """Those of the names that the configuration holds, as keyword arguments."""
    return {name: config[name] for name in names if name in config}


def switched(config: Config, name: str, asks: str, number: str, otherwise: Any) -> Any:
    """The library's value of a choice with a number beside it: the number while the choice asks for it.

    The word "none" or "all" is the library's None. A number in the choice's own place, as stored studies may have it,
    is taken as it is.
    """
    value = config[name]
    if value == asks:
        found = config.get(number)
        return otherwise if found is None else found
    if isinstance(value, int) and not isinstance(value, bool) and isinstance(otherwise, float):
        return float(value)
    return None if value in ("none", "all") else value
