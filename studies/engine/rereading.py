"""The stored bytes read again with other options, without a new upload."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from studies.models import DatasetVersion, ErrandState, TableReading, User
from studies.tabular import TableError

from . import errands
from .intake import options_said, shared
from .intake_folder import keep, new_folder, refused_when_away, removed_on_failure, write_options
from .intake_held_out import holding_for_reread
from .intake_reading import first_reading, with_earlier_corrections
from .intake_rows import Gone, lock_version, next_version
from .intake_unread import UNREAD, is_large
from .refused import Refused
from .remade import CORRECTED_MEANWHILE, ReadAgain, put_in_place, same_upload
from .store import versions

NOT_YET = "The table is being read. Wait until it is there, or delete the version."


def reread(
    version: DatasetVersion, user: User, options: Mapping[str, Any], target: str | None = None
) -> DatasetVersion:
    """Reads the version's bytes with these options in place of those that were said before; what people corrected, and
    what words of single columns mean where `read_as` is not among the options, stays where the columns are still there,
    unless `target` names the column to predict.

    A version that a launched study rests on stays as it is: the same bytes become a new one. A large file is read by a
    worker: a refused version waits for it again, any other becomes a new one. Raises TableError when the file cannot be
    read so, Refused while it is being read, Gone when the dataset was deleted meanwhile.
    """
    if version.state == DatasetVersion.State.READING:
        raise Refused(NOT_YET)
    with refused_when_away():
        before = versions.reading_options(version)
    said = options_said({"read_as": before.get("read_as"), **options})
    if version.is_ready and target is None and said == before:
        return version
    if not version.is_ready:
        return _wait_again(version, user, said, target or "")
    if is_large(version.file_bytes):
        return _as_new_unread(version, user, said, target or "")
    return _now(version, user, said, target)


def _now(version: DatasetVersion, user: User, options: Mapping[str, Any], target: str | None) -> DatasetVersion:
    with holding_for_reread(version) as holding, new_folder() as folder:
        _share(version, folder, options)
        table = first_reading(folder, options, target, holding)
        if target is None:
            table = with_earlier_corrections(folder, options, table, version, holding)
        again = ReadAgain(version, table, holding, keep(folder), "reading it again")
    return put_in_place(again, user)


def _as_new_unread(version: DatasetVersion, user: User, options: Mapping[str, Any], target: str) -> DatasetVersion:
    stored = _kept_again(version, options)
    with removed_on_failure(stored["stored_as"]), transaction.atomic():
        new = next_version(version.dataset, user, same_upload(version) | stored | UNREAD)
        new.save()
        TableReading.objects.create(version=new, asked_by=user, asked_at=timezone.now(), target=target)
    errands.ring_waiting()
    return new


def _wait_again(version: DatasetVersion, user: User, options: Mapping[str, Any], target: str) -> DatasetVersion:
    """A refused version, whose bytes lie in a folder with other options from now on."""
    stored = _kept_again(version, options)
    with removed_on_failure(stored["stored_as"]), transaction.atomic():
        seen, version = version.stored_as, lock_version(version)
        if version.stored_as != seen or version.state != DatasetVersion.State.REFUSED:
            raise TableError(CORRECTED_MEANWHILE)
        version.stored_as, version.state = stored["stored_as"], DatasetVersion.State.READING
        version.save(update_fields=["stored_as", "state"])
        waits = TableReading.objects.filter(version=version, state=ErrandState.FAILED)
        if not errands.want_again(waits, user, target=target, kinds={}, roles={}, share=0.0):
            raise TableError(CORRECTED_MEANWHILE)
    versions.remove(seen)
    errands.ring_waiting()
    return version


def _kept_again(version: DatasetVersion, options: Mapping[str, Any]) -> dict[str, Any]:
    """The version's bytes under a second name in the storage, with these options beside them."""
    with new_folder() as folder:
        _share(version, folder, options)
        return keep(folder)


def _share(version: DatasetVersion, folder: Any, options: Mapping[str, Any]) -> None:
    if not shared(version, folder):
        raise TableError(CORRECTED_MEANWHILE) if DatasetVersion.objects.filter(pk=version.pk).exists() else Gone
    (folder / versions.OPTIONS).unlink(missing_ok=True)  # a second name of the version's own file
    write_options(options, folder)
