"""Bayesian search: a model of the history, and a search for the configuration that it finds most promising.

Three parts: a space-filling start, the model (`model.py`), and the maximiser (`maximiser.py`) of the expected
improvement times the chance of success.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studies.search.errors import check_count
from studies.search.history import Record, propose_in_turn
from studies.search.observation import Direction, Observation
from studies.search.parameters import Array
from studies.search.proposal import Kind, Origin, Proposal, WithHistory
from studies.search.recommend import Recommending
from studies.search.space import Space
from studies.search.start import start_point
from studies.search.variation import any_untried, first_untried
from studies.search.warping import unwarp

from .acquisition import log_expected_improvement
from .gaussian_process import GaussianProcess
from .maximiser import climb
from .model import Model, told_model

DOUBTED, SHORTER = 0.5, 0.7
LISTED = 500  # a space of at most so many configurations is scored whole
PARENTS = 6
QUANTILE = 1.96
EXPLOITS = -0.3026  # z where Φ(z) = φ(z)


@dataclass(frozen=True)
class BayesianSearch(WithHistory, Recommending):
    """Proposes the centre of the space, then Sobol points up to `initial` in all, then what the model likes best.

    The centre takes the first choice of each category, as people list the usual one first.
    Half of the proposals shorten the fitted length scales. These are the most likely ones and not the true ones; who
    takes them for true writes off too early what has been tried once or twice, a category most of all.

    It repeats no configuration; a finite space that was tried whole gets no more proposals.

    A proposal of the model is called `exploit` where a little more mean would raise the expected improvement by more
    than a little more deviation, Φ(z) ≥ φ(z) with z = (μ − f*) / σ: it is expected to come near the best. Else it is
    called `explore`: it is proposed for what is not known there.
    """

    space: Space
    seed: int = 0
    direction: Direction = "maximize"
    initial: int = 6

    def __post_init__(self) -> None:
        check_count("initial", self.initial, 1, 1000)

    def propose(self, n: int = 1, history: Sequence[Observation] = (), start: int = 0) -> list[Proposal]:
        record = Record.of(self.space, history, self.direction)
        return propose_in_turn(record, self._propose, self.seed, range(start, start + n))

    def _propose(self, record: Record, index: int, rng: np.random.Generator) -> Proposal | None:
        usable = int(np.isfinite(record.scores).sum())
        if index < self.initial and len(record.scores) < self.initial:
            found = first_untried(record, start_point(self.space, self.seed, index, record.told, self.initial))
            if found is not None:
                return Proposal(found[0], Origin("start"))
        if usable == 0 or self.space.dimensions == 0:
            return any_untried(record, rng)
        return self._best_by_model(record, rng) or any_untried(record, rng)

    def _best_by_model(self, record: Record, rng: np.random.Generator) -> Proposal | None:
        model = told_model(record, self.seed)
        fitted = model.with_pending(record.pending)
        process = fitted.shortened(SHORTER) if rng.random() < DOUBTED else fitted
        incumbent = float(process.at_told.max())

        def promise(points: Array) -> Array:
            expected = log_expected_improvement(*process.predict(points), incumbent)
            return expected + np.log(model.success.probability(points))

        if self.space.size is not None and self.space.size <= LISTED:
            points = self._untried_points(record)
            points = points[[int(np.argmax(promise(points)))]]
        else:
            parents = process.X[np.argsort(-process.at_told, kind="stable")[:PARENTS]]
            points = climb(self.space, parents, promise, rng)
        found = first_untried(record, points)
        if found is None:
            return None
        config, row = found
        return Proposal(config, self._origin(record, model, fitted, points[[row]]))

    def _untried_points(self, record: Record) -> Array:
        every = self.space.every()
        return np.array([self.space.to_unit(c) for c in every or () if not record.was_tried(c)])

    def _origin(self, record: Record, model: Model, process: GaussianProcess, point: Array) -> Origin:
        """What the model expects of a point (1, d); the interval is that of a score, its noise included."""
        mean, deviation = (float(found[0]) for found in process.predict(point))
        incumbent = float(process.at_told.max())
        ends = mean + QUANTILE * (deviation**2 + process.hyper.noise) ** 0.5 * np.array([-1.0, 0.0, 1.0])
        raw = unwarp(np.array([*ends, incumbent]), record.scores[model.rows])
        low, predicted, high, best = raw if self.direction == "maximize" else -raw[[2, 1, 0, 3]]
        kind: Kind = "exploit" if mean - incumbent >= EXPLOITS * deviation else "explore"
        succeeds = float(model.success.probability(point)[0])
        return Origin(kind, (), float(predicted), float(low), float(high), float(best), succeeds)
