"""The search space of a spec: the recommended one, or one that the estimator can take."""

from collections.abc import Mapping
from typing import Any

from studies.evaluation import PRESETS
from studies.search import Space, SpaceError

from .spec_errors import nearest, quote
from .spec_examination import Examination
from .spec_fields import Fields

Known = Mapping[str, Any]
RECOMMENDED = "recommended"
MOST_LISTED = 1000


def examine_space(spec: Fields, found: Examination) -> None:
    """Sets the space; needs table and estimator."""
    entry, table = found.estimator, found.table
    if entry is None or table is None or entry.problem(table):
        return
    given = spec.raw("space")
    if given is None or (isinstance(given, str) and given in PRESETS):
        preset = given or RECOMMENDED
        found.space = Space.from_json(entry.space(table, preset))
        found.decide(f"Search space: the {preset} one of {entry.label}, {_counted(found.space)} searched.")
        return
    if isinstance(given, str):
        spec.wrong("space", f"There is no space {quote(given)}. {nearest(given, PRESETS)}")
        return
    bounds = entry.bounds(table)
    known = {p["name"]: p | {"bounds": bounds[p["name"]]} for p in entry.parameters(table, "wide")}
    defaults = entry.defaults(table)
    for parameter in _entries(given):
        name = parameter.get("name")
        if not isinstance(name, str):
            continue
        if name not in known:
            spec.wrong(f"space.{name[:100]}", f"{entry.label} has no parameter {quote(name)}. {nearest(name, known)}")
            continue
        problem = _problem(parameter, known[name], defaults.get(name))
        if problem:
            spec.wrong(f"space.{name}", f"{name}: {problem}.")
    try:
        space = Space.from_json(given)
    except SpaceError as error:
        for path, sentence in _all_errors(given, error).items():
            spec.wrong(path, sentence)
        return
    if space.dimensions == 0:
        spec.wrong("space", "No parameter is searched; at least one must have more than one value.")
        return
    found.space = space


def _problem(parameter: Mapping[str, Any], known: Known, default: object) -> str:
    """What the model could never take, whatever the search makes of it."""
    kind = parameter.get("type")
    if kind == "constant":
        value = parameter.get("value")
        wanted = _not_its_kind(value, known, default)
        return f"it is fixed at {quote(value)}; it must be {wanted}" if wanted else _off_scale(value, "value", known)
    if kind in ("categorical", "boolean"):
        choices = [False, True] if kind == "boolean" else parameter.get("choices")
        listed = choices[:MOST_LISTED] if isinstance(choices, list) else []
        return next(filter(None, (_bad_choice(choice, known, default) for choice in listed)), "")
    if kind in ("float", "int"):
        if not _takes_numbers(known):
            return f"it is a range of numbers; it must be {_not_its_kind(None, known, 0)}"
        if kind == "float" and known["type"] == "int":
            return "it must be whole numbers; make its type int"
        return _off_scale(parameter.get("low"), "low", known) or _off_scale(parameter.get("high"), "high", known)
    return ""


def _off_scale(value: object, word: str, known: Known) -> str:
    """What lies beyond what the model can take."""
    if not _is_number(value):
        return ""
    least, most = known["bounds"]
    if least is not None and value < least:  # type: ignore[operator]
        return f"{word} is {quote(value)}; it cannot be below {least:g}"
    if most is not None and value > most:  # type: ignore[operator]
        share = "is a share and " if most == 1 else ""
        return f"{word} is {quote(value)}; it {share}cannot be above {most:,g}"
    return ""


def _bad_choice(value: object, known: Known, default: object) -> str:
    """A choice that no model takes; among numbers, others than those recommended may be tried."""
    if known["type"] == "categorical" and _takes_numbers(known) and _is_number(value):
        return _off_scale(value, "a choice", known)
    wanted = _not_its_kind(value, known, default)
    if wanted:
        return f"{quote(value)} is among its choices; each must be {wanted}"
    return "" if value == default else _off_scale(value, "a choice", known)


def _takes_numbers(known: Known) -> bool:
    """A category with bounds takes numbers in the place of its words: 0.5 for "sqrt"."""
    return known["type"] in ("float", "int") or (known["type"] == "categorical" and known["bounds"] != (None, None))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _counted(space: Space) -> str:
    return "1 parameter" if space.dimensions == 1 else f"{space.dimensions} parameters"


def _entries(given: Any) -> list[Mapping[str, Any]]:
    """The parameters of a space's JSON, those that are objects."""
    listed = given.get("parameters") if isinstance(given, Mapping) else given
    return [entry for entry in listed[:1000] if isinstance(entry, Mapping)] if isinstance(listed, list) else []


def _not_its_kind(value: object, known: Known, default: object) -> str:
    """What a fixed value must be, when it is not; the library's default is always possible."""
    if default is not None and type(value) is type(default) and value == default:
        return ""
    own = f", or {quote(default)} as in the library" if isinstance(default, str) else ""
    if known["type"] == "float":
        return "" if _is_number(value) else f"a number{own}"
    if known["type"] == "int":
        return "" if _is_number(value) and isinstance(value, int) else f"a whole number{own}"
    if known["type"] == "boolean":
        return "" if isinstance(value, bool) else "true or false"
    choices = known.get("choices", [])
    if (_is_number(value) and _takes_numbers(known)) or (value is None and {"none", "all"}.intersection(choices)):
        return ""
    same = [choice for choice in choices if choice == value and isinstance(choice, bool) == isinstance(value, bool)]
    return "" if same else f"one of {', '.join(quote(choice) for choice in choices)}{own}"


def _all_errors(given: Any, first: SpaceError) -> dict[str, str]:
    """Each parameter's own error, not the first one alone; conditions are only judged on the whole."""
    errors = {"space" if first.parameter is None else f"space.{first.parameter[:100]}": str(first)}
    for entry in _entries(given):
        try:
            Space.from_json([{key: value for key, value in entry.items() if key != "when"}])
        except SpaceError as error:
            if error.parameter is not None:
                errors.setdefault(f"space.{error.parameter[:100]}", str(error))
    return errors
