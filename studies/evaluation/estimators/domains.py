"""The domains of an estimator's parameters: what may be searched under each preset, and what the library does.

Library values such as None, "sqrt" or "scale" are a choice (`choice`), and a number stands beside it that counts only
while the choice asks for it (`when`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Parameter = dict[str, Any]
Condition = dict[str, list[Any]]
Reach = tuple[float, float, str]  # low, high, a sentence why

PRESETS = ("narrow", "recommended", "wide")
NARROW, RECOMMENDED, WIDE = PRESETS
ALL_BUT_WIDE = (NARROW, RECOMMENDED)
MOST = 100_000  # of anything that is counted: a thousand million trees are a mistake or an attack


@dataclass(frozen=True)
class Domain:
    """One parameter under all presets.

    default: the library's value; None of a number that counts only beside a choice. fixed: presets that hold it there.
    reach: of a number, (low, high, why) by preset. choices: of a category, its values by preset.
    bounds: what numbers the model can take at all; None is open. A choice with a bound takes numbers of that kind in
    the place of its words as well.
    """

    name: str
    type: str
    why: str
    default: Any = None
    reach: Mapping[str, Reach] = field(default_factory=dict)
    choices: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    log: bool = False
    when: Condition | None = None
    fixed: tuple[str, ...] = ()
    bounds: tuple[float | None, float | None] = (None, None)

    def at(self, preset: str) -> Parameter:
        """The domain as JSON, as it is searched; where the preset holds it fixed, as the next wider one has it."""
        parameter: Parameter = {"name": self.name, "type": self.type, "why": self.why}
        if self.reach:
            low, high, why = self.reach[preset]
            kind = int if self.type == "int" else float
            parameter |= {"low": kind(low), "high": kind(high), "log": self.log, "why": f"{self.why} {why}".strip()}
        if self.choices:
            parameter["choices"] = list(self.choices[preset])
        if self.when is not None:
            parameter["when"] = {parent: list(values) for parent, values in self.when.items()}
        return parameter


def real(
    name: str,
    default: float | None,
    why: str,
    *reach: Reach,
    log: bool = False,
    when: Condition | None = None,
    fixed: tuple[str, ...] = (),
    most: float | None = None,
) -> Domain:
    """A float of 0 or more; reaches from the narrowest to the widest, one for all that are not given."""
    return Domain(name, "float", why, default, _spread(reach), log=log, when=when, fixed=fixed, bounds=(0.0, most))


def whole(
    name: str,
    default: int | None,
    why: str,
    *reach: Reach,
    log: bool = False,
    when: Condition | None = None,
    fixed: tuple[str, ...] = (),
) -> Domain:
    """An integer of 1 or more, up to MOST."""
    return Domain(name, "int", why, default, _spread(reach), log=log, when=when, fixed=fixed, bounds=(1, MOST))


def choice(
    name: str,
    default: Any,
    why: str,
    *choices: Sequence[Any],
    when: Condition | None = None,
    fixed: tuple[str, ...] = (),
    bounds: tuple[float | None, float | None] = (None, None),
) -> Domain:
    """A categorical parameter."""
    return Domain(name, "categorical", why, default, choices=_spread(choices), when=when, fixed=fixed, bounds=bounds)


def switch(name: str, default: bool, why: str, when: Condition | None = None, fixed: tuple[str, ...] = ()) -> Domain:
    """A boolean parameter."""
    return Domain(name, "boolean", why, default, when=when, fixed=fixed)


def clamp(value: float, low: int, high: int) -> int:
    """The whole number below `value`, kept between two bounds."""
    return max(low, min(high, int(value)))


def defaults_of(domains: Sequence[Domain]) -> dict[str, Any]:
    """The library's configuration: values of the parameters that count by default."""
    config: dict[str, Any] = {}
    for domain in domains:  # parents stand before their children
        if all(parent in config and config[parent] in values for parent, values in (domain.when or {}).items()):
            config[domain.name] = domain.default
    return config


def space_of(domains: Sequence[Domain], preset: str) -> list[Parameter]:
    """The preset's space as JSON: fixed parameters are constants, conditions that say nothing any more are left out."""
    found: list[Parameter] = []
    possible: dict[str, list[Any]] = {}
    for domain in domains:
        parameter = domain.at(preset)
        when = _settled(parameter.pop("when", {}), possible)
        if when is None:
            continue
        if preset in domain.fixed:
            parameter = {"name": domain.name, "type": "constant", "value": domain.default, "why": parameter["why"]}
        if when:
            parameter["when"] = when
        found.append(parameter)
        possible[domain.name] = _values(parameter)
    return found


def _settled(when: Condition, possible: Mapping[str, list[Any]]) -> Condition | None:
    """The conditions that are not always true; None when one of them never is."""
    left: Condition = {}
    for parent, asked in when.items():
        known = possible.get(parent, [])
        kept = [value for value in asked if value in known]
        if not kept:
            return None
        if len(kept) < len(known):
            left[parent] = kept
    return left


def _values(parameter: Parameter) -> list[Any]:
    if parameter["type"] == "constant":
        return [parameter["value"]]
    return [False, True] if parameter["type"] == "boolean" else list(parameter.get("choices", []))


def _spread(given: Sequence[Any]) -> dict[str, Any]:
    """By preset; where there are fewer than three, the first ones serve the narrower presets too."""
    if not 1 <= len(given) <= len(PRESETS):
        raise ValueError(f"A domain has one to three reaches, not {len(given)}.")
    rest = [given[0]] * (len(PRESETS) - len(given))
    return dict(zip(PRESETS, [*rest, *given], strict=True))
