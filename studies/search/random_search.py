"""Random search: even by scrambled Sobol points, or independent draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .errors import quote
from .grid import Config
from .observation import Direction, Observation
from .parameters import Array
from .proposal import WithoutHistory
from .recommend import Recommending
from .sobol import sobol_points
from .space import Space

REDRAWS = 1000  # of a point that is forbidden; only then is it moved to the nearest legal one


@dataclass(frozen=True)
class RandomSearch(WithoutHistory, Recommending):
    """Proposal i depends on the seed and i alone, whatever happened before; in a small space it may come up again.

    `sampler` is "sobol" (points that leave no large gaps) or "independent". Forbidden combinations are drawn again: the
    chances of all others stay in proportion.
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
        if self.space.forbidden:
            self._redraw(points, numbers)
        return [self.space.from_unit(point) for point in points]

    def _redraw(self, points: Array, numbers: range) -> None:
        """Draw the entangled coordinates of forbidden points (n, d) anew, in place, until they are allowed.

        The others are independent of whether a point is allowed and may stay: the law is the conditional one, and
        Sobol points keep their evenness in them.
        """
        entangled = self.space.entangled
        for row in np.flatnonzero(~self.space.allowed(self.space.round(points))):
            tried = np.tile(points[row], (REDRAWS, 1))
            tried[:, entangled] = np.random.default_rng([self.seed, 3, numbers[int(row)]]).random(
                (REDRAWS, len(entangled))
            )
            allowed = self.space.allowed(self.space.round(tried))
            points[row] = tried[np.argmax(allowed)]  # the first, where none is allowed
