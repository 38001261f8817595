"""Versions made anew: their files lie in the storage before the rows are pointed to them, in one transaction.

A crash leaves files that nobody refers to; whoever has read a table in vain, or has replaced one, removes them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import transaction

from studies.models import DatasetVersion, User
from studies.tabular import TableError

from .intake_held_out import Holding, check_same, held_out_fields, record, remember_draw
from .intake_rows import add_version, lock_version, write_schema
from .store import versions

CORRECTED_MEANWHILE = "Somebody else has corrected these columns in the meantime. Open the page anew and look."


class Remade(Protocol):
    @property
    def folders(self) -> list[str]:
        """Those in the storage that were made, and those whose place they are to take."""

    def write(self, who: User | None) -> Any:
        """Within a transaction, its locks taken first. TableError when the dataset has changed since it was read."""


@dataclass(frozen=True)
class ReadAgain:
    """One version as its bytes were read anew, `by` what; `stored`: its fields that name what was kept."""

    version: DatasetVersion
    table: Mapping[str, Any]
    holding: Holding
    stored: Mapping[str, Any]
    by: str

    @property
    def folders(self) -> list[str]:
        return [self.version.stored_as, self.stored["stored_as"]]

    def write(self, who: User | None) -> DatasetVersion:
        """The version, or a new one where a launched study rests on it."""
        # Locked: no study is launched on it between the question and the change (SQLite has one writer at a time).
        version = lock_version(self.version)
        if version.stored_as != self.version.stored_as or (version.is_used and self.holding.draws):
            raise TableError(CORRECTED_MEANWHILE)
        if version.is_used:
            return add_version(version.dataset, who, same_upload(version) | self.stored, self.table, self.holding)
        check_same(version.dataset, self.holding)
        for name, value in (self.stored | held_out_fields(self.table)).items():
            setattr(version, name, value)
        write_schema(version, self.table)
        if self.holding.draws and remember_draw(version, self.holding.wish, self.table, who) is None:
            record(version.dataset, who, f"dissolved the held-out set of “{version.dataset}” by {self.by}")
        return version


def put_in_place(remade: Remade, who: User | None) -> Any:
    """What `write` answers."""
    try:
        with transaction.atomic():
            return remade.write(who)
    finally:
        remove_unnamed(remade.folders)


def remove_unnamed(folders: Iterable[str]) -> None:
    """Removes from the storage whichever of these folders no version names."""
    folders = list(folders)
    named = set(DatasetVersion.objects.filter(stored_as__in=folders).values_list("stored_as", flat=True))
    for name in folders:
        if name not in named:
            versions.remove(name)


def same_upload(version: DatasetVersion) -> dict[str, Any]:
    """The fields that say which bytes a version is."""
    return {field: getattr(version, field) for field in ("file_name", "file_bytes", "content_hash")}
