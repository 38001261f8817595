"""Searches on drawn rows, through our own evaluation, and their files: arrays without pickle, made once.

| array | shape | meaning |
|---|---|---|
| y, fold_of_row | (n,) | target (codes or numbers), fold of each row |
| labels, values, probabilities, ranks | (T, n) or (T, n, C) | out of fold, as the product stores them |
| fold_scores | (T, K) | the metric on each fold |
| truth | (T,) | score on fresh rows after a refit on all n rows; NaN where the trial could hardly be chosen |
| family | (T,) | place in meta's "families" |
| is_default | (T,) | true where the configuration is the library's defaults |
| seconds | (T,) | wall seconds of its fits |
| meta | () | JSON: part, source, n, draw, method, metric, families, failed, exact |
"""

import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.honesty.sources import SOURCES, Drawn, draw
from studies.evaluation import Evaluation, Evaluator, Plan, Predictions, Table, catalogue, get_metric, make_plan
from studies.evaluation.refit import fit_on_all
from studies.evaluation.responses import respond
from studies.search import Observation, Space, State, make_method

FOLDS = 5
BEST, OF_FAMILY = 30, 5  # so many trials with the highest scores have a truth, and so many of each family
PARTS = tuple(part.name for part in fields(Predictions))
Config = dict[str, Any]


@dataclass(frozen=True)
class Unit:
    """One draw of rows and the searches on it.

    methods: one search each, of the families in turn over the draws; "pooled" is random search in all families at
    once. families: trials of each; a search of one family has the sum.
    """

    part: str
    source: str
    n: int
    number: int
    families: tuple[tuple[str, int], ...]
    methods: tuple[str, ...] = ("pooled",)
    metric: str = "accuracy"

    def file(self, folder: Path, method: str) -> Path:
        return folder / f"{self.part}-{self.source}-{self.n}-{self.metric}-{self.number:03d}-{method}.npz"

    def files(self, folder: Path) -> list[Path]:
        return [self.file(folder, method) for method in self.methods]

    def is_kept(self, folder: Path) -> bool:
        return all(path.exists() for path in self.files(folder))


@dataclass(frozen=True, eq=False)
class Study:
    """A search as its file has it."""

    meta: dict[str, Any]
    arrays: dict[str, NDArray[Any]]

    def __getattr__(self, name: str) -> NDArray[Any]:
        try:
            return self.arrays[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def predictions(self) -> list[Predictions]:
        """One record for each trial, of one repeat."""
        there = [name for name in PARTS if name in self.arrays]
        return [
            Predictions(**{name: self.arrays[name][trial][None] for name in there}) for trial in range(len(self.truth))
        ]

    def only(self, trials: NDArray[Any]) -> "Study":
        """The same search with some of its trials."""
        of_rows = ("y", "fold_of_row")
        return Study(self.meta, {k: v if k in of_rows else v[trials] for k, v in self.arrays.items()})


class Tried(NamedTuple):
    """A trial that came to its end."""

    family: str
    config: Config
    seed: int
    evaluation: Evaluation
    is_default: bool


@dataclass
class Search:
    """One search in the making: what is the same for all its trials, and the trials."""

    drawn: Drawn
    metric: str
    number: int
    plan: Plan
    tried: list[Tried] = field(default_factory=list)
    failed: int = 0

    def __post_init__(self) -> None:
        self.evaluators: dict[str, Evaluator] = {}

    @property
    def table(self) -> Table:
        return self.drawn.table

    def space(self, family: str) -> Space:
        return Space.from_json(catalogue[family].space(self.table)["parameters"])

    def defaults(self, family: str) -> Config:
        return dict(catalogue[family].defaults(self.table))

    def run(self, family: str, config: Config, is_default: bool = False) -> Evaluation:
        if family not in self.evaluators:
            self.evaluators[family] = Evaluator(self.table, self.plan, family, self.metric, keep_mb=64)
        seed = int(np.random.SeedSequence([self.number, len(self.tried) + self.failed]).generate_state(1)[0])
        found = self.evaluators[family].evaluate(config, seed)
        if found.state == "complete":
            self.tried.append(Tried(family, config, seed, found, is_default))
        else:
            self.failed += 1
        return found

    def pooled(self, families: Sequence[tuple[str, int]]) -> None:
        """Random search in each family, the families' trials mixed; the first of each is the library's defaults."""
        proposals = []
        for family, count in families:
            method = make_method("random", self.space(family), seed=self.number)
            configs = [self.defaults(family), *method.ask(count - 1)]
            proposals += [(family, config, place == 0) for place, config in enumerate(configs)]
        for place in np.random.default_rng([self.number, 1]).permutation(len(proposals)):
            self.run(*proposals[place])

    def guided(self, method_name: str, family: str, trials: int) -> None:
        """A study as the product runs it one at a time: defaults first, then what the method asks for."""
        metric = get_metric(self.metric)
        method = make_method(method_name, self.space(family), self.number, metric.direction)
        history: list[Observation] = []
        for place in range(trials):
            config = self.defaults(family) if place == 0 else method.ask(1, history, place - 1)[0]
            found = self.run(family, config, place == 0)
            state: State = "complete" if found.state == "complete" else "failed"
            history.append(
                Observation(config, found.value, state, fold_scores=found.fold_scores or None, noise=found.stderr)
            )

    def truths(self) -> NDArray[np.float64]:
        """On fresh rows, for the trials that could be chosen by whatever rule."""
        if self.drawn.exact is not None:
            return np.full(len(self.tried), self.drawn.exact)
        metric = get_metric(self.metric)
        truth = np.full(len(self.tried), np.nan)
        for place in self._could_win():
            tried = self.tried[place]
            model = fit_on_all(self.table, self.plan, tried.family, tried.config, tried.seed)
            response = respond(model, self.drawn.fresh[0], metric.needs, self.table.n_classes)
            truth[place] = metric.score(self.drawn.fresh[1], response)
        return truth

    def _could_win(self) -> list[int]:
        """The best, those of each family, those that were best for a time, and the defaults."""
        sign = 1.0 if get_metric(self.metric).maximize else -1.0
        scores = np.array([sign * float(np.mean(tried.evaluation.fold_scores)) for tried in self.tried])
        order = np.argsort(-scores, kind="stable")
        families = np.array([tried.family for tried in self.tried])
        wanted = set(order[:BEST].tolist())
        for family in set(families):
            wanted |= set(order[families[order] == family][:OF_FAMILY].tolist())
        wanted |= set(np.flatnonzero(scores > np.maximum.accumulate(np.append(-np.inf, scores))[:-1]).tolist())
        return sorted(wanted | {place for place, tried in enumerate(self.tried) if tried.is_default})

    def arrays(self) -> dict[str, NDArray[Any]]:
        families = list(dict.fromkeys(tried.family for tried in self.tried))
        evaluations = [tried.evaluation for tried in self.tried]
        found = {
            "y": self.table.y,
            "fold_of_row": self.plan.fold_of_row[0],
            "fold_scores": np.array([evaluation.fold_scores for evaluation in evaluations]),
            "truth": self.truths(),
            "family": np.array([families.index(tried.family) for tried in self.tried], dtype=np.uint8),
            "is_default": np.array([tried.is_default for tried in self.tried]),
            "seconds": np.array([sum(evaluation.fit_seconds) for evaluation in evaluations]),
        }
        for name in PARTS:
            parts = [getattr(evaluation.predictions, name) for evaluation in evaluations]
            if all(part is not None for part in parts):
                found[name] = np.stack([part[0] for part in parts])
        return found


def make(unit: Unit, folder: Path) -> None:
    """All searches of the unit, each in its file; files that are there are left alone."""
    missing = [method for method in unit.methods if not unit.file(folder, method).exists()]
    if not missing:
        return
    drawn = draw(SOURCES[unit.source], unit.n, unit.number)
    kind = "stratified" if drawn.table.task == "classification" else "kfold"
    plan = make_plan(drawn.table, kind, FOLDS, seed=unit.number)
    for method in missing:
        search = Search(drawn, unit.metric, unit.number, plan)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if method == "pooled":
                search.pooled(unit.families)
            else:
                family = unit.families[unit.number % len(unit.families)][0]
                search.guided(method, family, sum(count for _, count in unit.families))
            arrays = search.arrays()
        meta = {"part": unit.part, "source": unit.source, "n": unit.n, "draw": unit.number, "method": method}
        meta |= {"metric": unit.metric, "families": list(dict.fromkeys(t.family for t in search.tried))}
        save(unit.file(folder, method), meta | {"failed": search.failed, "exact": drawn.exact}, arrays)


def save(path: Path, meta: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
    """Whole or not at all: a run may be broken off."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez_compressed(file, meta=np.array(json.dumps(meta)), **arrays)
    part.replace(path)


def load(path: Path) -> Study:
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files if name != "meta"}
        return Study(json.loads(str(file["meta"])), arrays)
