"""Datasets and versions deleted: refused while a study uses them; first the rows go, then their files.

A crash between the two leaves files that nobody refers to (`manage.py tidy`). Drafts take the dataset's lock before
they name a version, and a launch takes the version's: whoever comes second finds what the first one did.
"""

from django.db import transaction
from django.db.models import QuerySet

from studies.models import Dataset, DatasetVersion, Study, User
from studies.plots.numbers import count_of

from .intake_held_out import record
from .intake_rows import lock_version, still_there
from .refused import Refused
from .store import versions

NAMED = 3


def delete_dataset(dataset: Dataset, who: User | None = None) -> None:
    """Removes the dataset, its versions and their files; Refused while a study uses them, Gone the second time."""
    with transaction.atomic():
        dataset = still_there(Dataset.objects.filter(pk=dataset.pk))
        if use := users(Study.objects.filter(dataset_version__dataset=dataset)):
            raise Refused(f"“{dataset.name}” cannot be deleted: {use} its rows.")
        folders = list(dataset.versions.values_list("stored_as", flat=True))
        record(dataset, who, f"deleted the dataset “{dataset}” with {count_of(len(folders), 'version')}")
        dataset.delete()
    for folder in folders:
        versions.remove(folder)


def delete_version(version: DatasetVersion, who: User | None = None) -> None:
    """Removes one version and its files; Refused while a study uses it and where no other one could serve."""
    with transaction.atomic():
        version = lock_version(version)
        if problem := why_kept(version):
            raise Refused(f"Version {version.number} cannot be deleted: {problem}")
        record(version.dataset, who, f"deleted version {version.number} of “{version.dataset}”")
        version.delete()
    versions.remove(version.stored_as)


def why_kept(version: DatasetVersion) -> str:
    """Why a version cannot be deleted, as the rest of a sentence; "" where it can."""
    others = DatasetVersion.objects.filter(dataset=version.dataset_id).exclude(pk=version.pk)
    if version.state == DatasetVersion.State.READY:
        others = others.ready()
    if not others.exists():
        return "it is the only one. Delete the dataset instead."
    use = users(Study.objects.filter(dataset_version=version))
    return f"{use} its rows." if use else ""


def users(studies: QuerySet) -> str:
    """Such as "the study “Forest” rests on", with the names of the first ones; "" where there is none."""
    found = studies.without_audits()
    names = list(found.order_by("-pk").values_list("name", flat=True)[: NAMED + 1])
    if not names:
        return ""
    if len(names) == 1:
        return f"the study “{names[0]}” rests on"
    more = found.count() - len(names[:NAMED])
    shown = ", ".join(f"“{name}”" for name in names[:NAMED])
    return f"the studies {shown}{f' and {more:,} more' if more else ''} rest on"
