"""Sobol points: against SciPy's unscrambled ones, evenness, access by number."""

import numpy as np
import pytest
from scipy.stats.qmc import Sobol, discrepancy

from studies.search.sobol import JOE_KUO, sobol_points


def test_before_scrambling_they_are_scipys() -> None:
    """XOR with point 0 takes the shift away; the matrix keeps which points share the elementary intervals."""
    d = len(JOE_KUO)
    ours, theirs = sobol_points(0, d, range(256)), Sobol(d, scramble=False).random(256)
    ours_bits = (ours * 2**32).astype(np.uint32) ^ (ours[0] * 2**32).astype(np.uint32)
    for level in (2, 4, 8):
        cells_ours = ours_bits >> (32 - level)
        cells_theirs = (theirs * 2**level).astype(np.uint32)
        order = [i ^ (i >> 1) for i in range(256)]  # SciPy counts in Gray code
        same_ours = cells_ours[order][:, None] == cells_ours[order]
        same_theirs = cells_theirs[:, None] == cells_theirs
        assert np.array_equal(same_ours, same_theirs)


@pytest.mark.parametrize("seed", [0, 1, 2**80])
def test_each_dimension_has_one_point_per_cell_and_they_are_even(seed: int) -> None:
    points = sobol_points(seed, 40, range(128))
    assert all(len(set(np.floor(column * 128))) == 128 for column in points.T)
    independent = np.random.default_rng(1).random((128, 5))
    assert discrepancy(points[:, :5]) < 0.5 * discrepancy(independent)


def test_any_point_by_its_number() -> None:
    whole = sobol_points(7, 55, range(300))
    assert np.array_equal(sobol_points(7, 55, [299, 4]), whole[[299, 4]])
    assert sobol_points(7, 55, []).shape == (0, 55)
    assert sobol_points(7, 0, [1, 2]).shape == (2, 0)
    far = sobol_points(7, 55, [10**5, 2**32 - 1])
    assert np.all((far > 0) & (far < 1))
    assert not np.array_equal(whole, sobol_points(8, 55, range(300)))


def test_beyond_the_table_dimensions_are_independent_but_reproducible() -> None:
    points = sobol_points(3, 60, range(500))[:, 40:]
    assert len(np.unique(points)) == points.size
    assert abs(points.mean() - 0.5) < 0.01
    assert np.abs(np.corrcoef(points.T) - np.eye(20)).max() < 0.2
