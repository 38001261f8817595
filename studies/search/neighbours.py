"""What is known near a point: the told scores of its neighbours, without a model to fit.

d           dimensions of the unit cube
t, m        points told, points asked about
distance    root of the mean over dimensions of squared differences; a category that differs counts 1
z           (t,) warped scores, larger is better, deviation 1
"""

import numpy as np

from .parameters import Array
from .space import Space

NEAREST = 3  # neighbours that speak for a point
CLOSE = 0.02  # below this distance no neighbour is heard much more than another
SAME = 1e-9


def distances(space: Space, points: Array, told: Array) -> Array:
    """(m, t) from points (m, d) to told ones (t, d); 0 without dimensions."""
    apart = np.abs(points[:, None, :] - told[None, :, :])
    apart[..., space.unordered] = apart[..., space.unordered] > SAME
    squares: Array = np.einsum("mtd,mtd->mt", apart, apart)
    return np.sqrt(squares / max(1, space.dimensions))


def expected(apart: Array, z: Array) -> Array:
    """(m,) mean of the nearest z, weighted by their inverse distance; `apart` is (m, t).

    D. Shepard, "A two-dimensional interpolation function for irregularly-spaced data", ACM National Conference (1968).
    """
    k = min(NEAREST, len(z))
    nearest = np.argpartition(apart, k - 1, axis=1)[:, :k]
    weights = 1.0 / (np.take_along_axis(apart, nearest, axis=1) + CLOSE)
    mean: Array = (weights * z[nearest]).sum(axis=1) / weights.sum(axis=1)
    return mean
