"""How far apart configurations are to the model: where it places a point of the unit cube.

| kind of parameter | its place |
|---|---|
| number | u |
| category | u, told apart by equality alone |
| number with a condition | on a half circle of diameter 1, ½ (cos πu, sin πu); its centre, (0, 0), while inactive |
| category with a condition | u, and NOWHERE while inactive |

So a parameter that is inactive in both points adds nothing to their distance, and one that is active in one of them
adds the same whatever its value there. After F. Hutter and M. Osborne, "A kernel for hierarchical parameter spaces"
(2013), section 3.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studies.search.categories import Constant
from studies.search.parameters import Array
from studies.search.space import Space

NOWHERE = -1.0


@dataclass(frozen=True, eq=False)
class Geometry:
    """The places of a space's points have f coordinates: each belongs to the dimension `owner` (f,) of the cube, and
    `unordered` (f,) ones are equal or not. `dimensions` is d."""

    space: Space
    dimensions: int
    owner: NDArray[np.intp]
    unordered: NDArray[np.bool_]
    conditional: NDArray[np.intp]  # dimensions with a condition

    @classmethod
    def of(cls, space: Space) -> "Geometry":
        tuned = [parameter for parameter in space if not isinstance(parameter, Constant)]
        conditional = [j for j, parameter in enumerate(tuned) if parameter.when]
        circles = [j for j in conditional if not tuned[j].unordered]
        owner = np.array([*range(len(tuned)), *circles], dtype=np.intp)
        return cls(space, len(tuned), owner, space.unordered[owner], np.array(conditional, dtype=np.intp))

    def places(self, points: Array) -> Array:
        """(m, f) of points (m, d) that stand for legal configurations."""
        if not len(self.conditional):
            return points
        active = self.space.active(points)
        places = np.hstack([points, points[:, self.owner[self.dimensions :]]])
        second = self.dimensions
        for j in self.conditional:
            if self.unordered[j]:
                places[:, j] = np.where(active[:, j], points[:, j], NOWHERE)
                continue
            angle = np.pi * points[:, j]
            places[:, j] = np.where(active[:, j], 0.5 * np.cos(angle), 0.0)
            places[:, second] = np.where(active[:, j], 0.5 * np.sin(angle), 0.0)
            second += 1
        return places
