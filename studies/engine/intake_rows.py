"""The rows of datasets and versions, written under the dataset's lock once their files are in the storage.

Whoever locks several rows takes the dataset's first, then the version's, its reading's and the team's: two who go about
it in different orders would wait for each other for ever.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from studies.models import Column, Dataset, DatasetVersion, Team, User
from studies.tabular import TableError
from studies.tabular.header import INVISIBLE

from .intake_held_out import Holding, check_first, check_same, held_out_fields
from .quota import claim

MAX_NAME = 120


class NameRefused(TableError):
    """The name of the dataset is at fault, not the file."""


class Gone(Exception):
    """Somebody deleted the dataset in the meantime."""

    def __init__(self) -> None:
        super().__init__("The dataset was deleted in the meantime.")


def free_name(team: Team, name: str) -> str:
    """The name without blanks around it; NameRefused when it cannot serve or the team has such a dataset."""
    name = unicodedata.normalize("NFC", name.strip())
    if not name:
        raise NameRefused("The dataset needs a name.")
    if len(name) > MAX_NAME:
        raise NameRefused(f"The name has {len(name):,} characters; the limit is {MAX_NAME}.")
    if INVISIBLE.search(name):
        raise NameRefused("The name holds an invisible character. Type it anew.")
    if Dataset.objects.filter(team=team, name=name).exists():
        raise name_taken(name)
    return name


def name_taken(name: str) -> NameRefused:
    return NameRefused(f"The team has a dataset called “{name}” already. Choose another name, or add a version to it.")


def make_dataset(team: Team, user: User, name: str) -> Dataset:
    try:
        with transaction.atomic():
            return Dataset.objects.create(team=team, name=name, created_by=user)
    except IntegrityError as error:
        # Somebody was faster while this upload was being read.
        raise name_taken(name) from error


def add_version(
    dataset: Dataset, user: User, values: Mapping[str, Any], table: Mapping[str, Any], holding: Holding
) -> DatasetVersion:
    """The next version, as it was read."""
    version = next_version(dataset, user, {**values, **held_out_fields(table)})
    check_same(version.dataset, holding)
    check_first(version.dataset, holding)
    write_schema(version, table)
    return version


def next_version(dataset: Dataset, user: User, values: Mapping[str, Any]) -> DatasetVersion:
    """Not saved yet; numbered under the dataset's lock. A report may name a version that was deleted since: no other
    one gets its number."""
    dataset = still_there(Dataset.objects.filter(pk=dataset.pk))
    claim(dataset.team_id, values["file_bytes"] + values.get("table_bytes", 0))
    dataset.last_number += 1
    dataset.save(update_fields=["last_number"])
    return DatasetVersion(dataset=dataset, number=dataset.last_number, created_by=user, **values)


def lock_version(version: DatasetVersion) -> DatasetVersion:
    """The version as it is now, locked with its dataset until the transaction ends; Gone when it was deleted."""
    dataset = still_there(Dataset.objects.filter(pk=version.dataset_id))
    locked = still_there(DatasetVersion.objects.filter(pk=version.pk))
    locked.dataset = dataset
    return locked


def still_there(row: QuerySet[Any]) -> Any:
    """The row, locked until the transaction ends; Gone when somebody deleted it meanwhile."""
    found = row.select_for_update().first()
    if found is None:
        raise Gone
    return found


def write_schema(version: DatasetVersion, table: Mapping[str, Any]) -> None:
    """Saves the version with what the reading told, and its columns anew."""
    for field in ("rows", "separator", "decimal", "encoding", "warnings", "preview"):
        setattr(version, field, table[field])
    version.task = table["task"] or ""
    version.save()
    version.columns.all().delete()
    Column.objects.bulk_create(
        Column(version=version, position=position, **column) for position, column in enumerate(table["columns"])
    )
