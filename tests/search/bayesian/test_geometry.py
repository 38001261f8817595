"""Distances between configurations of which some parameters are inactive."""

import numpy as np
import pytest

from studies.search import Categorical, Float, Space
from studies.search.bayesian.gaussian_process import squared_distances
from studies.search.bayesian.geometry import Geometry

KERNEL = Space(
    [
        Categorical("kernel", ["rbf", "poly"]),
        Float("degree", 0, 1, when={"kernel": ["poly"]}),
        Categorical("mode", ["a", "b", "c"], when={"kernel": ["poly"]}),
        Float("C", 0, 1),
    ]
)


def distances(*configs: dict) -> np.ndarray:
    """(pairs, d) squared distances between configurations."""
    geometry = Geometry.of(KERNEL)
    places = geometry.places(np.array([KERNEL.to_unit(config) for config in configs]))
    return squared_distances(places, geometry.owner.tolist(), geometry.unordered.tolist(), geometry.dimensions).T


def poly(degree: float, mode: str = "b") -> dict:
    return {"kernel": "poly", "degree": degree, "mode": mode, "C": 0.5}


def test_what_is_inactive_in_both_adds_nothing() -> None:
    (found,) = distances({"kernel": "rbf", "C": 0.5}, {"kernel": "rbf", "C": 0.75})
    assert found == pytest.approx([0.0, 0.0, 0.0, 0.0625])


@pytest.mark.parametrize("degree", [0.0, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("mode", ["a", "b", "c"])
def test_what_is_active_in_one_adds_the_same_whatever_its_value(degree: float, mode: str) -> None:
    (found,) = distances({"kernel": "rbf", "C": 0.5}, poly(degree, mode))
    assert found == pytest.approx([1.0, 0.25, 1.0, 0.0])


def test_what_is_active_in_both_adds_more_the_further_apart() -> None:
    near, far, both = distances(poly(0.1), poly(0.2), poly(0.9))
    assert 0 < near[1] < both[1] < far[1] < 1
    (whole,) = distances(poly(0.0), poly(1.0, "c"))
    assert whole == pytest.approx([0.0, 1.0, 1.0, 0.0])
