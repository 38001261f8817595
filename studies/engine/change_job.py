"""The RQ job that makes a change of a large dataset: columns corrected, or rows held out.

The versions are read again into the storage under new names; then the rows are pointed to these in the transaction that
ends the errand. A worker that dies leaves the old ones whole, and two that do the same leave one result.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from studies.engine import errands, held_out
from studies.engine.intake import read_corrected
from studies.engine.intake_held_out import wish_of
from studies.engine.intake_reading import Pace, corrected
from studies.engine.intake_rows import Gone
from studies.engine.long_reading import Telling, Withdrawn, outcome_of
from studies.engine.refused import Refused
from studies.engine.remade import Remade, remove_unnamed
from studies.models import Dataset, DatasetChange, DatasetVersion, User
from studies.tabular import TableError


@dataclass
class Change:
    """What one worker does, from the claim until the rows are written."""

    change: int  # the errand's key
    who: User | None = None
    remade: Remade | None = None

    def do(self, errand: DatasetChange, beat: errands.Beat) -> errands.Values | None:
        self.who = errand.asked_by
        return outcome_of(lambda: self._read(errand, Telling(beat)))

    def _read(self, errand: DatasetChange, telling: Telling) -> None:
        dataset = Dataset.objects.filter(change=errand.pk).first()
        if dataset is None:
            raise Withdrawn
        pace = Pace(settings.READING_JOB_SECONDS, telling)
        if errand.version is None:
            self.remade = held_out.redraw(dataset, wish_of(errand.wish), pace)
            return
        try:
            chosen = corrected(errand.version.columns.all(), errand.kinds, errand.roles)
            self.remade = read_corrected(errand.version, chosen, pace)
        except TableError as error:
            telling.beat(column=(error.column or "")[:200])
            raise

    def also(self) -> None:
        """Write the rows, in the transaction that ends the errand; a dataset that has changed since stays as it is."""
        if self.remade is None:
            return
        rows = DatasetChange.objects.filter(pk=self.change)
        try:
            with transaction.atomic():
                made = self.remade.write(self.who)
        except (TableError, Refused, Gone) as error:
            rows.update(**errands.failed(str(error)))
        else:
            rows.update(made=made if isinstance(made, DatasetVersion) else None)

    def tidy(self) -> None:
        if self.remade is not None:
            remove_unnamed(self.remade.folders)


def run_change(pk: int) -> None:
    """Make one change. May be delivered never, once or five times: the claim decides."""
    change = Change(pk)
    try:
        errands.perform(DatasetChange, pk, change.do, change.also)
    finally:
        change.tidy()
