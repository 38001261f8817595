"""Random search: two samplers, cheap far out, even where it should be."""

import time

import pytest

from studies.search import Float, Space, make_method
from tests.search.spaces import SPACES, SVM

SQUARE = Space([Float("x", 0, 1), Float("y", 0, 1)])


@pytest.mark.parametrize("sampler", ["sobol", "independent"])
@pytest.mark.parametrize("key", ["conditions", "wide"])
def test_the_hundred_thousandth_proposal_is_cheap(sampler: str, key: str) -> None:
    method = make_method("random", SPACES[key], sampler=sampler)
    method.ask(1)
    begin = time.perf_counter()
    assert len(method.ask(10, start=100_000)) == 10
    assert time.perf_counter() - begin < 0.2


def test_sobol_leaves_no_quarter_empty_and_independent_draws_differ_from_it() -> None:
    sobol = make_method("random", SQUARE, seed=5).ask(64)
    cells = {(int(8 * config["x"]), int(8 * config["y"])) for config in sobol}
    assert len(cells) > 55
    assert make_method("random", SQUARE, seed=5, sampler="independent").ask(64) != sobol


@pytest.mark.parametrize("sampler", ["sobol", "independent"])
def test_choices_come_equally_often(sampler: str) -> None:
    drawn = [config["kernel"] for config in make_method("random", SVM, seed=2, sampler=sampler).ask(900)]
    assert all(240 < drawn.count(kernel) < 360 for kernel in ("rbf", "poly", "linear"))
