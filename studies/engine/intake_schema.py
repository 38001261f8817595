"""What a person says of the columns: held against each other, and taken over as an upload is read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studies.models import Column
from studies.tabular import TableError
from studies.tabular.errors import quote

from .intake_held_out import Holding
from .intake_reading import LONGEST_NAME, Pace, corrected, overrides, read, remember_first_reading

ONE_AT_MOST = (Column.Role.TARGET, Column.Role.GROUP, Column.Role.TIME)


@dataclass(frozen=True)
class Schema:
    """Kinds and roles that somebody gives, by column name; what is not named is left to the reading."""

    kinds: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.kinds or self.roles)

    def refuse_unknown(self) -> None:
        """Before there are columns to hold it against: TableError, with the column, for what is no kind and no role."""
        for given, known, what in ((self.kinds, Column.Kind, "kind"), (self.roles, Column.Role, "role")):
            for name, value in given.items():
                if len(name) > LONGEST_NAME:
                    raise TableError(f"There is no column {quote(name)}.", column=name)
                if value not in known.values:
                    raise TableError(f"{quote(value)} is not a {what}; choose {', '.join(known.values)}.", column=name)


def contradictions(columns: Iterable[Column], kinds: Mapping[str, str], roles: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the kinds and roles that the columns are to have, all of them given: a sentence by column."""
    columns, found = list(columns), {}
    for column in columns:
        kind, role = kinds[column.name], roles[column.name]
        if kind not in Column.Kind.values:
            found[column.name] = f"“{kind}” is not a kind; choose {', '.join(Column.Kind.values)}."
        elif role not in Column.Role.values:
            found[column.name] = f"“{role}” is not a role; choose {', '.join(Column.Role.values)}."
    for role in ONE_AT_MOST:
        chosen = [column.name for column in columns if roles[column.name] == role]
        if len(chosen) < 2:
            continue
        before = next((column.name for column in columns if column.role == role), None)
        if before in chosen:  # the new one is meant; the one from before is what was forgotten
            found.setdefault(before, f"There is one {role} at most: make this column a feature, or ignore it.")
        else:
            found.setdefault(chosen[1], f"There is one {role} at most: choose one of these columns.")
    return found


def with_said_schema(
    folder: Path,
    options: Mapping[str, Any],
    table: dict[str, Any],
    said: Schema,
    holding: Holding,
    pace: Pace | None = None,
) -> dict[str, Any]:
    """Reads an upload once more with what was said of its columns, and remembers what it would have been without.

    A role that one column alone can have is taken from whichever column was only guessed to have it. TableError, with
    the column, when something does not fit.
    """
    columns = [Column(**column) for column in table["columns"]]
    chosen = corrected(columns, said.kinds, said.roles)
    taken = {role for role in said.roles.values() if role in ONE_AT_MOST}
    displaced = {column.name for column in columns if column.role in taken and column.name not in said.roles}
    kinds = {name: kind for name, (kind, _) in chosen.items()}
    roles = {name: Column.Role.FEATURE if name in displaced else role for name, (_, role) in chosen.items()}
    for name, sentence in contradictions(columns, kinds, roles).items():
        raise TableError(f"{name}: {sentence}", column=name)
    left = (column for column in columns if column.name not in displaced)
    given = overrides(left, chosen, targetless=Column.Role.TARGET not in roles.values())
    again = read(folder, {**options, **given}, holding, pace)
    remember_first_reading(again, {column["name"]: column["profile"] for column in table["columns"]})
    return again
