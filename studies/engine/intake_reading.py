"""Reading a stored upload, with what people corrected.

What a person corrected is what differs from the first reading, kept beside each column’s profile ("detected" and
"suggested"): only that is forced upon a new upload and upon other options. A correction forces every column.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from studies.models import Column, Dataset, DatasetVersion
from studies.tabular import TableError
from studies.tabular.child import read_in_child
from studies.tabular.columns import NUMERIC
from studies.tabular.dress import Dress
from studies.tabular.errors import quote, warning

from .intake_held_out import Holding
from .store.versions import HELD_OUT, TABLE, UPLOAD

LONGEST_NAME = 200


@dataclass(frozen=True)
class Pace:
    """How long a reading may take, and what hears meanwhile how much of it is done (0 to 1)."""

    seconds: float
    on_progress: Callable[[float], None] | None = None

    def between(self, low: float, high: float) -> "Pace":
        """Of a reading that is one of several: what it does of itself is this part of the whole."""
        heard = self.on_progress
        if heard is None:
            return self
        return Pace(self.seconds, lambda share: heard(low + (high - low) * share))


def in_time() -> Pace:
    """Of a reading that somebody waits for."""
    return Pace(settings.READING_SECONDS)


def read(folder: Path, options: Mapping[str, Any], holding: Holding, pace: Pace | None = None) -> dict[str, Any]:
    """What the child tells about the upload; it has written the table then. TableError when it refuses."""
    pace = pace or in_time()
    answer = read_in_child(
        folder / UPLOAD,
        folder / TABLE,
        options=options,
        seconds=pace.seconds,
        on_progress=pace.on_progress,
        memory_mb=settings.READING_MEMORY_MB,
        held_path=folder / HELD_OUT,
        wish=holding.wish,
        earlier=holding.earlier,
    )
    if not answer["ok"]:
        error = answer["error"]
        raise TableError(error["message"], line=error["line"], column=error["column"])
    return answer


def first_reading(
    folder: Path, options: Mapping[str, Any], target: str | None, holding: Holding, pace: Pace | None = None
) -> dict[str, Any]:
    """Reads a new upload and remembers in each column's profile what was detected and suggested."""
    if target is None:
        table = read(folder, options, holding, pace)
    else:
        table = _read_with_target(folder, options, target, holding, pace)
    for column in table["columns"]:
        column["profile"] |= {"detected": column["kind"], "suggested": column["role"]}
    return table


def _read_with_target(
    folder: Path, options: Mapping[str, Any], target: str, holding: Holding, pace: Pace | None
) -> dict[str, Any]:
    try:
        return read(folder, {**options, "roles": {target: Column.Role.TARGET.value}}, holding, pace)
    except TableError as error:
        if error.column != target:
            raise
        names = [column["name"] for column in read(folder, options, holding, pace)["columns"]]
        if target in names:
            raise
        near = difflib.get_close_matches(target[:LONGEST_NAME], names, n=1, cutoff=0.0)[0]
        message = f"There is no column {quote(target)} to predict. The nearest is {quote(near)}."
        raise TableError(message, column=target) from error


def with_earlier_corrections(
    folder: Path,
    options: Mapping[str, Any],
    table: dict[str, Any],
    before: DatasetVersion | None,
    holding: Holding,
    pace: Pace | None = None,
) -> dict[str, Any]:
    """Reads a new upload again with the corrections of the version before, where it still has those columns."""
    if before is None:
        return table
    names = {column["name"] for column in table["columns"]}
    same = [column for column in before.columns.all() if column.name in names]
    given = overrides(same, {column.name: (column.kind, column.role) for column in same}, before.target is None)
    if is_read_so(table, given):
        return _with_other_units(table, same, before.number)
    try:
        again = read(folder, {**options, **given}, holding, pace)
    except TableError as error:
        read(folder, options, holding, pace)  # the table on disk is to be the plain reading again
        message = f"The corrections of version {before.number} were not taken over. {error.message}"
        table["warnings"].insert(0, {"code": "not_carried", "column": error.column, "message": message})
        return table
    remember_first_reading(again, {column["name"]: column["profile"] for column in table["columns"]})
    return _with_other_units(again, same, before.number)


def _with_other_units(table: dict[str, Any], before: Iterable[Column], number: int) -> dict[str, Any]:
    """Warns of each column of numbers that had another unit, or one at all, beside them in the version before."""
    now = {column["name"]: column for column in table["columns"]}
    for column in before:
        was, here = _unit(column.profile), _unit(now[column.name]["profile"])
        if was and was != here and now[column.name]["kind"] in NUMERIC:
            as_here = f"without {quote(here)}" if here else "as plain numbers"
            message = (
                f"Column {quote(column.name)} was read without {quote(was)} in version {number}, and {as_here} here: "
                "its numbers may mean something else. Look whether they can be compared."
            )
            table["warnings"].insert(0, warning("other_unit", message, column.name, "asks", before=was, now=here))
    return table


def _unit(profile: Mapping[str, Any]) -> str:
    """What stood beside the numbers of a column; "" for nothing but marks between thousands."""
    dress = Dress(**profile.get("dress", {}))
    return " ".join(filter(None, (dress.before, dress.after)))


def lock_dataset_of_reading(reading: int) -> None:
    """As who deletes a dataset does before its versions and their readings go."""
    list(Dataset.objects.select_for_update().filter(versions__reading=reading).values_list("pk"))


def lock_dataset_of_change(change: int) -> None:
    list(Dataset.objects.select_for_update().filter(change=change).values_list("pk"))


def refuse_version(reading: int) -> None:
    """What belongs to a TableReading that has failed: its version keeps the bytes, to be read with other options."""
    state = DatasetVersion.State
    DatasetVersion.objects.being_read().filter(reading=reading).update(state=state.REFUSED)


def is_read_so(table: Mapping[str, Any], given: Mapping[str, Mapping[str, str]]) -> bool:
    found = {column["name"]: column for column in table["columns"]}
    kinds = all(found[name]["kind"] == kind for name, kind in given["kinds"].items())
    return kinds and all(found[name]["role"] == role for name, role in given["roles"].items())


def remember_first_reading(table: Mapping[str, Any], profiles: Mapping[str, Mapping[str, Any]]) -> None:
    """Copies what was detected and suggested at first into a later reading of the same columns."""
    for column in table["columns"]:
        first = profiles[column["name"]]
        column["profile"] |= {key: first[key] for key in ("detected", "suggested") if key in first}


def corrected(
    columns: Iterable[Column], kinds: Mapping[str, str], roles: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """Kind and role of every column after a correction; TableError for what is unknown."""
    now = {column.name: (column.kind, column.role) for column in columns}
    for name in [*kinds, *roles]:
        if name not in now:
            raise TableError(f"There is no column {quote(name)}.", column=name)
    for name, role in roles.items():
        if role not in Column.Role.values:
            raise TableError(f"{quote(role)} is not a role; choose {', '.join(Column.Role.values)}.", column=name)
    return {name: (kinds.get(name, kind), roles.get(name, role)) for name, (kind, role) in now.items()}


def overrides(
    columns: Iterable[Column], chosen: Mapping[str, tuple[str, str]], targetless: bool
) -> dict[str, dict[str, str]]:
    """The options of `read_table` that bring about the chosen kinds and roles; `targetless`: guess no target."""
    kinds, roles = {}, {}
    for column in columns:
        kind, role = chosen[column.name]
        forced = kind != column.profile.get("detected")
        if forced:
            kinds[column.name] = kind
        # A target is guessed among the columns whose role is left open; group and time only where no role is given.
        only = role in (Column.Role.TARGET, Column.Role.GROUP, Column.Role.TIME)
        # A date was once set aside unless somebody said otherwise: in such a version it stays so.
        aside = (kind, role) == (Column.Kind.DATE, Column.Role.IGNORED)
        if forced or targetless or only or aside or role != column.profile.get("suggested"):
            roles[column.name] = role
    return {"kinds": kinds, "roles": roles}
