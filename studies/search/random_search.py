"""Random search: even by scrambled Sobol points, or independent draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .errors import quote
from .grid import Config
from .observation import Direction, Observation
from .proposal import WithoutHistory
from .sobol import sobol_points
from .space import Space


@dataclass(frozen=True)
class RandomSearch(WithoutHistory):
    """Proposal i depends on the seed and i alone, whatever happened before; in a small space it may come up again.

    `sampler` is "sobol" (points that leave no large gaps) or "independent".
    """

    space: Space
    seed: int = 0
    direction: Direction = "maximize"
    sampler: Literal["sobol", "independent"] = "sobol"

    def __post_init__(self) -> None:
        if self.sampler not in ("sobol", "independent"):
            raise ValueError(f"sampler is {quote(self.sampler)}; it must be 'sobol' or 'independent'")

    def ask(self, n: int = 1, history: Sequence[Observation] = (), start: int = 0) -> list[Config]:
        numbers = range(start, start + n)
        if self.sampler == "sobol":
            points = sobol_points(self.seed, self.space.dimensions, numbers)
        else:
            points = np.array([np.random.default_rng([self.seed, i]).random(self.space.dimensions) for i in numbers])
        return [self.space.from_unit(point) for point in points]
