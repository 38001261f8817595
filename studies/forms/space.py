"""The search space as rows of fields: one for each parameter of the estimator, searched or fixed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from studies.plots.numbers import format_parameter
from studies.search import Plain

from .carried_domain import carried
from .plain import as_typed, plain_number, plain_whole
from .space_picture import Picture, picture_of

PREFIX = "space."
ORDER = "space_order"
NUMBERS = ("float", "int")
LIBRARY = ""  # the value of a parameter that is left to the library
Entry = Mapping[str, Any]


@dataclass
class Row:
    """One parameter: what is recommended, what was typed, what is wrong with it."""

    entry: Entry
    default: Plain = None
    searched: bool = True
    low: str = ""
    high: str = ""
    log: bool = False
    step: str = ""
    ticked: list[str] = field(default_factory=list)
    value: str = ""
    dropped: str = ""
    errors: list[str] = field(default_factory=list)
    widest: Entry = field(default_factory=dict)  # what the wide preset has for it
    carried: str = ""  # what another study had and no field here shows (its kind, choices, conditions), as JSON

    @property
    def name(self) -> str:
        return str(self.entry["name"])

    @property
    def prefix(self) -> str:
        return f"{PREFIX}{self.name}."

    @property
    def anchor(self) -> str:
        return f"id_{PREFIX}{self.name}"

    @property
    def kind(self) -> str:
        return str(self.entry["type"])

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS

    @property
    def why(self) -> str:
        return str(self.entry.get("why") or "")

    @property
    def warning(self) -> str:
        """Where a range goes beyond what the wide preset has: possible, and rarely of use."""
        if not self.searched or not self.is_number or self.kind != self.widest.get("type"):
            return ""
        low, high = plain_number(self.low), plain_number(self.high)
        least, most = self.widest["low"], self.widest["high"]
        if isinstance(low, str) or isinstance(high, str) or least <= low <= high <= most:
            return ""
        return f"Wider than usually makes sense: {format_parameter(least)} to {format_parameter(most)}."

    @property
    def conditions(self) -> list[str]:
        """bootstrap is true; kernel is poly or rbf."""
        when = self.entry.get("when") or {}
        return [f"{parent} is {' or '.join(map(format_parameter, values))}" for parent, values in when.items()]

    @property
    def options(self) -> list[tuple[str, str]]:
        """Values to tick, each as JSON and as it is shown."""
        values = [False, True] if self.kind == "boolean" else self.entry.get("choices", [])
        return [(json.dumps(value), format_parameter(value)) for value in values]

    @property
    def fixed_options(self) -> list[tuple[str, str]]:
        """Values to fix at: those to search, the library's default, and leaving it to the library where a study did."""
        known = self.options
        own = json.dumps(self.default)
        known = known if any(own == value for value, _ in known) else [(own, format_parameter(self.default)), *known]
        return known if self.value in dict(known) else [(LIBRARY, "as in the library"), *known]

    @property
    def picture(self) -> Picture | None:
        entry = self.to_json()
        return picture_of(entry, self.default) if self.searched and entry is not None else None

    def to_json(self) -> dict[str, Any] | None:
        """The parameter for the spec; None for a number that is left to the library."""
        common = {"name": self.name, "when": self.entry.get("when"), "why": self.entry.get("why")}
        if not self.searched:
            return None if self._is_left_out() else common | {"type": "constant", "value": self._fixed()}
        if self.is_number:
            read = plain_whole if self.kind == "int" else plain_number
            step = read(self.step) if self.step.strip() else None
            bounds = {"low": read(self.low), "high": read(self.high), "log": self.log, "step": step}
            return common | {"type": self.kind} | bounds
        if len(self.ticked) == 1 < len(self.options):
            return common | {"type": "constant", "value": json.loads(self.ticked[0])}
        if self.kind == "boolean" and len(self.ticked) == 2:
            return common | {"type": "boolean"}
        return common | {"type": "categorical", "choices": [json.loads(value) for value in self.ticked]}

    def fix(self, fixed: Mapping[str, Plain]) -> None:
        """Hold the parameter at its value, where there is one for it."""
        if self.name in fixed:
            value = fixed[self.name]
            self.searched = False
            self.value = as_typed(value) if self.is_number else json.dumps(value)

    def possible(self) -> list[Plain] | None:
        """The values that it may take, where they can be listed."""
        entry = self.to_json()
        if entry is None:
            return [self.default]
        if entry["type"] == "constant":
            return [entry["value"]]
        return [False, True] if entry["type"] == "boolean" else entry.get("choices")

    def _is_left_out(self) -> bool:
        """Whether the configuration is to say nothing of it, so that the library's default holds."""
        return self.value.strip() == LIBRARY

    def _fixed(self) -> Plain:
        if not self.is_number:
            known = dict(self.fixed_options)
            return json.loads(self.value) if self.value in known else self.value
        if self.value.strip() == as_typed(self.default):
            return self.default
        return plain_whole(self.value) if self.kind == "int" else plain_number(self.value)


class SpaceForm:
    """Rows from what a preset recommends, from a space that another study had, or from what was posted.

    fixed: what the preset does not search, and at which value; widest: the parameters as the wide preset has them.
    """

    def __init__(
        self,
        recommended: Sequence[Entry],
        defaults: Mapping[str, Plain],
        posted: Any = None,
        start: Sequence[Entry] | None = None,
        fixed: Mapping[str, Plain] | None = None,
        widest: Sequence[Entry] = (),
    ) -> None:
        given = {entry["name"]: entry for entry in start} if start is not None else None
        wide = {entry["name"]: entry for entry in widest}
        rows = [
            _row(entry, defaults.get(entry["name"]), given, wide.get(entry["name"], entry)) for entry in recommended
        ]
        self._by_name = {row.name: row for row in rows}
        for row in rows:
            if given is not None and row.name in given:
                self._carry_condition(row, given[row.name].get("when"))
        if given is None:
            for row in rows:
                row.fix(fixed or {})
        if posted is not None:
            for row in rows:
                _read(row, posted)
        self.order = posted.get(ORDER, "") if posted is not None else _own_order(rows, given or {})
        places = {name: place for place, name in enumerate(self.order.split(" "))}
        self.rows = sorted(rows, key=lambda row: places.get(row.name, len(places)))

    def to_json(self) -> dict[str, Any]:
        """The space for the spec; conditions that cannot hold any more take their parameters with them."""
        parameters = []
        for row in self.rows:
            entry = row.to_json()
            when = self._when(row)
            if entry is None or when is None:
                continue
            whole = entry | {"when": when or None}
            parameters.append({key: value for key, value in whole.items() if value is not None})
        return {"parameters": parameters}

    def add_error(self, name: str, sentence: str) -> bool:
        """Put a refusal at its row; False when there is no such row."""
        row = self._by_name.get(name)
        if row is None:
            return False
        said = sentence.removeprefix(f"{name}: ")
        row.errors.append(said[:1].upper() + said[1:])
        return True

    def _carry_condition(self, row: Row, had: Mapping[str, Sequence[Plain]] | None) -> None:
        """A study's own conditions come back with the form, unless the recommended ones come to the same."""
        recommended = self._when(row)
        if recommended is not None and had == (recommended or None):
            return
        row.dropped = ""
        own = {"when": {parent: list(allowed) for parent, allowed in had.items()} if had else None}
        row.carried = json.dumps(carried(row.carried) | own)
        row.entry = dict(row.entry) | own

    def _when(self, row: Row) -> dict[str, list[Plain]] | None:
        """The conditions that still say something; None when one of them can never hold."""
        is_own = "when" in carried(row.carried)
        kept: dict[str, list[Plain]] = {}
        for parent, allowed in (row.entry.get("when") or {}).items():
            other = self._by_name.get(parent)
            possible = None if other is None else [] if other.dropped else other.possible()
            if possible is None:
                kept[parent] = list(allowed)
                continue
            left = [value for value in allowed if _among(value, possible)]
            if not left:
                row.dropped = f"Does not count: {parent} is never {' or '.join(map(format_parameter, allowed))}."
                return None
            if is_own or not all(_among(value, left) for value in possible):
                kept[parent] = left
        return kept


def _among(value: Plain, values: Sequence[Plain]) -> bool:
    return any(type(value) is type(other) and value == other for other in values)


def _row(entry: Entry, default: Plain, given: Mapping[str, Entry] | None, widest: Entry) -> Row:
    """A row as recommended, or as another study had it; that study may have left the parameter to the library.

    All choices can be ticked, whatever the preset; it ticks some.
    """
    had = None if given is None else given.get(entry["name"])
    offered = {"choices": widest["choices"]} if "choices" in widest else {}
    row = Row(dict(entry) | offered, default, widest=widest)
    if had is not None and had["type"] != "constant" and not _is_shown(had, row):
        row.carried = json.dumps({key: had[key] for key in ("type", "choices") if key in had})
        row.entry = dict(row.entry) | carried(row.carried)
    shown = had if had is not None and had["type"] == row.kind else entry if not row.carried else row.entry
    row.low, row.high = as_typed(shown.get("low")), as_typed(shown.get("high"))
    row.log = bool(shown.get("log"))
    row.step = as_typed(shown.get("step")) if shown.get("step") not in (None, 1) else ""
    row.ticked = [json.dumps(v) for v in (shown.get("choices", []) if row.kind == "categorical" else [False, True])]
    row.searched = given is None or (had is not None and had["type"] != "constant")
    if given is not None and had is None:
        row.value = LIBRARY
    else:
        fixed = had["value"] if had is not None and had["type"] == "constant" else default
        row.value = as_typed(fixed) if row.is_number else json.dumps(fixed)
    return row


def _own_order(rows: Sequence[Row], given: Mapping[str, Entry]) -> str:
    """A study's own order of parameters, which its proposals depend on; empty where it is the recommended one."""
    recommended = [row.name for row in rows if row.name in given]
    return "" if list(given) == recommended else " ".join(given)


def _is_shown(had: Entry, row: Row) -> bool:
    """Whether the row's own fields can show the domain: of the same kind, its choices among those to tick, in order."""
    if had["type"] != row.kind:
        return False
    offered = [value for value, _ in row.options]
    ticked = [json.dumps(value) for value in had.get("choices", [])]
    return row.kind != "categorical" or (ticked == [value for value in offered if value in ticked] and len(ticked) > 1)


def _read(row: Row, posted: Any) -> None:
    """What was typed; a QueryDict. A checkbox that is not ticked is not sent."""
    row.carried = posted.get(f"{row.prefix}carried", "")
    row.entry = dict(row.entry) | carried(row.carried)
    row.searched = f"{row.prefix}search" in posted
    row.low, row.high = posted.get(f"{row.prefix}low", row.low), posted.get(f"{row.prefix}high", row.high)
    row.log = posted.get(f"{row.prefix}scale", "log" if row.log else "linear") == "log"
    row.step = posted.get(f"{row.prefix}step", row.step)
    row.value = posted.get(f"{row.prefix}value", row.value)
    offered = [value for value, _ in row.options]
    row.ticked = [value for value in offered if value in posted.getlist(f"{row.prefix}choice")]
