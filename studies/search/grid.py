"""A grid over parameters with conditions: its exact size, and any of its points by number without making the others.

Parameters come parents first. `dead` is a set of parameters (as bits) whose condition has already failed because of
the parameters before them; conditions are conjunctions, so one failure is enough, and nothing else of the past
matters. How many grid points follow thus depends only on the place i and on `dead`, and is remembered per pair.

A forbidden combination stands among the parameters, right after the last that it names, as one more with a condition
and without any value: while its condition holds, nothing follows; when it has failed, it does not count.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

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
        ordered: list[Conditional] = parents_first([*parameters, *forbidden])
        self._ordered = ordered
        self._names = tuple(values)
        self._children = [_children(ordered, parent) for parent in ordered]
        self._branches = [
            _branches(parent, values.get(parent.name, ()), children)
            for parent, children in zip(ordered, self._children, strict=True)
        ]
        self._counts: dict[tuple[int, int], int] = {}
        self.count = self._count(0, 0)

    def at(self, number: int) -> Config:
        """Grid point `number`, 0 .. count − 1."""
        if not 0 <= number < self.count:
            raise IndexError(f"grid point {number} does not exist; there are {self.count}, from 0")
        config: Config = {}
        dead = 0
        for i, parameter in enumerate(self._ordered):
            if dead >> i & 1:
                dead |= _all(self._children[i])
                continue
            for branch in self._branches[i]:
                below = self._count(i + 1, dead | branch.kills)
                if number < below * len(branch.values):
                    k, number = divmod(number, below)
                    config[parameter.name] = branch.values[k]
                    dead |= branch.kills
                    break
                number -= below * len(branch.values)
        return {name: config[name] for name in self._names if name in config}

    def nearest(self, distance: Callable[[str, Plain], float]) -> Config:
        """The point got by taking, parameter by parameter, the nearest value after which something is still left.

        Early parameters thus keep their values, and the last of a forbidden combination moves.
        """
        config: Config = {}
        dead = 0
        for i, node in enumerate(self._ordered):
            if dead >> i & 1:
                dead |= _all(self._children[i])
                continue
            open_ = [branch for branch in self._branches[i] if self._count(i + 1, dead | branch.kills)]
            choices = [(value, branch.kills) for branch in open_ for value in branch.values]
            config[node.name], kills = min(choices, key=lambda choice: distance(node.name, choice[0]))
            dead |= kills
        return config

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
