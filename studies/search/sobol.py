"""Scrambled Sobol points, any of them by its number, without SciPy's statistics (whose import takes half a second).

Direction numbers: S. Joe and F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional projections",
SIAM J. Sci. Comput. 30 (2008), file new-joe-kuo-6. Scrambling: J. Matoušek, "On the L2-discrepancy for anchored
boxes", J. Complexity 14 (1998): a random lower triangular matrix and a random shift per dimension.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .parameters import Array

BITS = 32

# One entry per dimension: the primitive polynomial as a number, then its first direction numbers m_1, m_2, ...
# fmt: off
JOE_KUO = (
    (1,), (3, 1), (7, 1, 3), (11, 1, 3, 1), (13, 1, 1, 1), (19, 1, 1, 3, 3), (25, 1, 3, 5, 13), (37, 1, 1, 5, 5, 17),
    (41, 1, 1, 5, 5, 5), (47, 1, 1, 7, 11, 19), (55, 1, 1, 5, 1, 1), (59, 1, 1, 1, 3, 11), (61, 1, 3, 5, 5, 31),
    (67, 1, 3, 3, 9, 7, 49), (91, 1, 1, 1, 15, 21, 21), (97, 1, 3, 1, 13, 27, 49), (103, 1, 1, 1, 15, 7, 5),
    (109, 1, 3, 1, 15, 13, 25), (115, 1, 1, 5, 5, 19, 61), (131, 1, 3, 7, 11, 23, 15, 103),
    (137, 1, 3, 7, 13, 13, 15, 69), (143, 1, 1, 3, 13, 7, 35, 63), (145, 1, 3, 5, 9, 1, 25, 53),
    (157, 1, 3, 1, 13, 9, 35, 107), (167, 1, 3, 1, 5, 27, 61, 31), (171, 1, 1, 5, 11, 19, 41, 61),
    (185, 1, 3, 5, 3, 3, 13, 69), (191, 1, 1, 7, 13, 1, 19, 1), (193, 1, 3, 7, 5, 13, 19, 59),
    (203, 1, 1, 3, 9, 25, 29, 41), (211, 1, 3, 5, 13, 23, 1, 55), (213, 1, 3, 7, 3, 13, 59, 17),
    (229, 1, 3, 1, 3, 5, 53, 69), (239, 1, 1, 5, 5, 23, 33, 13), (241, 1, 1, 7, 7, 1, 61, 123),
    (247, 1, 1, 7, 9, 13, 61, 49), (253, 1, 3, 3, 5, 3, 55, 33), (285, 1, 3, 1, 15, 31, 13, 49, 245),
    (299, 1, 3, 5, 15, 31, 59, 63, 97), (301, 1, 3, 1, 11, 11, 11, 77, 249),
)
# fmt: on


def sobol_points(seed: int, dimensions: int, numbers: Sequence[int]) -> Array:
    """(m, d) points with these numbers (0 .. 2**32 − 1), in (0, 1); independent beyond the table's 40 dimensions."""
    directions, shift = _scrambled(seed, min(dimensions, len(JOE_KUO)))
    indices = np.array(numbers, dtype=np.uint64)
    points = np.tile(shift, (len(indices), 1))
    for bit in range(max(numbers, default=0).bit_length()):
        odd = (indices >> np.uint64(bit)) & np.uint64(1)
        points ^= odd.astype(np.uint32)[:, None] * directions[:, bit]
    quasi: Array = (points.astype(np.float64) + 0.5) / 2.0**BITS
    if dimensions <= len(JOE_KUO):
        return quasi
    rest = [np.random.default_rng([seed, 2, number]).random(dimensions - len(JOE_KUO)) for number in numbers]
    return np.hstack([quasi, np.reshape(rest, (len(indices), dimensions - len(JOE_KUO)))])


@lru_cache(maxsize=64)
def _scrambled(seed: int, dimensions: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Scrambled direction numbers (d, 32) and the shift (d,)."""
    rng = np.random.default_rng([seed, 1])
    places = np.arange(BITS - 1, -1, -1, dtype=np.uint32)  # most significant bit first
    plain = np.array([_directions(entry) for entry in JOE_KUO[:dimensions]], dtype=np.uint32).reshape(-1, BITS)
    bits = (plain[:, :, None] >> places) & 1
    lower = np.tril(rng.integers(0, 2, (dimensions, BITS, BITS)), -1) + np.eye(BITS, dtype=np.int64)
    mixed = np.einsum("dkj,dij->dki", bits, lower) % 2
    directions = (mixed.astype(np.uint64) << places.astype(np.uint64)).sum(axis=2).astype(np.uint32)
    return directions, rng.integers(0, 2**BITS, dimensions, dtype=np.uint32)


def _directions(entry: tuple[int, ...]) -> list[int]:
    """The 32 direction numbers of one dimension as 32-bit fractions, by the recurrence of Joe and Kuo."""
    polynomial, *first = entry
    degree = len(first)
    if degree == 0:
        return [1 << (BITS - 1 - k) for k in range(BITS)]
    v = [m << (BITS - 1 - k) for k, m in enumerate(first)]
    for k in range(degree, BITS):
        new = v[k - degree] ^ (v[k - degree] >> degree)
        for j in range(1, degree):
            if polynomial >> (degree - j) & 1:
                new ^= v[k - j]
        v.append(new)
    return v
