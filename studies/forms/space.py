"""The search space as rows of fields: one for each parameter of the estimator, and the combinations forbidden."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from studies.plots.numbers import format_parameter
from studies.search import Plain

from .carried_domain import carried
from .space_forbidden import ForbiddenForm, Values, among
from .space_row import Entry, Row, read_posted, row_of

ORDER = "space_order"


class SpaceForm:
    """Rows from what a preset recommends, from a space that another study had, or from what was posted.

    fixed: what the preset does not search, and at which value; widest: the parameters as the wide preset has them;
    forbidden: the combinations that the other study had.
    """

    def __init__(
        self,
        recommended: Sequence[Entry],
        defaults: Mapping[str, Plain],
        posted: Any = None,
        start: Sequence[Entry] | None = None,
        fixed: Mapping[str, Plain] | None = None,
        widest: Sequence[Entry] = (),
        forbidden: Sequence[Values] = (),
    ) -> None:
        given = {entry["name"]: entry for entry in start} if start is not None else None
        wide = {entry["name"]: entry for entry in widest}
        rows = [
            row_of(entry, defaults.get(entry["name"]), given, wide.get(entry["name"], entry)) for entry in recommended
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
                read_posted(row, posted)
        self.order = posted.get(ORDER, "") if posted is not None else _own_order(rows, given or {})
        places = {name: place for place, name in enumerate(self.order.split(" "))}
        self.rows = sorted(rows, key=lambda row: places.get(row.name, len(places)))
        choices = [(row.name, [json.loads(value) for value, _ in row.options]) for row in self.rows if row.options]
        self.forbidden = ForbiddenForm.of(choices, forbidden, posted)

    def to_json(self) -> dict[str, Any]:
        """The space for the spec; conditions that cannot hold any more take their parameters with them."""
        parameters: list[dict[str, Any]] = []
        for row in self.rows:
            entry = row.to_json()
            when = self._when(row)
            if entry is None or when is None:
                continue
            whole = entry | {"when": when or None}
            parameters.append({key: value for key, value in whole.items() if value is not None})
        forbidden = self._forbidden({entry["name"] for entry in parameters})
        return {"parameters": parameters} | ({"forbidden": forbidden} if forbidden else {})

    def add_error(self, name: str, sentence: str) -> bool:
        """Put a refusal at its row; False when there is no such row."""
        row = self._by_name.get(name)
        if sentence.startswith(("Forbidden combination", "Nothing is left")):
            self.forbidden.errors.append(sentence)
            return True
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
            possible = self._possible(parent)
            if possible is None:
                kept[parent] = list(allowed)
                continue
            left = [value for value in allowed if among(value, possible)]
            if not left:
                row.dropped = f"Does not count: {parent} is never {' or '.join(map(format_parameter, allowed))}."
                return None
            if is_own or not all(among(value, left) for value in possible):
                kept[parent] = left
        return kept

    def _possible(self, name: str) -> list[Plain] | None:
        row = self._by_name.get(name)
        return None if row is None else [] if row.dropped else row.possible()

    def _forbidden(self, present: set[str]) -> list[dict[str, list[Plain]]]:
        """What is forbidden of what is in the space; a parameter left to the library always has its default."""
        return [
            {name: values for name, values in combination.items() if name in present or name not in self._by_name}
            for combination in self.forbidden.to_json(self._possible)
        ]


def _own_order(rows: Sequence[Row], given: Mapping[str, Entry]) -> str:
    """A study's own order of parameters, which its proposals depend on; empty where it is the recommended one."""
    recommended = [row.name for row in rows if row.name in given]
    return "" if list(given) == recommended else " ".join(given)
