"""Parameters and forbidden combinations as plain JSON data, and back from data that anybody may have written."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any

from .categories import Boolean, Categorical, Constant
from .errors import SpaceError, quote
from .numeric import Float, Int
from .parameters import MAX_PARAMETERS, Parameter, When
from .prior import Prior

KEYS = ("parameters", "forbidden")
UNSAID = ("when", "why", "prior", "weights")  # left out where there is none
KINDS: dict[str, type[Parameter]] = {kind.type: kind for kind in (Float, Int, Categorical, Boolean, Constant)}


def space_from_json(data: object) -> tuple[list[Parameter], Any]:
    """Parameters and combinations from {"parameters": [...], "forbidden": [...]} or a bare list of parameters.

    SpaceError says what is wrong and where; the combinations are as they were written, for the space to check.
    """
    forbidden: Any = []
    if isinstance(data, Mapping):
        for key in data:
            if key not in KEYS:
                raise SpaceError(f"{quote(key)} is not a key of a space; there are {' and '.join(map(quote, KEYS))}.")
        forbidden = data.get("forbidden", [])
        data = data.get("parameters")
    if not isinstance(data, list):
        raise SpaceError(f'The space is {quote(data)}; it must look like {{"parameters": [...]}}.')
    if len(data) > MAX_PARAMETERS:
        raise SpaceError(f"There are {len(data)} parameters; there may be at most {MAX_PARAMETERS}.")
    return [_parameter(entry) for entry in data], forbidden


def space_to_json(parameters: Sequence[Parameter], forbidden: Sequence[When]) -> dict[str, Any]:
    """Spaces without forbidden combinations look as they did before there were any: stored ones stay as they are."""
    space: dict[str, Any] = {"parameters": [_entry(parameter) for parameter in parameters]}
    if forbidden:
        space["forbidden"] = [{name: list(values) for name, values in when.items()} for when in forbidden]
    return space


def _parameter(entry: object) -> Parameter:
    if not isinstance(entry, Mapping):
        raise SpaceError(f"{quote(entry)} is not a parameter; it must have at least a name and a type.")
    name = entry.get("name")
    shown = name if isinstance(name, str) else None
    kind = entry.get("type")
    if not isinstance(kind, str) or kind not in KINDS:
        raise SpaceError(f"{quote(name)}: type is {quote(kind)}; it must be one of {', '.join(KINDS)}.", shown)
    known = {field.name: field for field in fields(KINDS[kind])}
    for key in entry:
        if key != "type" and key not in known:
            allowed = ", ".join(known)
            raise SpaceError(f"{quote(name)}: {quote(key)} is not a key of a {kind}; there are {allowed}.", shown)
    for key, field in known.items():
        if field.default is MISSING and key not in entry:
            raise SpaceError(f"{quote(name)}: {key} is missing; a {kind} needs it.", shown)
    return KINDS[kind](**{key: value for key, value in entry.items() if key != "type"})


def _entry(parameter: Parameter) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": parameter.name, "type": parameter.type}
    for field in fields(parameter):
        value = getattr(parameter, field.name)
        if field.name == "name" or (field.name in UNSAID and value is None):
            continue
        if field.name == "when":
            value = {parent: list(allowed) for parent, allowed in value.items()}
        if isinstance(value, Prior):
            value = {"centre": value.centre, "spread": value.spread}
        entry[field.name] = list(value) if isinstance(value, tuple) else value
    return entry
