"""An order of the points of a grid that is even wherever it stops, each point by its number without those before it.

A grid is a tree: at every parameter the points left part among its values. A node that is visited for the L-th time
(L = 0, 1, ...) sends the visit on so that its values take turns, as often as points lie below them; where fewer points
lie below some than below others, these are branches that get their share of the visits by a stride. As every
value is sent as many visits as it has points, and counts its own, no point comes twice and none is left out.

What keeps the parameters from moving in step is where the turns of a node begin: at the coordinate of a scrambled Sobol
point, the one with the number of the first proposal that comes by. As long as a parameter's nodes are all met for the
first time, its levels thus are those of Sobol points, and later these shifted by one turn for each time round.

| symbol | meaning |
|---|---|
| L | number of visits of a node before this one |
| t | whose turn it is among values with equally many points below |
| S | number of points below a node |
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

from .grid import Config, Grid
from .parameters import Array
from .sobol import BITS, sobol_points

NEAR = 20  # so far from the golden section of a count a stride is looked for


class EvenOrder:
    """Points of a grid by their number, 0 .. count − 1; another seed gives another order."""

    def __init__(self, grid: Grid, seed: int) -> None:
        self._grid, self._seed = grid, seed

    def at(self, number: int) -> Config:
        """The point that comes as number `number`."""
        self._grid.check(number)
        visit, way = number, Way()

        def turn(place: int, groups: Sequence[tuple[int, int]]) -> tuple[int, int]:
            nonlocal visit
            begin = self._sobol(way.first())[place]
            chosen = 0
            if len(groups) > 1:
                shares = Shares([size * below for size, below in groups], begin)
                chosen, visit = shares.at(visit)
                begin = shares.place_in(chosen)
                way.to_branch(shares, chosen)
            size = groups[chosen][0]
            visit, t = divmod(visit, size)
            way.to_turn(size, t)
            return chosen, (int(begin * size) + t * even_stride(size)) % size

        return self._grid.walk(turn)

    def _sobol(self, number: int) -> Array:
        return _sobol_point(self._seed, len(self._grid), number % 2**BITS)


@lru_cache(maxsize=256)
def _sobol_point(seed: int, dimensions: int, number: int) -> Array:
    point: Array = sobol_points(seed, dimensions, [number])[0]
    return point


class Way:
    """The way from the root to a node; tells which proposal was the first to come by."""

    def __init__(self) -> None:
        self._branches: list[tuple[int, int, Shares, int]] = []
        self._apart, self._turns = 1, 0  # since the last branch: the node's visits are so far apart, after so many

    def to_turn(self, size: int, turn: int) -> None:
        """On to one of `size` values that take turns."""
        self._turns += self._apart * turn
        self._apart *= size

    def to_branch(self, shares: "Shares", branch: int) -> None:
        """On to a branch of several."""
        self._branches.append((self._apart, self._turns, shares, branch))
        self._apart, self._turns = 1, 0

    def first(self) -> int:
        """The number of the first proposal that comes this way."""
        number = self._turns
        for apart, turns, shares, branch in reversed(self._branches):
            number = turns + apart * shares.visit(branch, number)
        return number


class Shares:
    """Visits shared out among branches in proportion to their sizes.

    Visit L is at place (offset + L × stride) mod S, and branches own as many places in a row as they have points. As
    the stride is an even one, their shares are even at any time.
    """

    def __init__(self, sizes: Sequence[int], begin: float) -> None:
        self._sizes, self._ends = sizes, [0, *accumulate(sizes)]
        self._total = self._ends[-1]
        self._stride = even_stride(self._total)
        self._offset = int(begin * 2**BITS) * self._total >> BITS

    def at(self, visit: int) -> tuple[int, int]:
        """The branch that a visit goes to, and how often that was visited before."""
        branch = bisect_right(self._ends, self._place(visit)) - 1
        return branch, self._visits(branch, visit)

    def visit(self, branch: int, number: int) -> int:
        """The visit that goes to a branch as its own visit `number`."""
        near = number * self._total // self._sizes[branch]
        margin = 2
        while margin < near and self._visits(branch, near - margin) > number:
            margin *= 4
        low = max(near - margin, 0)  # visits before this one do not hold it, those before `high` do
        margin = 2
        while self._visits(branch, near + margin) <= number:
            margin *= 4
        high = near + margin
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._visits(branch, middle) > number else (middle, high)
        return low

    def place_in(self, branch: int) -> float:
        """Where in a branch its first visit is, [0, 1)."""
        return (self._place(self.visit(branch, 0)) - self._ends[branch]) / self._sizes[branch]

    def _place(self, visit: int) -> int:
        return (self._offset + visit * self._stride) % self._total

    def _visits(self, branch: int, visits: int) -> int:
        """How many of the first visits went to a branch."""
        low, high = (
            floor_sum(visits, self._total, self._stride, self._offset - end) for end in self._ends[branch : branch + 2]
        )
        return low - high


def floor_sum(n: int, m: int, a: int, b: int) -> int:
    """Sum of floor((a i + b) / m) for i = 0 .. n − 1, in steps like Euclid's (AtCoder Library, `floor_sum`)."""
    total = 0
    while n > 0:
        total += n * (n - 1) // 2 * (a // m) + n * (b // m)
        a, b = a % m, b % m
        top = a * n + b
        n, b = divmod(top, m)
        m, a = a, m
        if m == 0:
            break
    return total


@lru_cache(maxsize=4096)
def even_stride(count: int) -> int:
    """A stride whose multiples, modulo count, are spread evenly at any time and meet everything once.

    Of the numbers near count / φ that have no factor in common with count, the one whose continued fraction has the
    smallest terms: they bound how uneven the multiples are (L. Kuipers and H. Niederreiter, "Uniform Distribution of
    Sequences", 1974, chapter 2.3).
    """
    golden = (math.isqrt(5 * count * count) - count) // 2
    near = [stride for stride in range(max(golden - NEAR, 1), golden + NEAR + 1) if math.gcd(stride, count) == 1]
    return min(near or [1], key=lambda stride: sum(term * term for term in _continued_fraction(count, stride)))


def _continued_fraction(a: int, b: int) -> list[int]:
    terms = []
    while b:
        terms.append(a // b)
        a, b = b, a % b
    return terms
