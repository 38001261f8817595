"""Grid search in an order that covers the grid evenly wherever it is stopped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from .grid import Config, Grid
from .grid_order import EvenOrder
from .observation import Direction, Observation
from .proposal import WithoutHistory
from .recommend import Recommending
from .space import Space


@dataclass(frozen=True)
class GridSearch(WithoutHistory, Recommending):
    """Proposal i is the i-th point of an even order of the grid; no point comes twice, and none is left out.

    `levels`: values per number, one for all or by name (5 for the rest). Another seed gives another order.
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
        return [self._order.at(i) for i in numbers]

    @cached_property
    def grid(self) -> Grid:
        return self.space.grid(self.levels)

    @cached_property
    def _order(self) -> EvenOrder:
        return EvenOrder(self.grid, self.seed)
