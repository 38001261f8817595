"""Evolutionary search: steady state, asynchronous. Each proposal is a child of the best configurations told so far."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .errors import check_count
from .history import Record, propose_in_turn
from .observation import Direction, Observation
from .proposal import Origin, Proposal, WithHistory
from .recommend import Recommending
from .sobol import sobol_points
from .space import Space
from .variation import any_untried, first_untried, mutate

TOURNAMENT = 3
TRIES = 30
NARROWEST, WIDEST = 0.02, 0.25  # bounds of the mutation's standard deviation in the unit cube


@dataclass(frozen=True)
class EvolutionarySearch(WithHistory, Recommending):
    """Starts with `population` Sobol points; then recombines and mutates the `population` best by tournaments.

    Mutation scales itself: a number moves by about the spread of the population in it. No configuration is repeated.
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
        if index < self.population:
            found = first_untried(record, self.space.snap(sobol_points(self.seed, self.space.dimensions, [index])))
            if found is not None:
                return Proposal(found[0], Origin("start"))
        return self._child(record, rng) or any_untried(record, rng)

    def _child(self, record: Record, rng: np.random.Generator) -> Proposal | None:
        """The first of several children that was not tried; None while there are no parents."""
        rows = self._alive(record)
        alive = record.told[rows]
        if len(alive) < 2 or self.space.dimensions == 0:
            return None
        mother, father = (_tournament(len(alive), rng) for _ in range(2))
        mothers, fathers = alive[mother], alive[father]
        children = np.where(rng.random(mothers.shape) < 0.5, mothers, fathers)
        spread = np.clip(alive.std(axis=0), NARROWEST, WIDEST)
        widening = np.linspace(1.0, 3.0, TRIES)[:, None]  # later tries go further, where the near ones are used up
        children = mutate(self.space, self.space.snap(children), rng, spread * widening, 1.0 / self.space.dimensions)
        found = first_untried(record, children)
        if found is None:
            return None
        config, which = found
        parents = dict.fromkeys(int(record.positions[rows[rank[which]]]) for rank in (mother, father))
        return Proposal(config, Origin("child", tuple(parents)))

    def _alive(self, record: Record) -> NDArray[np.intp]:
        """(p,) rows of the best configurations told, best first; failures never have children."""
        usable = np.flatnonzero(np.isfinite(record.scores))
        order = np.argsort(-record.scores[usable], kind="stable")[: self.population]
        return usable[order]


def _tournament(size: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """(TRIES,) winners' ranks: the best of TOURNAMENT drawn from `size`, once per try."""
    ranks: NDArray[np.int64] = rng.integers(0, size, (TRIES, TOURNAMENT)).min(axis=1)
    return ranks
