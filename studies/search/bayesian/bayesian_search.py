"""Bayesian search: a Gaussian process on the history, and a search for the configuration that it finds most promising.

Three parts: a space-filling start, the model (with the points whose scores are still out at their expected score),
and the maximiser, which only ever scores legal configurations: integers, steps and categories are snapped first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studies.search.errors import check_count
from studies.search.grid import Config
from studies.search.history import Record, propose_in_turn
from studies.search.observation import Direction, Observation
from studies.search.parameters import Array
from studies.search.proposal import Origin, Proposal, WithHistory
from studies.search.recommend import Recommending
from studies.search.sobol import sobol_points
from studies.search.space import Space
from studies.search.variation import any_untried, first_untried, mutate

from .acquisition import log_expected_improvement, upper_confidence_bound
from .gaussian_process import GaussianProcess, fit
from .warping import warp

MOST_TOLD = 300  # past this, the best half and a random half of it stand for all
MOST_FITTED = 150  # hyperparameters need fewer
MOST_PENDING = 100
MOST_EXTRA = 3.2  # standard error in units of the warped score; more says no less
LISTED = 500  # a space of at most so many configurations is scored whole
RANDOM, MUTATED, PARENTS = 400, 360, 6
ELITE, CHILDREN, SHRINKING = 8, 20, (0.1, 0.03, 0.01)


@dataclass(frozen=True)
class BayesianSearch(WithHistory, Recommending):
    """Proposes the centre of the space, then Sobol points up to `initial` in all, then what the model likes best.

    The centre takes the first choice of each category, as people list the usual one first.
    It repeats no configuration; a finite space that was tried whole gets no more proposals.
    """

    space: Space
    seed: int = 0
    direction: Direction = "maximize"
    initial: int = 8

    def __post_init__(self) -> None:
        check_count("initial", self.initial, 1, 1000)

    def propose(self, n: int = 1, history: Sequence[Observation] = (), start: int = 0) -> list[Proposal]:
        record = Record.of(self.space, history, self.direction)
        return propose_in_turn(record, self._propose, self.seed, range(start, start + n))

    def _propose(self, record: Record, index: int, rng: np.random.Generator) -> Proposal | None:
        usable = int(np.isfinite(record.scores).sum())
        if index < self.initial and len(record.scores) < self.initial:
            found = first_untried(record, self._start_point(index))
            if found is not None:
                return Proposal(found[0], Origin("start"))
        if usable == 0 or self.space.dimensions == 0:
            return any_untried(record, rng)
        found_by_model = self._best_by_model(record, rng)
        if found_by_model is None:
            return any_untried(record, rng)
        return Proposal(found_by_model, Origin("exploit"))

    def _start_point(self, index: int) -> Array:
        if index == 0:
            return self.space.snap(np.where(self.space.unordered, 0.0, np.full((1, self.space.dimensions), 0.5)))
        return self.space.snap(sobol_points(self.seed, self.space.dimensions, [index - 1]))

    # -- the model

    def _model(self, record: Record) -> GaussianProcess:
        """The posterior given all that was told, and what is pending at its mean (that only shrinks the variance)."""
        told, _ = told_model(record, self.seed)
        waiting = record.pending[-MOST_PENDING:]
        if not len(waiting):
            return told
        return GaussianProcess(
            told.hyper, told.unordered, np.vstack([told.X, waiting]),
            np.concatenate([told.z, told.mean(waiting)]), np.concatenate([told.extra, np.zeros(len(waiting))]),
        )  # fmt: skip

    # -- the maximiser

    def _best_by_model(self, record: Record, rng: np.random.Generator) -> Config | None:
        model = self._model(record)
        at_known = model.mean(model.X)
        incumbent = float(at_known.max())
        kappa = float(rng.choice([0.5, 1.0, 2.0])) if rng.random() < 0.4 else None

        def promise(points: Array) -> Array:
            mean, deviation = model.predict(points)
            if kappa is None:
                return log_expected_improvement(mean, deviation, incumbent)
            return upper_confidence_bound(mean, deviation, kappa)

        if self.space.size is not None and self.space.size <= LISTED:
            points = self._untried_points(record)
            return self.space.from_unit(points[int(np.argmax(promise(points)))])
        parents = model.X[np.argsort(-at_known, kind="stable")[:PARENTS]]
        points, values = self._climb(parents, promise, rng)
        found = first_untried(record, points[np.argsort(-values, kind="stable")])
        return found[0] if found else None

    def _untried_points(self, record: Record) -> Array:
        every = self.space.every()
        return np.array([self.space.to_unit(c) for c in every or () if not record.was_tried(c)])

    def _climb(
        self, parents: Array, promise: Callable[[Array], Array], rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Candidates (m, d) and their promise (m,): chance, changes of the best known, then of the best found."""
        d = self.space.dimensions
        rate = max(0.3, 1.5 / d)
        sigma = np.exp(rng.uniform(np.log(0.02), np.log(0.3), (MUTATED, 1)))
        near = mutate(self.space, parents[np.arange(MUTATED) % len(parents)], rng, sigma, rate)
        points = np.vstack([self.space.snap(rng.random((RANDOM, d))), near])
        values = promise(points)
        for width in SHRINKING:
            elite = points[np.argsort(-values, kind="stable")[:ELITE]]
            children = mutate(self.space, np.repeat(elite, CHILDREN, axis=0), rng, np.array(width), rate)
            points, values = np.vstack([points, children]), np.concatenate([values, promise(children)])
        return points, values


def told_model(record: Record, seed: int) -> tuple[GaussianProcess, NDArray[np.intp]]:
    """The posterior given what was told, and the rows (n,) of the record behind it: of very many trials only some."""
    unordered = record.space.unordered
    fitted = refit_at(len(record.scores))
    rows = subset(record.scores[:fitted], MOST_FITTED, seed)
    z, scale = warp(record.scores[rows])
    hyper = fit(record.told[rows], z, extra_noise(record.noise[rows], scale), unordered)

    rows = subset(record.scores, MOST_TOLD, seed)
    z, scale = warp(record.scores[rows])
    extra = extra_noise(record.noise[rows], scale)
    return GaussianProcess(hyper, unordered, record.told[rows], z, extra), rows


def refit_at(told: int) -> int:
    """How many of the told trials the hyperparameters are fitted on: all up to 40, then every 3rd, then every 10th."""
    if told <= 40:
        return told
    return told - (told - 40) % 3 if told <= 120 else told - told % 10


def subset(scores: Array, most: int, seed: int) -> NDArray[np.intp]:
    """Rows, in order: all, or the best half and a random half where there are more than `most`."""
    if len(scores) <= most:
        return np.arange(len(scores))
    order = np.argsort(-np.where(np.isfinite(scores), scores, -np.inf), kind="stable")
    best, rest = order[: most // 2], order[most // 2 :]
    drawn = np.random.default_rng([seed, len(scores)]).permutation(rest)[: most - most // 2]
    return np.sort(np.concatenate([best, drawn]))


def extra_noise(noise: Array, scale: float) -> Array:
    """Variance of partial evaluations in units of the warped score."""
    within: Array = np.minimum(noise * scale, MOST_EXTRA)
    return within * within
