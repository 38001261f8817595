"""The history as a history-based method sees it: points of the unit cube, scores to be made large, what was tried."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .fold_noise import FoldNoise, Folds, fold_noise
from .grid import Config
from .observation import Direction, Observation
from .parameters import Array
from .places import Key
from .proposal import Proposal
from .space import Space


@dataclass
class Record:
    """What is known at the moment of a proposal; proposals of the same call are added as pending.

    told (t, d), scores (t,) larger is better and NaN failed, noise (t,) standard error of a partial evaluation's score,
    0 for a whole one, folds (t,) fold scores of whole evaluations, positions (t,) of what was told in the history,
    pending (q, d), tried: identities of all configurations of the space that were evaluated or are about to be.
    """

    space: Space
    told: Array
    scores: Array
    noise: Array
    folds: list[Folds | None]
    positions: NDArray[np.intp]
    pending: Array
    tried: set[Key] = field(default_factory=set)

    @classmethod
    def of(cls, space: Space, history: Sequence[Observation], direction: Direction) -> "Record":
        """Read a history. Configurations off the space are moved into it, or left out where that makes no sense."""
        told, pending, tried = [], [], set()
        scores, noise, folds, positions = [], [], [], []
        for place, observation in enumerate(history):
            found = space.place_of(observation.config)
            if found is None:
                continue
            if found.identity is not None:
                tried.add(found.identity)
            if observation.pending:
                pending.append(found.point)
                continue
            told.append(found.point)
            scores.append(observation.score if direction == "maximize" else -observation.score)
            noise.append(_noise(observation))
            folds.append(observation.fold_scores if observation.state == "complete" else None)
            positions.append(place)
        return cls(
            space=space,
            told=np.reshape(told, (len(told), space.dimensions)),
            scores=np.array(scores, dtype=np.float64),
            noise=np.array(noise, dtype=np.float64),
            folds=folds,
            positions=np.array(positions, dtype=np.intp),
            pending=np.reshape(pending, (len(pending), space.dimensions)),
            tried=tried,
        )

    @property
    def weights(self) -> Array:
        """(t,) noise variance of a score relative to the typical one; mean 1, and 1 where its folds say nothing."""
        return self._fold_noise.weights

    @property
    def level(self) -> float:
        """Standard error of the typical score as far as folds tell, in the metric's units; NaN where they do not."""
        return self._fold_noise.level

    @cached_property
    def _fold_noise(self) -> FoldNoise:
        return fold_noise(self.folds)

    def was_tried(self, config: Config) -> bool:
        return self.space.identity(config) in self.tried

    @property
    def exhausted(self) -> bool:
        """Whether every configuration of a finite space was tried."""
        return self.space.size is not None and len(self.tried) >= self.space.size

    def add_pending(self, config: Config) -> None:
        self.tried.add(self.space.identity(config))
        self.pending = np.vstack([self.pending, self.space.to_unit(config)])


def propose_in_turn(
    record: Record,
    propose: Callable[[Record, int, np.random.Generator], Proposal | None],
    seed: int,
    indices: Iterable[int],
) -> list[Proposal]:
    """Proposals one after the other, each seeing those before it as pending; they end where nothing is left to try."""
    proposals: list[Proposal] = []
    for index in indices:
        found = None if record.exhausted else propose(record, index, np.random.default_rng([seed, index]))
        if found is None:
            break
        proposals.append(found)
        record.add_pending(found.config)
    return proposals


def _noise(observation: Observation) -> float:
    """Standard error of a pruned trial's estimate; 0 where it is unknown or was a whole evaluation."""
    noise = observation.noise if observation.state == "pruned" else None
    return min(float(noise), 1e100) if noise is not None and noise > 0 else 0.0
