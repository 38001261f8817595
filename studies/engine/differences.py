"""What changed between two versions of a dataset: found at once where both are small, else asked of a worker; kept.

Held-out rows are in neither table. What is kept is shown only while both versions have the files that were compared:
reading, correcting and drawing a held-out set give a version new ones.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from studies.models import DatasetVersion, ErrandState, User, VersionDifference
from studies.tabular import StoredTable
from studies.tabular.difference import difference

from . import errands
from .patience import unless_away
from .store.cache import table_path

MOST_CELLS = 300_000  # of the larger table: about 0.15 s
MOST_BYTES = 20 * 10**6
KEPT = 200  # columns, the most moved ones
RECIPE = "1"  # to be raised when `difference` tells something else than before: then all are compared anew


def stamp_of(before: DatasetVersion, after: DatasetVersion) -> str:
    return f"{RECIPE} {before.stored_as} {after.stored_as}"


def is_small(*versions: DatasetVersion) -> bool:
    """Whether they can be compared while somebody waits."""
    return all(
        version.rows * len(version.columns.all()) <= MOST_CELLS
        and max(version.file_bytes, version.table_bytes) <= MOST_BYTES
        for version in versions
    )


def known(before: DatasetVersion, after: DatasetVersion) -> VersionDifference | None:
    """What is known of these two as they are now, or on its way; None where nobody has asked."""
    row = VersionDifference.objects.filter(before=before, after=after).first()
    return row if row is not None and row.is_of(stamp_of(before, after)) else None


def compare_now(before: DatasetVersion, after: DatasetVersion) -> dict[str, Any]:
    """What `compare_files` tells of two small versions, and kept. OSError when their tables cannot be had."""
    found = compare_files(str(table_path(before)), str(table_path(after)))
    values = errands.done(stamp=stamp_of(before, after), found=found, share=1.0) | {"asked_at": timezone.now()}
    row = VersionDifference(before=before, after=after, **values)
    # Kept for the next look, if it can be: a version may be deleted in this moment, and a database be busy.
    with unless_away(), suppress(IntegrityError), transaction.atomic():
        VersionDifference.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["before", "after"], update_fields=list(values)
        )
    return found


def ask(before: DatasetVersion, after: DatasetVersion, who: User | None) -> None:
    """Have a worker compare them, unless it was done or is being done."""
    with suppress(IntegrityError), transaction.atomic():  # a version that is deleted in this moment needs none
        _want(before, after, who)
    errands.ring_waiting()


def ask_after_reading(after: DatasetVersion) -> None:
    """Have a large version compared with the one before, in the transaction that makes it ready."""
    older = after.dataset.versions.ready().filter(number__lt=after.number)
    before = older.order_by("-number").first()
    if before is not None and not is_small(before, after):
        _want(before, after, after.created_by)


def _want(before: DatasetVersion, after: DatasetVersion, who: User | None) -> None:
    asked = {"asked_by": who, "asked_at": timezone.now()}
    row, is_new = VersionDifference.objects.get_or_create(before=before, after=after, defaults=asked)
    if not is_new:
        done = {"state": ErrandState.COMPLETE, "stamp": stamp_of(before, after)}
        errands.want_again(VersionDifference.objects.filter(pk=row.pk).exclude(**done), who, found=None, share=0.0)


def compare_files(before: str, after: str, on_column: Callable[[float], None] = lambda share: None) -> dict[str, Any]:
    """What `difference` tells of two stored tables, with the most moved columns; `hidden`: how many more there are."""
    with StoredTable(before) as one, StoredTable(after) as other:
        found = difference(one, other, on_column)
    columns = found["columns"]
    return found | {"columns": columns[:KEPT], "hidden": max(0, len(columns) - KEPT)}
