"""How much a team may store: the uploaded bytes, and the typed tables made of them, of all versions of its datasets.

An upload is looked at by its announced length, by its bytes before they are read, and once more in the transaction
that stores it, under the team's lock: of uploads at the same moment only those pass that fit together. So is the table
that a worker has read from an upload which was stored before.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, F, Sum

from studies.models import Dataset, DatasetVersion, Team
from studies.tabular import TableError
from studies.tabular.errors import counted, quote

MB = 10**6
ENVELOPE = 2**13  # bytes of a request that are no file: boundaries, names of fields, their values
NAMED = 3
NOTHING_STORED = "Nothing was stored."
BYTES = F("file_bytes") + F("table_bytes")


class OverQuota(TableError):
    """The team's storage has no room for it; the message says what takes the room."""


@dataclass(frozen=True)
class Storage:
    """used, limit: bytes; limit is 0 where there is none."""

    used: int
    limit: int

    def has_room(self, more: int) -> bool:
        return not self.limit or self.used + more <= self.limit

    @property
    def share(self) -> float:
        """How full it is, 0 to 1."""
        return min(1.0, self.used / self.limit) if self.limit else 0.0

    @property
    def words(self) -> str:
        """Such as "4,120 MB of 10,000 MB"."""
        return f"{in_mb(self.used)} of {in_mb(self.limit)}" if self.limit else in_mb(self.used)


def storage_of(team_id: int) -> Storage:
    """What the team has stored, in one query."""
    versions = DatasetVersion.objects.filter(dataset__team=team_id)
    return Storage(versions.aggregate(used=Sum(BYTES))["used"] or 0, settings.TEAM_STORAGE_MB * MB)


def refuse_without_room(team_id: int, more: int, outcome: str = NOTHING_STORED) -> None:
    """Raises OverQuota where `more` bytes do not fit; `outcome` is the sentence on what became of the upload."""
    storage = storage_of(team_id)
    if not storage.has_room(more):
        raise OverQuota(_refusal(team_id, storage, more, outcome))


def refuse_announced(team_id: int, content_length: str | None) -> None:
    """Before the body of a request is read: raises OverQuota where it cannot fit. The header as it was sent, if so."""
    announced = int(content_length) if content_length and content_length.isdecimal() else 0
    refuse_without_room(team_id, max(0, announced - ENVELOPE))


def claim(team_id: int, more: int, outcome: str = NOTHING_STORED) -> None:
    """The same within the transaction that stores these bytes; the team is locked until its end.

    SQLite has one writer at a time. Rows that refer to the team are not held up.
    """
    list(Team.objects.select_for_update(no_key=True).filter(pk=team_id).values_list("pk"))
    refuse_without_room(team_id, more, outcome)


def _refusal(team_id: int, storage: Storage, more: int, outcome: str) -> str:
    total = Sum(F("versions__file_bytes") + F("versions__table_bytes"))
    largest = Dataset.objects.filter(team=team_id).annotate(bytes=total).filter(bytes__gt=0).order_by("-bytes")
    named = [f"{quote(row.name)} ({in_mb(row.bytes)})" for row in largest[:NAMED]]
    what = [f"the largest datasets are {', '.join(named)}"] if named else []
    versions = DatasetVersion.objects.filter(dataset__team=team_id, studies=None)
    unused = versions.aggregate(n=Count("pk"), bytes=Sum(BYTES))
    if unused["n"]:
        takes = "takes" if unused["n"] == 1 else "take"
        what.append(f"{counted(unused['n'], 'version')} that no study uses {takes} {in_mb(unused['bytes'])}")
    advice = f" Delete what is no longer needed: {'; '.join(what)}." if what else ""
    return (
        f"The team’s storage has no room for {in_mb(more)} more: {in_mb(storage.used)} of {in_mb(storage.limit)} are "
        f"used. {outcome}{advice}"
    )


def in_mb(count: int) -> str:
    """Bytes as people read a limit: "9,812 MB", "0.4 MB"."""
    return f"{count / MB:,.0f} MB" if count >= 10 * MB else f"{max(0.1, count / MB):.1f} MB"
