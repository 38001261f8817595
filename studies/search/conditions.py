"""Conditions and forbidden combinations: what they may name, how they are told, in which order they are decided."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

from .errors import SpaceError, quote
from .numeric import MAX_LISTED, Float
from .parameters import Parameter, Plain, When, identity

MAX_FORBIDDEN = 100

Values = Mapping[str, tuple[Plain, ...]]


class Conditional(Protocol):
    """What depends on other parameters: `when` it counts."""

    @property
    def name(self) -> str: ...

    @property
    def when(self) -> When | None: ...


Refuse = Callable[[str], SpaceError]
Node = TypeVar("Node", bound=Conditional)


@dataclass(frozen=True)
class Forbidden:
    """A combination that no configuration may have: every parameter active, with one of the values listed for it.

    It counts like a parameter that no value is left for: while its condition holds, nothing is legal.
    """

    name: str
    when: Values

    def error(self, config: Mapping[str, Plain], ordered: Sequence[Parameter]) -> SpaceError:
        """What to tell of a configuration that has it; the parameter decided last is the one to change, if it can."""
        named = [parameter for parameter in ordered if parameter.name in self.when]
        *others, last = (parameter.name for parameter in sorted(named, key=lambda parameter: parameter.size != 1))
        while_ = " and ".join(f"{name} is {quote(config[name])}" for name in others)
        return SpaceError(f"{last}: {quote(config[last])} is forbidden while {while_}; change one of them.", last)


def in_words(when: Mapping[str, Sequence[Plain]] | None) -> str:
    """kernel is 'poly' or 'rbf' and degree is 3."""
    return " and ".join(f"{parent} is {' or '.join(map(quote, allowed))}" for parent, allowed in (when or {}).items())


def check_condition(parameter: Parameter, by_name: Mapping[str, Parameter]) -> None:
    """Raise SpaceError unless a parameter's condition names values that its parents can have."""
    for parent, allowed in (parameter.when or {}).items():
        _decidable(parent, by_name, lambda words: parameter.error(f"when {words}"), "a condition")
        for value in allowed:
            try:
                by_name[parent].check(value)
            except SpaceError as error:
                raise parameter.error(f"when {quote(parent)} is {quote(value)}; {error}".rstrip(".")) from error


def read_forbidden(given: object, by_name: Mapping[str, Parameter]) -> tuple[Forbidden, ...]:
    """The combinations of a space, each checked against its parameters; SpaceError for what can never be of use."""
    if not isinstance(given, list | tuple):
        raise SpaceError(f'forbidden is {quote(given)}; it must look like [{{"penalty": ["l1"], "loss": ["hinge"]}}].')
    if len(given) > MAX_FORBIDDEN:
        raise SpaceError(f"There are {len(given)} forbidden combinations; there may be at most {MAX_FORBIDDEN}.")
    read: list[Forbidden] = []
    for number, combination in enumerate(given, 1):
        when = _values(combination, f"Forbidden combination {number}", by_name)
        for earlier in read:
            if _covers(earlier.when, when) or _covers(when, earlier.when):
                raise SpaceError(
                    f"Forbidden combination {number}, {in_words(when)}, says the same as another or part of it, "
                    f"{in_words(earlier.when)}; leave the narrower one out."
                )
        read.append(Forbidden(f"__forbidden {number}", when))  # no parameter has such a name
    return tuple(read)


def parents_first(nodes: Sequence[Node]) -> list[Node]:
    """Parents before children, a child right after its last parent; refuses circles."""
    waiting = {node.name: set(node.when or {}) for node in nodes}
    ready = [node for node in reversed(nodes) if not waiting[node.name]]
    ordered: list[Node] = []
    while ready:
        done = ready.pop()
        ordered.append(done)
        for node in reversed(nodes):
            if done.name in waiting[node.name]:
                waiting[node.name].remove(done.name)
                if not waiting[node.name]:
                    ready.append(node)
    if len(ordered) < len(nodes):
        stuck = next(node for node in nodes if waiting[node.name])
        through = ", ".join(sorted(waiting[stuck.name]))
        raise SpaceError(
            f"{stuck.name}: its condition goes in a circle through {through}; leave one of them out.", stuck.name
        )
    return ordered


def _values(combination: object, called: str, by_name: Mapping[str, Parameter]) -> dict[str, tuple[Plain, ...]]:
    """One combination, its values as the parameters have them."""
    if not isinstance(combination, Mapping) or not combination:
        raise SpaceError(
            f'{called} is {quote(combination)}; it must look like {{"penalty": ["l1"], "loss": ["hinge"]}}.'
        )
    when: dict[str, tuple[Plain, ...]] = {}
    for name, listed in combination.items():
        shown = name if isinstance(name, str) else None
        _decidable(name, by_name, partial(_refusal, called, shown), "it")
        if not isinstance(listed, list | tuple) or not listed:
            raise SpaceError(f"{called}: {quote(name)} is {quote(listed)}; it must be a list of its values.", shown)
        try:
            checked = [by_name[name].check(value) for value in listed[: MAX_LISTED + 1]]
        except SpaceError as error:
            raise SpaceError(f"{called}: {error}", shown) from error
        when[name] = tuple(dict(zip(map(identity, checked), checked, strict=True)).values())
    if len(when) == 1:
        raise SpaceError(
            f"{called}, {in_words(when)}, names one parameter alone; take the value out of its domain, "
            "or name the other parameters that it does not go with."
        )
    apart = _never_together(when, by_name)
    if apart is not None:
        raise SpaceError(
            f"{called}, {in_words(when)}, can never come up: the conditions leave no value of {apart} for it; "
            "leave it out."
        )
    return when


def _decidable(name: object, by_name: Mapping[str, Parameter], error: Refuse, what: str) -> None:
    """Raise the error unless the parameter exists and its values can be listed."""
    parent = by_name.get(name) if isinstance(name, str) else None
    if parent is None:
        raise error(f"names {quote(name)}; there is no such parameter")
    if isinstance(parent, Float) or parent.size is None or parent.size > MAX_LISTED:
        raise error(
            f"names {quote(name)}; {what} may be on a category, a boolean, a constant "
            f"or a whole number with at most {MAX_LISTED} values"
        )


def _refusal(called: str, parameter: str | None, words: str) -> SpaceError:
    return SpaceError(f"{called} {words}.", parameter)


def _never_together(when: Values, by_name: Mapping[str, Parameter]) -> str | None:
    """The parameter that has no value left once all those named are active, each with a listed value; None if none."""
    left = {name: set(map(identity, values)) for name, values in when.items()}
    waiting, seen = list(when), set(when)
    while waiting:
        for parent, allowed in (by_name[waiting.pop()].when or {}).items():
            fits = set(map(identity, allowed))
            left[parent] = left[parent] & fits if parent in left else fits
            if not left[parent]:
                return parent
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return None


def _covers(wide: Values, narrow: Values) -> bool:
    """Whether what has the narrow combination always has the wide one."""
    return all(
        name in narrow and set(map(identity, narrow[name])) <= set(map(identity, values))
        for name, values in wide.items()
    )


def ancestors(names: Iterable[str], by_name: Mapping[str, Parameter]) -> set[str]:
    """The names and all that decide whether they are active."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += by_name[name].when or {}
    return found
