"""Random search: two samplers, cheap far out, even where it should be."""

import time
from collections import Counter

import pytest

from studies.search import Float, Int, Space, make_method
from tests.search.spaces import LINEAR_SVC, SPACES, SVM

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


@pytest.mark.parametrize("sampler", ["sobol", "independent"])
def test_what_is_not_forbidden_comes_as_often_as_before(sampler: str) -> None:
    space = Space([*LINEAR_SVC, Int("n", 1, 2)], [c.when for c in LINEAR_SVC.forbidden])
    free = make_method("random", Space(list(space)), seed=1, sampler=sampler).ask(1600)
    drawn = make_method("random", space, seed=1, sampler=sampler).ask(1600)
    assert all(space.contains(config) for config in drawn)
    assert [config["C"] for config in drawn] == [config["C"] for config in free]  # it has no part in what is forbidden
    counts = Counter((c["penalty"], c["loss"], c["dual"], c["n"]) for c in drawn)
    assert len(counts) == 8
    assert max(abs(count - 200) for count in counts.values()) < 60  # 4.5 standard deviations of independent draws


def test_where_nearly_everything_is_forbidden_proposals_are_still_legal() -> None:
    names = [f"p{i}" for i in range(12)]
    space = Space([Int(name, 0, 4) for name in names], [{"p0": [0, 1, 2, 3], name: [0, 1, 2, 3]} for name in names[1:]])
    narrow = Space(
        [Int(name, 0, 4) for name in names],
        [{a: [0, 1, 2, 3], b: [0, 1, 2, 3, 4]} for a, b in zip(names, [*names[1:], names[0]], strict=True)],
    )
    assert narrow.size == 1
    for tight in (space, narrow):
        assert all(tight.contains(config) for config in make_method("random", tight).ask(5))
