"""The points that fill a space before anything is known about it."""

import numpy as np

from .parameters import Array
from .sobol import sobol_points
from .space import Space


def start_point(space: Space, seed: int, index: int) -> Array:
    """(1, d) the starting point of that index: the centre first, then Sobol points.

    Ranges are mostly laid around what people expect, so the centre is better than chance. It takes the first choice of
    each category, as people list the usual one first; the middle of a list of categories means nothing.
    """
    if index == 0:
        return space.snap(np.where(space.unordered, 0.0, np.full((1, space.dimensions), 0.5)))
    return space.snap(sobol_points(seed, space.dimensions, [index - 1]))
