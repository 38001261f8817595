"""The same bytes uploaded again: said before anything is made of them, rather than stored as a version of no news."""

from collections.abc import Collection, Mapping
from typing import Any

from studies.models import Dataset, DatasetVersion
from studies.tabular import TableError

from .intake_folder import refused_when_away
from .store import versions


class SameBytes(TableError):
    """The dataset has these bytes, read in the same way, as `version`."""

    def __init__(self, version: DatasetVersion) -> None:
        super().__init__(
            f"These are the bytes of version {version.number}, to be read in the same way. Nothing was stored: use "
            "that version, or say what is to be read differently."
        )
        self.version = version


def refuse_twin(dataset: Dataset, digest: str, said: Mapping[str, Any]) -> set[int]:
    """Raises SameBytes where a version of the dataset holds the bytes and was read as `said`.

    Else the keys of those that hold the bytes and were read otherwise, for `refuse_newer_twin`.
    """
    same = list(_same(dataset, digest))
    for version in same:
        with refused_when_away():
            read_so = versions.reading_options(version) == dict(said)
        if read_so:
            raise SameBytes(version)
    return {version.pk for version in same}


def refuse_newer_twin(dataset: Dataset, digest: str, known: Collection[int]) -> None:
    """Under the dataset's lock: raises SameBytes where the bytes were stored while this upload was being read."""
    newer = _same(dataset, digest).exclude(pk__in=known).first()
    if newer is not None:
        raise SameBytes(newer)


def _same(dataset: Dataset, digest: str) -> Any:
    rows = DatasetVersion.objects.filter(dataset=dataset, content_hash=digest)
    return rows.exclude(state=DatasetVersion.State.REFUSED).order_by("-number")
