"""Short hands for the JSON of a search space."""

from collections.abc import Sequence
from typing import Any

Condition = dict[str, list[Any]]


def real(
    name: str, low: float, high: float, why: str, log: bool = False, when: Condition | None = None
) -> dict[str, Any]:
    """A float parameter."""
    return _ranged({"name": name, "type": "float", "low": float(low), "high": float(high), "log": log}, why, when)


def whole(name: str, low: int, high: int, why: str, log: bool = False, when: Condition | None = None) -> dict[str, Any]:
    """An integer parameter."""
    return _ranged({"name": name, "type": "int", "low": int(low), "high": int(high), "log": log}, why, when)


def choice(name: str, choices: Sequence[Any], why: str) -> dict[str, Any]:
    """A categorical parameter."""
    return {"name": name, "type": "categorical", "choices": list(choices), "why": why}


def switch(name: str, why: str) -> dict[str, Any]:
    """A boolean parameter."""
    return {"name": name, "type": "boolean", "why": why}


def clamp(value: float, low: int, high: int) -> int:
    """The whole number below `value`, kept between two bounds."""
    return max(low, min(high, int(value)))


def _ranged(parameter: dict[str, Any], why: str, when: Condition | None) -> dict[str, Any]:
    parameter["why"] = why
    if when is not None:
        parameter["when"] = when
    return parameter
