"""A grid over parameters with conditions: its exact size, and any of its points by number without making the others.

Parameters come parents first. `dead` is a set of parameters (as bits) whose condition has already failed because of
the parameters before them; conditions are conjunctions, so one failure is enough, and nothing else of the past
matters. How many grid points follow thus depends only on the place i and on `dead`, and is remembered per pair.

A forbidden combination stands among the parameters, right after the last that it names, as one more with a condition
and without any value: while its condition holds, nothing follows; when it has failed, it does not count.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from .conditions import Conditional, Forbidden, parents_first
from .errors import SpaceError
from .parameters import Parameter, Plain, identity

MAX_SITUATIONS = 20_000

Config = dict[str, Plain]


@dataclass(frozen=True)
class _Branch:
    """Values of one parameter that make the same later parameters inactive."""

    kills: int
    values: Sequence[Plain]


Left = Sequence[tuple[_Branch, int]]  # branches, each with the number of points that follow any of its values


class Grid:
    """All combinations of the values given per parameter, inactive parameters left out.

    Configurations come in the order of `values`.
    """

    def __init__(
        self,
        parameters: Sequence[Parameter],
        values: Mapping[str, Sequence[Plain]],
        forbidden: Sequence[Forbidden] = (),
    ) -> None:
        nodes: list[Conditional] = [*parameters, *forbidden]
        deciding = {parent for node in nodes for parent in node.when or {}}
        self._ordered = ordered = parents_first(sorted(nodes, key=lambda node: node.name not in deciding))
        self._names = tuple(values)
        self._children = [_children(ordered, parent) for parent in ordered]
        self._branches = [
            _branches(parent, values.get(parent.name, ()), children)
            for parent, children in zip(ordered, self._children, strict=True)
        ]
        self._counts: dict[tuple[int, int], int] = {}
        self.count = self._count(0, 0)

    def __len__(self) -> int:
        """Number of parameters and forbidden combinations: the places of `walk`."""
        return len(self._ordered)

    def at(self, number: int) -> Config:
        """Grid point `number`, 0 .. count − 1."""
        self.check(number)

        def turn(place: int, groups: Sequence[tuple[int, int]]) -> tuple[int, int]:
            nonlocal number
            ends = [0, *accumulate(size * below for size, below in groups)]
            group = bisect_right(ends, number) - 1
            k, number = divmod(number - ends[group], groups[group][1])
            return group, k

        return self.walk(turn)

    def check(self, number: int) -> None:
        """Raise IndexError unless there is a grid point of this number."""
        if not 0 <= number < self.count:
            raise IndexError(f"grid point {number} does not exist; there are {self.count}, from 0")

    def walk(self, turn: Callable[[int, Sequence[tuple[int, int]]], tuple[int, int]]) -> Config:
        """The point to which `turn` leads: at each active parameter, parents first, it picks a value.

        It is given the parameter's place and its groups of values, each as their number and the number of points that
        follow any of them, above 0 and another one for each group; it answers with a group and a value of it, from 0.
        """

        def choose(place: int, left: Left) -> tuple[_Branch, int]:
            alike: dict[int, list[_Branch]] = {}
            for branch, below in left:
                alike.setdefault(below, []).append(branch)
            sizes = [(sum(len(branch.values) for branch in group), below) for below, group in alike.items()]
            chosen, k = turn(place, sizes)
            for branch in alike[sizes[chosen][1]]:
                if k < len(branch.values):
                    break
                k -= len(branch.values)
            return branch, k

        return self._decide(choose)

    def nearest(self, distance: Callable[[str, Plain], float]) -> Config:
        """The point got by taking, parameter by parameter, the nearest value after which something is still left.

        Early parameters thus keep their values, and the last of a forbidden combination moves.
        """

        def choose(place: int, left: Left) -> tuple[_Branch, int]:
            name = self._ordered[place].name
            choices = [(branch, k) for branch, _ in left for k in range(len(branch.values))]
            return min(choices, key=lambda choice: distance(name, choice[0].values[choice[1]]))

        return self._decide(choose)

    def _decide(self, choose: Callable[[int, Left], tuple[_Branch, int]]) -> Config:
        """The point made by choosing, for each active parameter, parents first, a branch and one of its values, from 0.

        `choose` is given the parameter's place and the branches after which something is left.
        """
        config: Config = {}
        dead = 0
        for i, node in enumerate(self._ordered):
            if dead >> i & 1:
                dead |= _all(self._children[i])
                continue
            counted = [(branch, self._count(i + 1, dead | branch.kills)) for branch in self._branches[i]]
            branch, k = choose(i, [(branch, below) for branch, below in counted if below])
            config[node.name] = branch.values[k]
            dead |= branch.kills
        return {name: config[name] for name in self._names if name in config}

    def __iter__(self) -> Iterator[Config]:
        return (self.at(number) for number in range(self.count))

    def _count(self, i: int, dead: int) -> int:
        if i == len(self._ordered):
            return 1
        dead = dead >> i << i
        known = self._counts.get((i, dead))
        if known is not None:
            return known
        if len(self._counts) > MAX_SITUATIONS:
            raise SpaceError(
                "The conditions and forbidden combinations are too entangled to count the configurations; "
                "use fewer of them."
            )
        if dead >> i & 1:
            total = self._count(i + 1, dead | _all(self._children[i]))
        else:
            total = sum(len(branch.values) * self._count(i + 1, dead | branch.kills) for branch in self._branches[i])
        self._counts[i, dead] = total
        return total


def _children(ordered: Sequence[Conditional], parent: Conditional) -> dict[int, set[tuple[bool, Plain]]]:
    """Index of each parameter that depends on this one -> the values it asks for."""
    return {
        i: {identity(value) for value in child.when[parent.name]}
        for i, child in enumerate(ordered)
        if child.when and parent.name in child.when
    }


def _branches(
    parent: Conditional, values: Sequence[Plain], children: Mapping[int, set[tuple[bool, Plain]]]
) -> list[_Branch]:
    if not children:
        return [_Branch(0, values)]
    grouped: dict[int, list[Plain]] = {}
    for value in values:
        kills = sum(1 << i for i, allowed in children.items() if identity(value) not in allowed)
        grouped.setdefault(kills, []).append(value)
    return [_Branch(kills, group) for kills, group in grouped.items()]


def _all(children: Mapping[int, object]) -> int:
    return sum(1 << i for i in children)
