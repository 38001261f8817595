"""The RQ job that reads a large upload, in the same child process as a small one: its version becomes ready, or is
refused with the reason, and keeps its bytes.

What is read goes into the storage under a new name before the rows are pointed to it in one transaction, under
conditions: a worker that dies leaves at most files that nobody refers to, and two that read the same leave one result.
"""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from studies.engine import errands
from studies.engine.differences import ask_after_reading
from studies.engine.intake_folder import keep, new_folder, read_options, share_upload
from studies.engine.intake_held_out import (
    Holding,
    check_first,
    check_same,
    held_out_fields,
    holding_for_upload,
    remember_draw,
    wish_of,
)
from studies.engine.intake_reading import Pace, first_reading, refuse_version, with_earlier_corrections
from studies.engine.intake_rows import write_schema
from studies.engine.intake_schema import Schema, with_said_schema
from studies.engine.long_reading import Telling, Withdrawn, outcome_of
from studies.engine.quota import OverQuota, claim
from studies.engine.remade import remove_unnamed
from studies.models import DatasetVersion, ErrandState, TableReading
from studies.tabular import TableError

NO_ROOM_FOR_TABLE = "The uploaded file is kept, its table is not: have it read again when there is room."


@dataclass
class Reading:
    """What one worker has read, from the claim until the rows are written."""

    reading: int  # the errand's key
    is_refused: bool = False
    table: dict[str, Any] = field(default_factory=dict)
    holding: Holding = field(default_factory=Holding)
    stored: dict[str, Any] = field(default_factory=dict)  # fields of the version that name what was kept
    before: str = ""  # the folder that the version had

    def do(self, errand: TableReading, beat: errands.Beat) -> errands.Values | None:
        """Read it, and keep what was read; None when the worker is being stopped."""
        values = outcome_of(lambda: self._read(errand, beat))
        self.is_refused = values is not None and values["state"] == ErrandState.FAILED
        return values

    def _read(self, errand: TableReading, beat: errands.Beat) -> None:
        version = self._versions().select_related("dataset").first()
        if version is None:
            raise Withdrawn
        latest = version.dataset.latest
        pace = Pace(settings.READING_JOB_SECONDS, Telling(beat))
        said = Schema(errand.kinds, errand.roles)
        times = 1 + bool(latest) + bool(said)
        first, *more = (pace.between(part / times, (part + 1) / times) for part in range(times))
        wish, digest = wish_of(errand.wish), version.content_hash
        with holding_for_upload(version.dataset, wish, digest) as self.holding, new_folder() as folder:
            if not share_upload(version.stored_as, folder):
                raise FileNotFoundError(f"{version.stored_as} holds no upload")
            options, target = read_options(folder), errand.target or None
            self.table = first_reading(folder, options, target, self.holding, first)
            if target is None:
                self.table = with_earlier_corrections(folder, options, self.table, latest, self.holding, *more[:1])
            if said:
                self.table = with_said_schema(folder, options, self.table, said, self.holding, more[-1])
            self.before, self.stored = version.stored_as, keep(folder)

    def also(self) -> None:
        """Write the version, in the transaction that ends the errand."""
        if self.is_refused:
            refuse_version(self.reading)
        elif self.stored:
            self._write(self._versions().select_related("dataset", "created_by").get())

    def _write(self, version: DatasetVersion) -> None:
        errand = TableReading.objects.filter(pk=self.reading)
        try:
            claim(version.dataset.team_id, self.stored["table_bytes"], NO_ROOM_FOR_TABLE)
            check_same(version.dataset, self.holding)
            check_first(version.dataset, self.holding)
        except OverQuota as error:
            errand.update(**errands.failed(error.message))
            refuse_version(self.reading)
            return
        except TableError:  # the held-out set has changed since: it is read once more
            errand.update(**errands.WAITS)
            return
        values = self.stored | held_out_fields(self.table) | {"state": DatasetVersion.State.READY}
        for name, value in values.items():
            setattr(version, name, value)
        write_schema(version, self.table)
        if self.holding.draws:
            remember_draw(version, self.holding.wish, self.table, version.created_by)
        ask_after_reading(version)

    def tidy(self) -> None:
        """Remove whichever of the two folders the version does not name."""
        remove_unnamed([name for name in (self.before, self.stored.get("stored_as")) if name])

    def _versions(self) -> QuerySet[DatasetVersion]:
        return DatasetVersion.objects.being_read().filter(reading=self.reading)


def run_reading(pk: int) -> None:
    """Read one upload. May be delivered never, once or five times: the claim decides."""
    reading = Reading(pk)
    try:
        errands.perform(TableReading, pk, reading.do, reading.also)
    finally:
        reading.tidy()
