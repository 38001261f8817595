"""Forbidden combinations on the new-study form: those listed, each to be kept or not, and one that is being picked."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from studies.engine.spec_json import JSONError, load_json
from studies.plots.numbers import format_parameter
from studies.search import Plain

LISTED, KEPT, PICKED, ADD = "forbidden", "forbidden_kept", "forbidden_pick", "forbidden_add"
PICKS = 3
MOST = 200
Values = Mapping[str, Sequence[Plain]]
Possible = Callable[[str], Sequence[Plain] | None]


@dataclass
class Combination:
    """One that is listed; `dropped` says why it does not count while the rest of the space is as it is."""

    values: Values
    kept: bool = True
    dropped: str = ""

    @property
    def text(self) -> str:
        return json.dumps({name: list(values) for name, values in self.values.items()})

    @property
    def words(self) -> str:
        """penalty is l1 and loss is hinge."""
        return " and ".join(f"{n} is {' or '.join(map(format_parameter, v))}" for n, v in self.values.items())


@dataclass
class Pick:
    """One of the fields in which a combination is put together."""

    value: str
    groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]


@dataclass
class ForbiddenForm:
    """`groups`: the values that can be picked, by parameter, each as JSON and in words."""

    groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    listed: list[Combination] = field(default_factory=list)
    picked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, groups: Sequence[tuple[str, Sequence[Plain]]], start: Sequence[Values], posted: Any) -> "ForbiddenForm":
        """As a study had it, or as it was posted (a QueryDict); adding moves what was picked to the list."""
        offered = [
            (name, [(json.dumps([name, value]), f"{name} is {format_parameter(value)}") for value in values])
            for name, values in groups
        ]
        if posted is None:
            return cls(offered, [Combination(values) for values in start])
        kept = set(posted.getlist(KEPT))
        read = [(text, _values(text)) for text in posted.getlist(LISTED)[:MOST]]
        form = cls(offered, [Combination(values, text in kept) for text, values in read if values])
        known = {text for _, values in offered for text, _ in values}
        form.picked = [text for text in posted.getlist(PICKED)[:PICKS] if text in known]
        picked = form._picked()
        if ADD in posted and len(picked) > 1:
            form.picked = []
            if all(picked != combination.values for combination in form.listed):
                form.listed.append(Combination(picked))
        return form

    @property
    def key(self) -> str:
        """Changes when the list got longer, and the page must take it anew."""
        return str(len(self.listed))

    @property
    def picks(self) -> list[Pick]:
        return [Pick(text, self.groups) for text in [*self.picked, *[""] * PICKS][:PICKS]]

    @property
    def is_of_use(self) -> bool:
        return len(self.groups) > 1 or bool(self.listed)

    @property
    def is_open(self) -> bool:
        return bool(self.listed or self.picked or self.errors)

    def to_json(self, possible: Possible) -> list[dict[str, list[Plain]]]:
        """What the spec forbids: what is kept, and what is picked although nobody pressed the button.

        possible: the values that a parameter may take, None where they are any number. What can never come up any more
        does not count.
        """
        combinations = [combination for combination in self.listed if combination.kept]
        picked = self._picked()
        if len(picked) > 1 and all(picked != combination.values for combination in combinations):
            combinations.append(Combination(picked))
        return [left for combination in combinations if (left := _left(combination, possible)) is not None]

    def _picked(self) -> dict[str, list[Plain]]:
        values: dict[str, list[Plain]] = {}
        for text in self.picked:
            name, value = json.loads(text)
            values[name] = [*values.get(name, []), value]
        return values


def _left(combination: Combination, possible: Possible) -> dict[str, list[Plain]] | None:
    """The part of it that can still come up; None where there is none."""
    left: dict[str, list[Plain]] = {}
    for name, values in combination.values.items():
        can_be = possible(name)
        left[name] = list(values) if can_be is None else [value for value in values if among(value, can_be)]
        if not left[name]:
            combination.dropped = f"Does not count: {name} is never {' or '.join(map(format_parameter, values))}."
            return None
    return left


def among(value: Plain, values: Sequence[Plain]) -> bool:
    return any(type(value) is type(other) and value == other for other in values)


def _values(text: str) -> dict[str, list[Plain]]:
    """A combination that we wrote into the page; nothing where it is not what we wrote."""
    try:
        given = load_json(text.encode(errors="replace"))
    except JSONError:
        return {}
    if not isinstance(given, dict) or not all(isinstance(values, list) for values in given.values()):
        return {}
    return given
