"""A named table, its immutable versions and their columns."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db import models

from .json_field import OrderedJSONField
from .team import Team
from .team_rows import TeamRows


class DatasetQuerySet(TeamRows):
    pass


class Dataset(models.Model):
    team = models.ForeignKey(Team, models.CASCADE, related_name="datasets")
    name = models.CharField(max_length=120)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_number = models.PositiveIntegerField("of the newest version there ever was: none is used twice", default=0)

    objects = DatasetQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="dataset_name_once_per_team")]

    def __str__(self) -> str:
        return self.name

    @property
    def latest(self) -> "DatasetVersion | None":
        """The newest version that has been read; None while the first one is not."""
        return self.versions.ready().order_by("-number").first()

    @property
    def held_out_set(self) -> Any:
        """The HeldOutSet, or None."""
        return getattr(self, "held_out", None)

    def seen_since(self) -> datetime | None:
        """When the first study on its rows was launched; None while none was."""
        launched = self.versions.filter(studies__launched_at__isnull=False)
        return launched.aggregate(first=models.Min("studies__launched_at"))["first"]


class VersionQuerySet(TeamRows):
    team_path = "dataset__team"

    def ready(self) -> "VersionQuerySet":
        return self.filter(state=DatasetVersion.State.READY)

    def being_read(self) -> "VersionQuerySet":
        return self.filter(state=DatasetVersion.State.READING)

    def latest_of_each(self) -> "VersionQuerySet":
        """The newest that has been read, or the newest of all where none has."""
        is_ready = models.Case(models.When(state=DatasetVersion.State.READY, then=1), default=0)
        of_dataset = DatasetVersion.objects.filter(dataset=models.OuterRef("dataset"))
        newest = of_dataset.order_by(is_ready.desc(), "-number").values("pk")[:1]
        return self.filter(pk=models.Subquery(newest))


class DatasetVersion(models.Model):
    """One upload, as read with one schema. The rows never change; the schema only while no launched study uses it.

    A large one is `reading` until a worker has read it (TableReading); then it is `ready`, or `refused` with its bytes
    kept, to be read again with other options. Only a ready version has rows and columns.
    """

    class State(models.TextChoices):
        READING = "reading"
        READY = "ready"
        REFUSED = "refused"

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    file_name = models.CharField(max_length=255)
    file_bytes = models.PositiveBigIntegerField()
    content_hash = models.CharField("SHA-256 of the uploaded bytes", max_length=64, db_index=True)
    stored_as = models.CharField("folder in the storage of the datasets", max_length=64, unique=True)
    table_bytes = models.PositiveBigIntegerField("of the stored typed files; 0 in older versions", default=0)
    table_hash = models.CharField("SHA-256 of the stored table; empty until it is fetched", max_length=64, blank=True)
    rows = models.PositiveIntegerField("without those of the held-out set")
    held_out_rows = models.PositiveIntegerField(default=0)
    held_out_gone = models.PositiveIntegerField("rows of the set that the version before had", default=0)
    held_out_hash = models.CharField("SHA-256 of the stored held-out rows", max_length=64, blank=True)
    separator = models.CharField(max_length=1)
    decimal = models.CharField(max_length=1)
    encoding = models.CharField(max_length=20)
    warnings = OrderedJSONField(default=list)
    preview = OrderedJSONField(default=list)
    task = models.CharField(max_length=20, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "number"], name="version_number_once")]

    def __str__(self) -> str:
        return f"{self.dataset} v{self.number}"

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def upload_path(self) -> Path:
        """The uploaded bytes as they came, where the storage is a folder; the name is ours, never the person's."""
        return Path(storages["datasets"].path(f"{self.stored_as}/upload"))

    @property
    def table_path(self) -> Path:
        """The typed columns that workers read, where the storage is a folder."""
        return Path(storages["datasets"].path(f"{self.stored_as}/table.npz"))

    @property
    def is_used(self) -> bool:
        """Whether a launched study rests on this version."""
        return self.studies.exclude(state="draft").exists()

    @property
    def all_rows(self) -> int:
        """Rows of the file, those of the held-out set included."""
        return self.rows + self.held_out_rows

    @property
    def target(self) -> "Column | None":
        return self._only(Column.Role.TARGET)

    @property
    def group(self) -> "Column | None":
        """The column whose equal values say which rows belong together."""
        return self._only(Column.Role.GROUP)

    @property
    def time(self) -> "Column | None":
        """The column that says when each row was."""
        return self._only(Column.Role.TIME)

    def _only(self, role: str) -> "Column | None":
        return next((column for column in self.columns.all() if column.role == role), None)

    @property
    def features(self) -> "list[Column]":
        return [column for column in self.columns.all() if column.role == Column.Role.FEATURE]


class Column(models.Model):
    class Kind(models.TextChoices):
        NUMBER = "number", "Number"
        INTEGER = "integer", "Integer"
        CATEGORY = "category", "Category"
        BOOLEAN = "boolean", "Boolean"
        DATE = "date", "Date"
        TEXT = "text", "Text"
        ID = "id", "Id"

    class Role(models.TextChoices):
        FEATURE = "feature", "Feature"
        TARGET = "target", "Target"
        GROUP = "group", "Group"
        TIME = "time", "Time"
        IGNORED = "ignored", "Ignored"

    version = models.ForeignKey(DatasetVersion, models.CASCADE, related_name="columns")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    role = models.CharField(max_length=10, choices=Role.choices)
    why = models.CharField("why this kind and role", max_length=300, blank=True)
    profile = OrderedJSONField(default=dict)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["version", "name"], name="column_name_once_per_version")]

    def __str__(self) -> str:
        return self.name

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "kind": self.kind, "role": self.role}
