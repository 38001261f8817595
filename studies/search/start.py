"""The points that fill a space before anything is known about it."""

import numpy as np

from .parameters import Array
from .sobol import sobol_points
from .space import Space

CENTRAL = 0.1  # so near in every parameter, a point stands for the centre


def start_point(space: Space, seed: int, index: int, told: Array, initial: int) -> Array:
    """(1, d) the starting point of that index of `initial`: the centre first, then Sobol points.

    Ranges are mostly laid around what people expect, so the centre is better than chance. It takes the first choice of
    each category, as people list the usual one first; the middle of a list of categories means nothing. It is left out
    where something told (t, d) lies there; defaults often do.
    """
    if index > 0:
        return space.snap(sobol_points(seed, space.dimensions, [index - 1]))
    centre = space.snap(np.where(space.unordered, 0.0, np.full((1, space.dimensions), 0.5)))
    if (np.abs(told - centre) < CENTRAL).all(axis=1).any():
        return start_point(space, seed, initial, told, initial)
    return centre
