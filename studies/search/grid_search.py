"""Grid search in an order that covers the grid evenly wherever it is stopped."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .grid import Config, Grid
from .observation import Direction, Observation
from .proposal import WithoutHistory
from .recommend import Recommending
from .space import Space


@dataclass(frozen=True)
class GridSearch(WithoutHistory, Recommending):
    """Proposal i is grid point (offset + i × stride) mod count; no point comes twice, and none is left out.

    `levels`: values per number, one for all or by name (5 for the rest). The seed decides where the grid is entered.
    """

    space: Space
    seed: int = 0
    direction: Direction = "maximize"
    levels: int | Mapping[str, int] = 5

    def __post_init__(self) -> None:
        self.space.grid(self.levels)  # refuses what cannot be a number of levels

    def ask(self, n: int = 1, history: Sequence[Observation] = (), start: int = 0) -> list[Config]:
        count = self.grid.count
        numbers = range(start, min(start + n, count))
        return [self.grid.at((self._offset + i * self._stride) % count) for i in numbers]

    @cached_property
    def grid(self) -> Grid:
        return self.space.grid(self.levels)

    @cached_property
    def _stride(self) -> int:
        return golden_stride(self.grid.count)

    @cached_property
    def _offset(self) -> int:
        words = np.random.default_rng([self.seed]).integers(0, 2**32, self.grid.count.bit_length() // 32 + 2)
        return sum(int(word) << 32 * place for place, word in enumerate(words)) % self.grid.count


def golden_stride(count: int) -> int:
    """The number nearest to count / φ that has no factor in common with count: its multiples are spread evenly."""
    golden = (math.isqrt(5 * count * count) - count) // 2
    candidates = (golden + sign * away for away in range(count + 1) for sign in (1, -1))
    return next(stride for stride in candidates if stride >= 1 and math.gcd(stride, count) == 1)
