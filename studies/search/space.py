"""The search space: named parameters with conditions, its configurations, and the way to the unit cube and back."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .categories import Constant
from .conditions import Conditional, check_condition, in_words, parents_first, read_forbidden
from .cube import INACTIVE, Cube
from .errors import SpaceError, quote
from .grid import Config, Grid
from .numeric import read_levels
from .parameters import MAX_PARAMETERS, Array, Parameter, Plain, When, identity
from .places import Key, Place, Places
from .space_json import space_from_json, space_to_json


class Space:
    """Parameters by name; at most 200. Conditions may stand in any order, and parents may be conditional themselves.

    forbidden: combinations that no configuration may have, such as {"penalty": ["l1"], "loss": ["hinge"]}: every
    parameter named is active and has one of the values listed for it; at most 100.
    The unit cube has one dimension per parameter that is not constant, in the order given (`dimensions`).
    """

    def __init__(self, parameters: Sequence[Parameter], forbidden: Sequence[When] = ()) -> None:
        if len(parameters) > MAX_PARAMETERS:
            raise SpaceError(f"There are {len(parameters)} parameters; there may be at most {MAX_PARAMETERS}.")
        self.parameters = tuple(parameters)
        self._by_name: dict[str, Parameter] = {}
        for parameter in self.parameters:
            if not isinstance(parameter, Parameter):
                raise SpaceError(f"{quote(parameter)} is not a parameter; use Float, Int, Categorical and so on.")
            if parameter.name in self._by_name:
                raise parameter.error("the name is there twice; each parameter needs one of its own")
            self._by_name[parameter.name] = parameter
        for parameter in self.parameters:
            check_condition(parameter, self._by_name)
        self._ordered = parents_first(self.parameters)
        self._tuned = [parameter for parameter in self.parameters if not isinstance(parameter, Constant)]
        self.forbidden = read_forbidden(forbidden, self._by_name)
        self._cube = Cube(self._ordered, self._tuned, self.forbidden)
        self.size = self._exact_size()
        self._places = Places(self._place_of)

    # -- what is in it

    def __len__(self) -> int:
        return len(self.parameters)

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self.parameters)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Parameter:
        return self._by_name[name]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Space) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(tuple(self._by_name))

    def __repr__(self) -> str:
        forbidden = f", forbidden={[dict(c.when) for c in self.forbidden]!r}" if self.forbidden else ""
        return f"Space({list(self.parameters)!r}{forbidden})"

    @property
    def dimensions(self) -> int:
        """Number of parameters that are not constant: the length of a point of the unit cube."""
        return len(self._tuned)

    @cached_property
    def unordered(self) -> NDArray[np.bool_]:
        """(d,) which dimensions of the unit cube belong to categories and booleans."""
        return np.array([parameter.unordered for parameter in self._tuned], dtype=np.bool_)

    @cached_property
    def spacing(self) -> Array:
        """(d,) mean distance of neighbouring legal values in the unit cube; 0 where continuous."""
        return np.array([1 / parameter.size if parameter.size else 0.0 for parameter in self._tuned])

    # -- configurations

    def validate(self, config: object) -> Config:
        """Return the configuration with plain values, in the space's order; SpaceError names what is wrong with it."""
        if not isinstance(config, Mapping):
            raise SpaceError(f"{quote(config)} is not a configuration; it must be a value for each parameter.")
        for name in config:
            if name not in self._by_name:
                raise SpaceError(
                    f"{quote(name)} is not a parameter of this space; leave it out.", name if _is_text(name) else None
                )
        valid: Config = {}
        for parameter in self._ordered:
            name = parameter.name
            if self._active(parameter, valid):
                if name not in config:
                    raise parameter.error("the value is missing; give it one")
                valid[name] = parameter.check(config[name])
            elif name in config:
                given, condition = quote(config[name]), in_words(parameter.when)
                raise parameter.error(f"{given} is given, but it only counts while {condition}; leave it out")
        for combination in self.forbidden:
            if self._active(combination, valid):
                raise combination.error(valid, self._ordered)
        return self._in_order(valid)

    def contains(self, config: object) -> bool:
        """Whether the configuration is a legal one."""
        try:
            self.validate(config)
        except SpaceError:
            return False
        return True

    def nearest(self, config: object) -> Config | None:
        """The legal configuration nearest to one that may lie off the space; None where a value has no place in it.

        Numbers move to the end of their range, parameters that the space does not have are passed over; of a forbidden
        combination the parameter decided last takes its nearest other value.
        """
        if not isinstance(config, Mapping):
            return None
        moved: Config = {}
        for parameter in self._ordered:
            if not self._active(parameter, moved):
                continue
            if isinstance(parameter, Constant):
                moved[parameter.name] = parameter.value
                continue
            try:
                moved[parameter.name] = parameter.nearest(config[parameter.name])
            except (KeyError, SpaceError):
                return None
        if any(self._active(combination, moved) for combination in self.forbidden):
            legal = self.from_unit(self.to_unit(moved))
            moved = {name: legal[name] if name in self._entangled else moved.get(name, legal[name]) for name in legal}
        return self._in_order(moved)

    def identity(self, config: Mapping[str, Plain]) -> Key:
        """What tells two valid configurations apart; fit for a set."""
        return tuple((name, *identity(config[name])) for name in self._by_name if name in config)

    # -- the grid

    def grid(self, levels: int | Mapping[str, int] = 5) -> Grid:
        """The grid of at most `levels` values per number (by name where they differ, 5 for the rest), and all others.

        Ends are included and values log-spaced on log axes; a step is respected; a single level is the middle.
        """
        counts = read_levels(levels, self._by_name)
        return Grid(self.parameters, {p.name: p.levels(counts[p.name]) for p in self.parameters}, self.forbidden)

    def every(self) -> Grid | None:
        """The grid of all configurations; None where a parameter is continuous."""
        values: dict[str, Sequence[Plain]] = {}
        for parameter in self.parameters:
            legal = parameter.every()
            if legal is None:
                return None
            values[parameter.name] = legal
        return Grid(self.parameters, values, self.forbidden)

    # -- the unit cube

    def to_unit(self, config: Mapping[str, Plain]) -> Array:
        """(d,) the place of a valid configuration; inactive parameters lie in the middle."""
        return np.array(
            [p.to_unit(config[p.name]) if p.name in config else INACTIVE for p in self._tuned], dtype=np.float64
        )

    def from_unit(self, point: Array) -> Config:
        """The configuration nearest to a point (d,) of the unit cube."""
        units = np.asarray(point, dtype=np.float64)
        if units.shape != (self.dimensions,) or not np.isfinite(units).all():
            raise ValueError(f"The point is {quote(point)}; it must be {self.dimensions} finite numbers.")
        config = self._from_unit(units)
        if any(self._active(combination, config) for combination in self.forbidden):
            config = self._from_unit(self.snap(units[None])[0])
        return self._in_order(config)

    def snap(self, points: Array) -> Array:
        """(m, d) points moved to legal configurations, inactive parameters to the middle; legal ones stay.

        Of a forbidden combination the parameter decided last moves to its nearest other value.
        """
        return self._cube.snap(points)

    def round(self, points: Array) -> Array:
        """(m, d) as `snap`, but forbidden combinations stay: `allowed` tells them, for who would rather drop them."""
        return self._cube.masked(self._cube.each(points))

    def allowed(self, points: Array) -> NDArray[np.bool_]:
        """(m,) which points have no forbidden combination; their active parameters must lie at legal values."""
        return self._cube.allowed(points)

    def active(self, snapped: Array) -> NDArray[np.bool_]:
        """(m, d) which parameters are active at points whose active parameters lie at legal values."""
        return self._cube.active(snapped)

    @property
    def entangled(self) -> NDArray[np.intp]:
        """The dimensions of the unit cube on which alone it depends whether a point is allowed."""
        return self._cube.entangled

    def place_of(self, config: Mapping[str, object]) -> Place | None:
        """Where a configuration of a history lies; None where a value has no place in this space."""
        return self._places.of(config) if isinstance(config, Mapping) else None

    def _place_of(self, config: Mapping[str, object]) -> Place | None:
        try:
            valid = self.validate(config)
        except SpaceError:
            moved = self.nearest(config)
            return None if moved is None else Place(self.to_unit(moved), None)
        return Place(self.to_unit(valid), self.identity(valid))

    # -- JSON

    @classmethod
    def from_json(cls, data: object) -> "Space":
        """Read {"parameters": [...], "forbidden": [...]}, the second if there are any, or the bare list of parameters.

        Anything that is not in order raises SpaceError.
        """
        parameters, forbidden = space_from_json(data)
        return cls(parameters, forbidden)

    def to_json(self) -> dict[str, Any]:
        """Plain data that `from_json` reads back as an equal space."""
        return space_to_json(self.parameters, [combination.when for combination in self.forbidden])

    # -- inside

    @cached_property
    def _conditions(self) -> dict[str, list[tuple[str, set[tuple[bool, Plain]]]]]:
        """Parameter or combination -> its parents, each with the identities of the values it asks for."""
        nodes: list[Conditional] = [*self.parameters, *self.forbidden]
        return {
            node.name: [
                (parent, {identity(value) for value in allowed}) for parent, allowed in (node.when or {}).items()
            ]
            for node in nodes
        }

    @cached_property
    def _entangled(self) -> set[str]:
        return {self._tuned[j].name for j in self.entangled}

    def _active(self, node: Conditional, config: Mapping[str, Plain]) -> bool:
        for parent, allowed in self._conditions[node.name]:  # a loop: this is asked of every parameter of every trial
            if parent not in config or identity(config[parent]) not in allowed:
                return False
        return True

    def _from_unit(self, units: Array) -> Config:
        """Each parameter's value at its coordinate, parents first."""
        at = {parameter.name: float(u) for parameter, u in zip(self._tuned, units, strict=True)}
        config: Config = {}
        for parameter in self._ordered:
            if self._active(parameter, config):
                config[parameter.name] = parameter.from_unit(at.get(parameter.name, INACTIVE))
        return config

    def _in_order(self, config: Config) -> Config:
        return {name: config[name] for name in self._by_name if name in config}

    def _exact_size(self) -> int | None:
        """Number of configurations; None where a parameter is continuous. Refuses what is too entangled to count."""
        if not Grid(self.parameters, {p.name: p.every() or (None,) for p in self.parameters}, self.forbidden).count:
            raise SpaceError("Nothing is left: every configuration is forbidden; leave out a forbidden combination.")
        every = self.every()
        return None if every is None else every.count


def _is_text(name: object) -> bool:
    return isinstance(name, str)
