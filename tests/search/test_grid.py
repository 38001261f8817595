"""The grid: exact counts, points by number, and an order that is even wherever it stops."""

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.search import Boolean, Categorical, Float, Int, Space, SpaceError, make_method
from studies.search.grid_order import EvenOrder, Shares, even_stride, floor_sum
from tests.search.spaces import LINEAR_SVC, SPACES, SVM


def brute_force(space: Space, levels: int) -> set:
    """All grid points by trying every combination of values and of leaving parameters out."""
    options = [[*((p.name, value) for value in p.levels(levels)), None] for p in space]
    tried = (dict(filter(None, combination)) for combination in itertools.product(*options))
    return {space.identity(config) for config in tried if space.contains(config)}


@pytest.mark.parametrize(
    "key", ["empty", "constants", "categorical", "steps", "conditions", "forbidden", "forbidden under conditions"]
)
@pytest.mark.parametrize("levels", [1, 3])
def test_the_grid_is_what_brute_force_finds(key: str, levels: int) -> None:
    grid = SPACES[key].grid(levels)
    points = [SPACES[key].identity(config) for config in grid]
    assert len(points) == grid.count == len(set(points))
    assert set(points) == brute_force(SPACES[key], levels)


@st.composite
def conditional_spaces(draw) -> Space:
    """Up to six small parameters, shuffled; each may depend on some before it; up to three forbidden combinations."""
    made: list = []
    for i in range(draw(st.integers(1, 6))):
        parents = draw(st.lists(st.sampled_from(made), max_size=2, unique_by=id)) if made else []
        when = {p.name: draw(st.lists(st.sampled_from(list(p.every())), min_size=1, max_size=2)) for p in parents}
        kind = draw(st.integers(0, 2))
        if kind == 0:
            made.append(Boolean(f"p{i}", when=when))
        elif kind == 1:
            made.append(Categorical(f"p{i}", ["a", None, 1], when=when))
        else:
            made.append(Int(f"p{i}", 0, 2, when=when))
    forbidden = []
    for _ in range(draw(st.integers(0, 3)) if len(made) > 1 else 0):
        named = draw(st.lists(st.sampled_from(made), min_size=2, max_size=3, unique_by=id))
        forbidden.append({p.name: draw(st.lists(st.sampled_from(list(p.every())), min_size=1)) for p in named})
    try:
        return Space(draw(st.permutations(made)), forbidden)
    except SpaceError:  # combinations that never come up, say the same, or leave nothing
        return Space(made)


@settings(max_examples=100, deadline=None)
@given(conditional_spaces(), st.integers(0, 2**32))
def test_conditions_and_forbidden_combinations_are_counted_exactly_and_kept(space: Space, seed: int) -> None:
    legal = brute_force(space, 5)
    assert space.size == len(legal)
    assert {space.identity(config) for config in space.every()} == legal
    points = np.random.default_rng(seed).random((20, space.dimensions))
    snapped, rounded = space.snap(points), space.round(points)
    assert (space.allowed(rounded) == (snapped == rounded).all(axis=1)).all()
    assert (space.snap(snapped) == snapped).all()
    for point, there, near in zip(points, snapped, rounded, strict=True):
        config = space.from_unit(point)
        assert space.identity(config) in legal
        assert config == space.from_unit(there)
        assert space.to_unit(config) == pytest.approx(there)
        assert space.allowed(near[None])[0] == (space.to_unit(config) == pytest.approx(near))


def test_levels_by_name_and_five_for_the_rest() -> None:
    space = Space([Float("x", 0, 1), Float("y", 0, 1), Int("n", 1, 100)])
    assert space.grid().count == 125
    assert space.grid({"x": 2}).count == 50
    assert [config["n"] for config in space.grid({"x": 1, "y": 1, "n": 3})] == [1, 50, 100]


def test_points_of_an_enormous_grid_without_making_it() -> None:
    grid = SPACES["wide"].grid(9)
    assert grid.count == 9**60
    assert grid.at(grid.count - 1) == {f"x{i}": 1.0 for i in range(60)}
    with pytest.raises(IndexError, match="does not exist"):
        grid.at(grid.count)
    assert len(make_method("grid", SPACES["wide"]).ask(3, start=10**6)) == 3


@pytest.mark.parametrize("key", ["empty", "one choice", "two values", "categorical", "conditions", "forbidden"])
def test_a_search_visits_each_point_once_and_then_ends(key: str) -> None:
    method = make_method("grid", SPACES[key], seed=4, levels=3)
    count = SPACES[key].grid(3).count
    visited = [SPACES[key].identity(config) for start in range(0, count, 7) for config in method.ask(7, start=start)]
    assert len(visited) == len(set(visited)) == count
    assert method.ask(3, start=count - 1) == method.ask(1, start=count - 1)
    assert method.ask(3, start=count) == []


@given(st.integers(1, 10**30))
def test_the_stride_has_no_factor_in_common_and_is_nearly_golden(count: int) -> None:
    stride = even_stride(count)
    assert len({i * stride % count for i in range(min(count, 50))}) == min(count, 50)
    assert count < 1000 or stride / count == pytest.approx(0.618, abs=0.03)


@given(st.integers(0, 60), st.integers(1, 50), st.integers(0, 99), st.integers(-99, 99))
def test_sums_of_floors(n: int, m: int, a: int, b: int) -> None:
    assert floor_sum(n, m, a, b) == sum((a * i + b) // m for i in range(n))


@given(st.lists(st.integers(1, 40), min_size=2, max_size=5), st.floats(0, 1, exclude_max=True))
def test_branches_get_their_share_of_the_visits_at_any_time(sizes: list[int], begin: float) -> None:
    shares, counts = Shares(sizes, begin), [0] * len(sizes)
    for visit in range(sum(sizes)):
        branch, number = shares.at(visit)
        assert (number, shares.visit(branch, number)) == (counts[branch], visit)
        counts[branch] += 1
        fair = [(visit + 1) * size / sum(sizes) for size in sizes]
        assert max(abs(count - share) for count, share in zip(counts, fair, strict=True)) < 4
    assert counts == sizes


@settings(max_examples=60, deadline=None)
@given(conditional_spaces(), st.integers(0, 2**64))
def test_the_even_order_has_every_point_once(space: Space, seed: int) -> None:
    order = EvenOrder(space.every(), seed)
    assert len({space.identity(order.at(number)) for number in range(space.size)}) == space.size
    with pytest.raises(IndexError, match="does not exist"):
        order.at(space.size)


def excess(seen: list, shares: Counter, count: int) -> dict:
    """How far the numbers of times that things were seen are from their shares, in standard deviations of chance."""
    counts = Counter(thing for config in seen for thing in shares_of(config))
    odd = {thing: share / count for thing, share in shares.items() if share < count}
    return {thing: (counts[thing] - len(seen) * p) / (len(seen) * p * (1 - p)) ** 0.5 for thing, p in odd.items()}


def shares_of(config: dict) -> list:
    """A configuration's levels and pairs of levels."""
    levels = list(config.items())
    return [*levels, *itertools.combinations(levels, 2)]


def product(*sizes: int) -> Space:
    return Space([Categorical(f"p{i}", list(range(size))) for i, size in enumerate(sizes)])


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("stop", [10, 25, 60])
@pytest.mark.parametrize(
    "space",
    [product(5, 5, 5, 5), product(*[3] * 7), product(*[2] * 10), product(3, 4, 10, 2), product(10, 10, 10), SVM],
    ids=["5^4", "3^7", "2^10", "3x4x10x2", "10^3", "conditions"],
)
def test_a_grid_stopped_early_has_seen_levels_and_pairs_more_evenly_than_chance(
    space: Space, stop: int, seed: int
) -> None:
    grid = space.grid()
    shares = Counter(thing for config in grid for thing in shares_of(config))
    found = excess(make_method("grid", space, seed=seed).ask(stop), shares, grid.count)
    levels = [away**2 for thing, away in found.items() if isinstance(thing[0], str)]
    pairs = [away**2 for thing, away in found.items() if not isinstance(thing[0], str)]
    assert np.mean(levels) < 0.5  # 1 by chance
    assert np.mean(pairs) < 0.95


def test_pairs_of_parameters_with_equally_many_levels_do_not_move_in_step() -> None:
    seen = make_method("grid", product(*[3] * 8), seed=1).ask(60)
    for a, b in itertools.combinations([f"p{i}" for i in range(8)], 2):
        assert len({(config[a], config[b]) for config in seen}) == 9


def test_the_svm_grid_by_hand() -> None:
    # C 5 × (linear 1 + rbf (scale 1 + value 5) + poly degree 4 × (1 + 5))
    assert SVM.grid().count == 5 * (1 + 6 + 4 * 6)


def test_the_grid_of_linear_svc_by_hand() -> None:
    # C 5 × (l1 with squared_hinge and no dual + l2 with hinge and dual + l2 with squared_hinge and either)
    assert LINEAR_SVC.grid().count == 5 * (1 + 1 + 2)


def test_combinations_nobody_can_count_are_refused_quickly() -> None:
    parameters = [Boolean(f"p{i}") for i in range(99)]
    forbidden = [{f"p{i}": [True], f"p{(37 * i + 11) % 99}": [False]} for i in range(99) if 36 * i % 99 != 88]
    with pytest.raises(SpaceError, match="too entangled"):
        Space(parameters, forbidden)


def test_a_large_space_with_combinations_between_neighbours_is_counted() -> None:
    # no two neighbours are both true: a Fibonacci number
    space = Space([Boolean(f"p{i}") for i in range(60)], [{f"p{i}": [True], f"p{i + 1}": [True]} for i in range(59)])
    assert space.size == 4052739537881
    assert space.contains(space.every().at(space.size // 3))
