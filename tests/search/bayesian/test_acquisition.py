"""Acquisition values against their definitions, and where floating point gives up."""

import numpy as np
import pytest
from scipy.special import log_ndtr

from studies.search.bayesian.acquisition import log_expected_improvement


@pytest.mark.parametrize("incumbent", [-2.0, 0.0, 1.0, 4.0])
def test_expected_improvement_is_the_integral(incumbent: float) -> None:
    mean, deviation = np.array([0.0, 0.3, -1.0]), np.array([1.0, 0.5, 2.0])
    t = np.linspace(-12, 12, 400_001)
    density = np.exp(-0.5 * t**2) / np.sqrt(2 * np.pi)
    for m, s, found in zip(mean, deviation, log_expected_improvement(mean, deviation, incumbent), strict=True):
        gain = np.trapezoid(np.maximum(m + s * t - incumbent, 0) * density, t)
        assert np.exp(found) == pytest.approx(gain, rel=1e-5)


def test_far_below_the_incumbent_it_is_finite_and_still_rises() -> None:
    mean = -np.logspace(0, 9, 2000)
    values = log_expected_improvement(mean, np.ones(2000), 0.0)
    assert np.isfinite(values).all()
    assert np.all(np.diff(values) < 0)
    middle = np.abs(mean + 30).argmin()  # Mills' ratio: ln h(z) ≈ ln Φ(z) − ln |z| far below
    assert values[middle] == pytest.approx(log_ndtr(mean[middle]) - np.log(-mean[middle]), abs=0.01)
