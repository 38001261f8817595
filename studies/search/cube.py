"""The unit cube of a space: which of its points stand for legal configurations, and where the others move.

| symbol | meaning |
|---|---|
| d | number of parameters that are not constant, one dimension each |
| m | number of points |
| "each" | points (m, d) of which every coordinate is that of a legal value, whether it counts or not |
"""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .conditions import Conditional, Forbidden, ancestors
from .grid import Grid
from .parameters import Array, Parameter

INACTIVE = 0.5  # where a parameter lies in the unit cube while its condition does not hold
SAME = 1e-9  # positions of one value may differ by rounding; values of a parent lie far further apart
MOST_REMEMBERED = 10_000

Mask = NDArray[np.bool_]


class Cube:
    """Points of a space with these parameters, parents first (`ordered`), in these dimensions (`tuned`)."""

    def __init__(
        self, ordered: Sequence[Parameter], tuned: Sequence[Parameter], forbidden: Sequence[Forbidden]
    ) -> None:
        self._ordered, self._tuned, self._forbidden = ordered, tuned, forbidden
        self._by_name = {parameter.name: parameter for parameter in ordered}
        self._column = {parameter.name: j for j, parameter in enumerate(tuned)}
        self._repaired: dict[bytes, Array] = {}

    def each(self, points: Array) -> Array:
        """(m, d) every coordinate moved to the nearest legal value of its own parameter."""
        each = np.empty_like(points)
        for j, parameter in enumerate(self._tuned):
            each[:, j] = parameter.snap(points[:, j])
        return each

    def snap(self, points: Array) -> Array:
        """(m, d) points moved to legal configurations, inactive parameters to the middle."""
        each = self.each(points)
        active = self._active(each)
        if self._forbidden:
            bad = np.flatnonzero(self._hit(each, active))
            if len(bad):
                each[bad] = self._repair(each[bad])
                active = self._active(each)
        return self.masked(each, active)

    def masked(self, each: Array, active: Mapping[str, Mask] | None = None) -> Array:
        """(m, d) points of legal coordinates with the inactive ones in the middle."""
        return np.where(self._columns(active or self._active(each), each), each, INACTIVE)

    def active(self, each: Array) -> Mask:
        """(m, d) which parameters are active."""
        return self._columns(self._active(each), each)

    def allowed(self, each: Array) -> Mask:
        """(m,) which points have none of the forbidden combinations."""
        if not self._forbidden:
            return np.ones(len(each), dtype=np.bool_)
        return ~self._hit(each, self._active(each))

    @cached_property
    def entangled(self) -> NDArray[np.intp]:
        """The dimensions on which it depends whether a combination is forbidden, in order."""
        return np.array([self._column[p.name] for p in self._tuned if p.name in self._involved], dtype=np.intp)

    def _active(self, each: Array) -> dict[str, Mask]:
        active: dict[str, Mask] = {}
        for parameter in self._ordered:
            active[parameter.name] = self._holds(parameter, each, active)
        return active

    def _hit(self, each: Array, active: Mapping[str, Mask]) -> Mask:
        """(m,) which points have a forbidden combination."""
        hit = np.zeros(len(each), dtype=np.bool_)
        for combination in self._forbidden:
            hit |= self._holds(combination, each, active)
        return hit

    def _holds(self, node: Conditional, each: Array, active: Mapping[str, Mask]) -> Mask:
        """(m,) where the node's condition holds."""
        holds = np.ones(len(each), dtype=np.bool_)
        for parent, places in self._places[node.name]:
            holds &= active[parent]
            if parent in self._column:
                holds &= (np.abs(each[:, self._column[parent], None] - places) < SAME).any(axis=1)
        return holds

    def _columns(self, active: Mapping[str, Mask], each: Array) -> Mask:
        columns = [active[parameter.name] for parameter in self._tuned]
        return np.stack(columns, axis=1) if columns else np.ones(each.shape, dtype=np.bool_)

    @cached_property
    def _places(self) -> dict[str, list[tuple[str, Array]]]:
        """Parameter or combination -> its parents, each with the unit positions of the values it asks for."""
        nodes: list[Conditional] = [*self._ordered, *self._forbidden]
        return {
            node.name: [
                (parent, np.array([self._by_name[parent].to_unit(value) for value in allowed]))
                for parent, allowed in (node.when or {}).items()
            ]
            for node in nodes
        }

    # -- moving points off what is forbidden

    @cached_property
    def _involved(self) -> set[str]:
        """The parameters that combinations name, and those that decide whether these are active."""
        return ancestors((name for combination in self._forbidden for name in combination.when), self._by_name)

    @cached_property
    def _combinations(self) -> Grid:
        """All that the involved parameters can be together."""
        nodes = [parameter for parameter in self._ordered if parameter.name in self._involved]
        return Grid(nodes, {p.name: p.every() or () for p in nodes}, self._forbidden)

    def _repair(self, each: Array) -> Array:
        """(m, d) the points with their involved parameters where nothing is forbidden, all others as they were.

        Few combinations of values exist, and what becomes of one is remembered.
        """
        repaired = each.copy()
        involved = self.entangled
        for row, wanted in zip(repaired, each[:, involved], strict=True):
            key = wanted.tobytes()
            if key not in self._repaired:
                if len(self._repaired) >= MOST_REMEMBERED:
                    self._repaired.clear()
                self._repaired[key] = self._repaired_one(wanted)
            row[involved] = self._repaired[key]
        return repaired

    def _repaired_one(self, wanted: Array) -> Array:
        at = {self._tuned[j].name: u for j, u in zip(self.entangled, wanted, strict=True)}
        found = self._combinations.nearest(
            lambda name, value: abs(self._by_name[name].to_unit(value) - at.get(name, 0))
        )
        return np.array([self._by_name[n].to_unit(found[n]) if n in found else u for n, u in at.items()])
