"""Evolutionary search: steady state, asynchronous. Each proposal is a child of the best configurations told so far.

There are no generations that parallel trials would have to wait for: the population is read from the history anew at
every ask. A child is recombined and mutated as in any evolution strategy; of a brood of several, the one that its
neighbours speak for is tried (preselection: R. G. Regis and C. A. Shoemaker, "Local function approximation in
evolutionary algorithms for the optimization of costly functions", IEEE Trans. Evol. Comput. 8, 2004).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .errors import check_count
from .history import Record, propose_in_turn
from .neighbours import distances, expected
from .observation import Direction, Observation
from .parameters import Array
from .proposal import Origin, Proposal, WithHistory
from .recommend import Recommending
from .space import Space
from .start import start_point
from .variation import any_untried, first_untried, mutate
from .warping import warp

Rows = NDArray[np.intp]

TOURNAMENT = 3
BROOD = 20
NARROWEST, WIDEST = 0.02, 0.25  # bounds of the mutation's standard deviation in the unit cube
MUTATED = 2.0  # parameters of a child that mutate, on average
FREE = 0.2  # chance of a proposal that neighbours have no say in: a brood's first child, or an explorer
WIDENING = (1.0, 3.0)  # where all near children were tried, a second brood goes further
BONUS = 5.0  # deviations of the score that a unit of distance is worth
CROWD = 2.0  # so many times nearer does a pending configuration count: eight that differ tell more than twins
FEW, DRAWN = 2, 5  # up to FEW dimensions all free proposals explore, each more halves it: the farthest of DRAWN points
LEAST_START, MORE_START = 8, 2  # starting points: at least so many, and so many more than dimensions


@dataclass(frozen=True)
class Brood:
    """Children (m, d), and the rows (m,) of their parents; the father is the mother again where he gave nothing."""

    children: Array
    mothers: Rows
    fathers: Rows


@dataclass(frozen=True)
class EvolutionarySearch(WithHistory, Recommending):
    """Starts with the centre and Sobol points, two more than dimensions, eight to `population`; then breeds.

    The `population` best are alive and win children in tournaments; failures have none. Mutation scales itself: a
    number moves by about the spread of the population in it. No configuration is repeated.
    """

    space: Space
    seed: int = 0
    direction: Direction = "maximize"
    population: int = 12

    def __post_init__(self) -> None:
        check_count("population", self.population, 4, 1000)

    def propose(self, n: int = 1, history: Sequence[Observation] = (), start: int = 0) -> list[Proposal]:
        record = Record.of(self.space, history, self.direction)
        return propose_in_turn(record, self._propose, self.seed, range(start, start + n))

    def _propose(self, record: Record, index: int, rng: np.random.Generator) -> Proposal | None:
        initial = min(self.population, max(LEAST_START, self.space.dimensions + MORE_START))
        alive = self._alive(record)
        if index < initial or len(alive) < 2:  # the start goes on until there are parents
            found = first_untried(record, start_point(self.space, self.seed, index, record.told, initial))
            if found is not None:
                return Proposal(found[0], Origin("start"))
        if len(alive) < 2 or self.space.dimensions == 0:
            return any_untried(record, rng)
        is_free = rng.random() < FREE  # else a category that was unlucky once would not be seen again
        explores = is_free and rng.random() < 2.0 ** (FEW - self.space.dimensions)
        explorer = self._explorer(record, rng) if explores else None
        return explorer or self._child(record, alive, rng, is_free) or any_untried(record, rng)

    def _explorer(self, record: Record, rng: np.random.Generator) -> Proposal | None:
        """The farthest of a few points from all that was tried. In many dimensions everything is far: no use there."""
        points = self.space.snap(rng.random((DRAWN, self.space.dimensions)))
        known = np.vstack([record.told, record.pending])
        far = distances(self.space, points, known).min(axis=1)
        found = first_untried(record, points[np.argsort(-far, kind="stable")])
        return Proposal(found[0], Origin("explore")) if found else None

    def _child(self, record: Record, alive: Rows, rng: np.random.Generator, is_free: bool) -> Proposal | None:
        """The most promising child of a brood that was not tried, or the first of them if it `is_free`."""
        z, _ = warp(record.scores)
        for widening in WIDENING:
            brood = self._breed(record, alive, rng, widening)
            order = (
                np.arange(BROOD) if is_free else np.argsort(-self._promise(record, z, brood.children), kind="stable")
            )
            found = first_untried(record, brood.children[order])
            if found is not None:
                config, place = found
                parents = dict.fromkeys((brood.mothers[order[place]], brood.fathers[order[place]]))
                return Proposal(config, Origin("child", tuple(int(record.positions[row]) for row in parents)))
        return None

    def _promise(self, record: Record, z: Array, children: Array) -> Array:
        """(m,) what the neighbours lead to expect, and a bonus for distance: far from all that was tried, who knows.

        Without it the child next to the best would always win, and the search would end there. What is pending is a
        neighbour with the score that its own neighbours lead to expect.
        """
        told, pending = record.told, record.pending
        awaited = expected(distances(self.space, pending, told), z)
        apart = distances(self.space, children, np.vstack([told, pending]))
        alone = (apart / np.repeat([1.0, CROWD], [len(told), len(pending)])).min(axis=1)
        promise: Array = expected(apart, np.concatenate([z, awaited])) + BONUS * alone
        return promise

    def _alive(self, record: Record) -> Rows:
        """(p,) rows of the best configurations told, best first; failures never have children."""
        usable = np.flatnonzero(np.isfinite(record.scores))
        order = np.argsort(-record.scores[usable], kind="stable")[: self.population]
        return usable[order]

    def _breed(self, record: Record, alive: Rows, rng: np.random.Generator, widening: float) -> Brood:
        """Uniform crossover of two winners, then mutation."""
        space, d = self.space, self.space.dimensions
        mothers, fathers = (alive[_tournament(len(alive), rng)] for _ in range(2))
        taken = rng.random((BROOD, d)) < 0.5
        mixed = np.where(taken, record.told[fathers], record.told[mothers])
        gave = (mixed != record.told[mothers]).any(axis=1)
        spread = np.clip(record.told[alive].std(axis=0), NARROWEST, WIDEST)
        children = mutate(space, space.snap(mixed), rng, widening * spread, MUTATED / d)
        return Brood(children, mothers, np.where(gave, fathers, mothers))


def _tournament(size: int, rng: np.random.Generator) -> Rows:
    """(BROOD,) winners' ranks: the best of TOURNAMENT drawn from `size`, once per child."""
    ranks: Rows = rng.integers(0, size, (BROOD, TOURNAMENT)).min(axis=1)
    return ranks
