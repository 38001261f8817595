"""Large uploads: stored as they came, to be read by a worker afterwards (reading_job)."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from studies.models import Dataset, DatasetVersion, TableReading, Team, User
from studies.tabular import TableError
from studies.tabular.content import refuse_foreign
from studies.tabular.errors import quote
from studies.tabular.held_out import Wish

from . import errands
from .intake_folder import MAX_FILE_NAME, first_bytes, keep, new_folder, removed_on_failure, write_options, write_upload
from .intake_reading import LONGEST_NAME
from .intake_rows import make_dataset, next_version
from .intake_schema import Schema
from .quota import refuse_without_room
from .store.versions import UPLOAD
from .twins import refuse_newer_twin, refuse_twin

GZIP, PACKED_TIMES = b"\x1f\x8b", 5  # tables shrink to a third to a tenth
UNREAD = {"state": DatasetVersion.State.READING, "rows": 0, "separator": "", "decimal": "", "encoding": ""}


def is_large(size: int) -> bool:
    """Whether a file of so many bytes is read by a worker, after the answer."""
    return size > settings.READING_NOW_MB * 2**20


def is_large_upload(file: File) -> bool:
    """The same for a file at hand; a packed one counts as what it is likely to hold."""
    file.seek(0)
    is_packed = file.read(len(GZIP)) == GZIP
    file.seek(0)
    return is_large(file.size * (PACKED_TIMES if is_packed else 1))


def store_unread(
    team: Team,
    user: User,
    file: File,
    name: str,
    target: str,
    dataset: Dataset | None,
    options: Mapping[str, Any],
    held_out: Wish,
    schema: Schema,
) -> DatasetVersion:
    """The bytes of an upload as a version that waits to be read; what its first bytes tell is refused at once."""
    schema.refuse_unknown()
    if len(target) > LONGEST_NAME:
        raise TableError(f"There is no column {quote(target)} to predict.", column=target)
    with new_folder() as folder:
        digest, size = write_upload(file, folder)
        write_options(options, folder)
        refuse_foreign(first_bytes(folder / UPLOAD))
        refuse_without_room(team.pk, size)
        same = set() if dataset is None else refuse_twin(dataset, digest, options)
        stored = keep(folder)
    file_name = (file.name or "upload")[:MAX_FILE_NAME]
    values = {"file_name": file_name, "file_bytes": size, "content_hash": digest} | stored
    with removed_on_failure(stored["stored_as"]), transaction.atomic():
        version = next_version(dataset or make_dataset(team, user, name), user, values | UNREAD)
        version.save()
        refuse_newer_twin(version.dataset, digest, {*same, version.pk})
        TableReading.objects.create(
            version=version,
            asked_by=user,
            asked_at=timezone.now(),
            target=target,
            kinds=dict(schema.kinds),
            roles=dict(schema.roles),
            wish=str(held_out),
        )
    errands.ring_waiting()
    return version
