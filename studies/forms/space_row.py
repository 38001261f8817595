"""One parameter of the space as fields: searched over a range or choices, with a shape or without, or fixed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from studies.plots.numbers import format_parameter
from studies.search import Plain

from .carried_domain import carried
from .plain import as_typed, plain_number, plain_whole
from .space_picture import Picture, picture_of

PREFIX = "space."
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
    centre: str = ""
    spread: str = ""
    weights: str = ""
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
    def is_shaped(self) -> bool:
        return bool(self.centre.strip() or self.spread.strip() if self.is_number else self.weights.strip())

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
            prior = {"centre": plain_number(self.centre), "spread": plain_number(self.spread)}
            return common | {"type": self.kind} | bounds | ({"prior": prior} if self.is_shaped else {})
        if len(self.ticked) == 1 < len(self.options):
            return common | {"type": "constant", "value": json.loads(self.ticked[0])}
        shape = {"weights": [plain_number(text) for text in self.weights.split(",")]} if self.is_shaped else {}
        if self.kind == "boolean" and len(self.ticked) == 2:
            return common | {"type": "boolean"} | shape
        return common | {"type": "categorical", "choices": [json.loads(value) for value in self.ticked]} | shape

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


def row_of(entry: Entry, default: Plain, given: Mapping[str, Entry] | None, widest: Entry) -> Row:
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
    row.centre, row.spread = (as_typed((shown.get("prior") or {}).get(key)) for key in ("centre", "spread"))
    row.weights = ", ".join(as_typed(weight) for weight in shown.get("weights") or [])
    row.searched = given is None or (had is not None and had["type"] != "constant")
    if given is not None and had is None:
        row.value = LIBRARY
    else:
        fixed = had["value"] if had is not None and had["type"] == "constant" else default
        row.value = as_typed(fixed) if row.is_number else json.dumps(fixed)
    return row


def _is_shown(had: Entry, row: Row) -> bool:
    """Whether the row's own fields can show the domain: of the same kind, its choices among those to tick, in order."""
    if had["type"] != row.kind:
        return False
    offered = [value for value, _ in row.options]
    ticked = [json.dumps(value) for value in had.get("choices", [])]
    return row.kind != "categorical" or (ticked == [value for value in offered if value in ticked] and len(ticked) > 1)


def read_posted(row: Row, posted: Any) -> None:
    """What was typed; a QueryDict. A checkbox that is not ticked is not sent."""
    row.carried = posted.get(f"{row.prefix}carried", "")
    row.entry = dict(row.entry) | carried(row.carried)
    row.searched = f"{row.prefix}search" in posted
    row.low, row.high = posted.get(f"{row.prefix}low", row.low), posted.get(f"{row.prefix}high", row.high)
    row.log = posted.get(f"{row.prefix}scale", "log" if row.log else "linear") == "log"
    row.step = posted.get(f"{row.prefix}step", row.step)
    row.value = posted.get(f"{row.prefix}value", row.value)
    row.centre = posted.get(f"{row.prefix}centre", row.centre)
    row.spread = posted.get(f"{row.prefix}spread", row.spread)
    row.weights = posted.get(f"{row.prefix}weights", row.weights)
    offered = [value for value, _ in row.options]
    row.ticked = [value for value in offered if value in posted.getlist(f"{row.prefix}choice")]
