"""What another study had for a parameter and no field of the space's rows shows: it travels in a hidden field."""

from typing import Any

from studies.engine.spec_json import JSONError, load_json

NUMBERS = ("float", "int")


def carried(text: str) -> dict[str, Any]:
    """Kind, choices and conditions that a hidden field carries along; nothing where it is not what we wrote."""
    try:
        domain = load_json(text.encode(errors="replace"))
    except JSONError:
        return {}
    return (_carried_kind(domain) | _carried_condition(domain)) if isinstance(domain, dict) else {}


def _carried_kind(domain: dict[str, Any]) -> dict[str, Any]:
    kind = domain.get("type")
    if kind == "categorical":
        return {"type": kind, "choices": domain["choices"]} if isinstance(domain.get("choices"), list) else {}
    return {"type": kind} if kind in (*NUMBERS, "boolean") else {}


def _carried_condition(domain: dict[str, Any]) -> dict[str, Any]:
    when = domain.get("when")
    if isinstance(when, dict):
        return {"when": when} if all(isinstance(allowed, list) for allowed in when.values()) else {}
    return {"when": None} if "when" in domain and when is None else {}
