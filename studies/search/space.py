"""The search space: named parameters with conditions, its configurations, and the way to the unit cube and back."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import SpaceError, check_count, quote
from .grid import Config, Grid
from .numeric import MAX_LISTED, Float
from .parameters import MAX_PARAMETERS, Array, Constant, Parameter, Plain, identity
from .space_json import parameters_from_json, parameters_to_json

INACTIVE = 0.5  # where a parameter lies in the unit cube while its condition does not hold
SAME = 1e-9  # positions of one value may differ by rounding; values of a parent lie far further apart


class Space:
    """Parameters by name; at most 200. Conditions may stand in any order, and parents may be conditional themselves.

    The unit cube has one dimension per parameter that is not constant, in the order given (`dimensions`).
    """

    def __init__(self, parameters: Sequence[Parameter]) -> None:
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
            self._check_condition(parameter)
        self._ordered = _parents_first(self.parameters)
        self._tuned = [parameter for parameter in self.parameters if not isinstance(parameter, Constant)]
        self.size = self._exact_size()

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
        return f"Space({list(self.parameters)!r})"

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
                raise SpaceError(f"{quote(name)} is not a parameter of this space.", name if _is_text(name) else None)
        valid: Config = {}
        for parameter in self._ordered:
            active = self._active(parameter, valid)
            if active and parameter.name not in config:
                raise parameter.error("the value is missing")
            if active:
                valid[parameter.name] = parameter.check(config[parameter.name])
            elif parameter.name in config:
                given, condition = quote(config[parameter.name]), _condition(parameter)
                raise parameter.error(f"{given} is given, but it only counts while {condition}; leave it out")
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

        Numbers move to the end of their range, parameters that the space does not have are passed over.
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
        return self._in_order(moved)

    def identity(self, config: Mapping[str, Plain]) -> tuple[tuple[str, bool, Plain], ...]:
        """What tells two valid configurations apart; fit for a set."""
        return tuple((name, *identity(config[name])) for name in self._by_name if name in config)

    # -- the grid

    def grid(self, levels: int | Mapping[str, int] = 5) -> Grid:
        """The grid of at most `levels` values per number (by name where they differ, 5 for the rest), and all others.

        Ends are included and values log-spaced on log axes; a step is respected; a single level is the middle.
        """
        counts = self._checked_levels(levels)
        return Grid(self._ordered, {p.name: p.levels(counts[p.name]) for p in self.parameters})

    def every(self) -> Grid | None:
        """The grid of all configurations; None where a parameter is continuous."""
        values: dict[str, Sequence[Plain]] = {}
        for parameter in self.parameters:
            legal = parameter.every()
            if legal is None:
                return None
            values[parameter.name] = legal
        return Grid(self._ordered, values)

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
        at = {parameter.name: float(u) for parameter, u in zip(self._tuned, units, strict=True)}
        config: Config = {}
        for parameter in self._ordered:
            if self._active(parameter, config):
                config[parameter.name] = parameter.from_unit(at.get(parameter.name, INACTIVE))
        return self._in_order(config)

    def snap(self, points: Array) -> Array:
        """(m, d) points moved to legal configurations, inactive parameters to the middle."""
        snapped = np.empty_like(points)
        for j, parameter in enumerate(self._tuned):
            snapped[:, j] = parameter.snap(points[:, j])
        return np.where(self.active(snapped), snapped, INACTIVE)

    def active(self, snapped: Array) -> NDArray[np.bool_]:
        """(m, d) which parameters are active at points whose active parameters lie at legal values."""
        active: dict[str, NDArray[np.bool_]] = {}
        column = {parameter.name: j for j, parameter in enumerate(self._tuned)}
        for parameter in self._ordered:
            here = np.ones(len(snapped), dtype=np.bool_)
            for parent, places in self._places[parameter.name]:
                here &= active[parent]
                if parent in column:
                    here &= (np.abs(snapped[:, column[parent], None] - places) < SAME).any(axis=1)
            active[parameter.name] = here
        columns = [active[parameter.name] for parameter in self._tuned]
        return np.stack(columns, axis=1) if columns else np.ones(snapped.shape, dtype=np.bool_)

    # -- JSON

    @classmethod
    def from_json(cls, data: object) -> "Space":
        """Read {"parameters": [...]} or the bare list; anything that is not in order raises SpaceError."""
        return cls(parameters_from_json(data))

    def to_json(self) -> dict[str, Any]:
        """Plain data that `from_json` reads back as an equal space."""
        return parameters_to_json(self.parameters)

    # -- inside

    @cached_property
    def _places(self) -> dict[str, list[tuple[str, Array]]]:
        """Parameter -> its parents, each with the unit positions of the values it asks for."""
        return {
            parameter.name: [
                (parent, np.array([self._by_name[parent].to_unit(value) for value in allowed]))
                for parent, allowed in (parameter.when or {}).items()
            ]
            for parameter in self.parameters
        }

    @cached_property
    def _conditions(self) -> dict[str, list[tuple[str, set[tuple[bool, Plain]]]]]:
        """Parameter -> its parents, each with the identities of the values it asks for."""
        return {
            parameter.name: [
                (parent, {identity(value) for value in allowed}) for parent, allowed in (parameter.when or {}).items()
            ]
            for parameter in self.parameters
        }

    def _active(self, parameter: Parameter, config: Mapping[str, Plain]) -> bool:
        return all(
            parent in config and identity(config[parent]) in allowed
            for parent, allowed in self._conditions[parameter.name]
        )

    def _in_order(self, config: Config) -> Config:
        return {name: config[name] for name in self._by_name if name in config}

    def _check_condition(self, parameter: Parameter) -> None:
        for name, allowed in (parameter.when or {}).items():
            parent = self._by_name.get(name)
            if parent is None:
                raise parameter.error(f"when names {quote(name)}; there is no such parameter")
            if isinstance(parent, Float) or parent.size is None or parent.size > MAX_LISTED:
                raise parameter.error(
                    f"when names {quote(name)}; a condition may be on a category, a boolean, a constant "
                    f"or a whole number with at most {MAX_LISTED} values"
                )
            for value in allowed:
                try:
                    parent.check(value)
                except SpaceError as error:
                    raise parameter.error(f"when {quote(name)} is {quote(value)}; {error}".rstrip(".")) from error

    def _checked_levels(self, levels: int | Mapping[str, int]) -> dict[str, int]:
        counts = dict.fromkeys(self._by_name, 5)
        if not isinstance(levels, Mapping):
            check_count("levels", levels, 1, MAX_LISTED)
            return dict.fromkeys(self._by_name, levels)
        for name, count in levels.items():
            if name not in counts:
                raise SpaceError(f"levels names {quote(name)}; there is no such parameter.")
            check_count(f"levels of {name}", count, 1, MAX_LISTED)
            counts[name] = count
        return counts

    def _exact_size(self) -> int | None:
        """Number of configurations; None where a parameter is continuous. Refuses conditions too entangled to count."""
        Grid(self._ordered, {p.name: (p.every() or (None,)) for p in self.parameters})
        every = self.every()
        return None if every is None else every.count


def _parents_first(parameters: Sequence[Parameter]) -> list[Parameter]:
    """Parents before children, a child right after its last parent; refuses circles."""
    waiting = {parameter.name: set(parameter.when or {}) for parameter in parameters}
    ready = [parameter for parameter in reversed(parameters) if not waiting[parameter.name]]
    ordered: list[Parameter] = []
    while ready:
        done = ready.pop()
        ordered.append(done)
        for parameter in reversed(parameters):
            if done.name in waiting[parameter.name]:
                waiting[parameter.name].remove(done.name)
                if not waiting[parameter.name]:
                    ready.append(parameter)
    if len(ordered) < len(parameters):
        stuck = next(parameter for parameter in parameters if waiting[parameter.name])
        raise stuck.error(f"its condition goes in a circle through {', '.join(sorted(waiting[stuck.name]))}")
    return ordered


def _condition(parameter: Parameter) -> str:
    return " and ".join(
        f"{parent} is {' or '.join(quote(value) for value in allowed)}"
        for parent, allowed in (parameter.when or {}).items()
    )


def _is_text(name: object) -> bool:
    return isinstance(name, str)
