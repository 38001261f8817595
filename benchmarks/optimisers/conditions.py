"""Which parameters of a space count in a configuration; spaces are lists of JSON parameters, parents first."""

from collections.abc import Mapping, Sequence
from typing import Any

Parameter = Mapping[str, Any]
Config = dict[str, Any]


def counts(parameter: Parameter, config: Mapping[str, Any]) -> bool:
    """Whether the parameter's condition holds; a parent that does not count itself is not in the configuration."""
    return all(
        parent in config and any(same(config[parent], value) for value in allowed)
        for parent, allowed in (parameter.get("when") or {}).items()
    )


def without_inactive(space: Sequence[Parameter], values: Mapping[str, Any]) -> Config:
    """Those of the values that count."""
    config: Config = {}
    for parameter in space:
        if counts(parameter, config):
            config[parameter["name"]] = values[parameter["name"]]
    return config


def choices(parameter: Parameter) -> list[Any]:
    """All values of a category, a boolean or a constant."""
    if parameter["type"] == "boolean":
        return [False, True]
    return [parameter["value"]] if parameter["type"] == "constant" else list(parameter["choices"])


def same(one: Any, other: Any) -> bool:
    """Python holds 1 and True equal; a space does not."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other
