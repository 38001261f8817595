"""The model of a trial, fitted on all rows and stored as a .skops file: wanted, being fitted, there or failed."""

from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages
from django.db import models

from .team_rows import TeamRows
from .trial import Trial


class ModelFileState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    COMPLETE = "complete", "Complete"
    FAILED = "failed", "Failed"


class ModelFileQuerySet(TeamRows):
    team_path = "trial__study__team"


class ModelFile(models.Model):
    trial = models.OneToOneField(Trial, models.CASCADE, related_name="model_file")
    state = models.CharField(max_length=10, choices=ModelFileState.choices, default=ModelFileState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    beat = models.PositiveIntegerField("raised while it is fitted, as a sign of life", default=0)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    rung_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    worker = models.CharField("that took it up", max_length=100, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    size = models.PositiveBigIntegerField("bytes", default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    error = models.CharField(max_length=500, blank=True)

    objects = ModelFileQuerySet.as_manager()

    def __str__(self) -> str:
        return f"model of {self.trial}, {self.state}"

    @property
    def is_under_way(self) -> bool:
        return self.state in {ModelFileState.WAITING, ModelFileState.RUNNING}

    @property
    def file_name(self) -> str:
        """In the storage of the models."""
        return f"trial-{self.trial_id}.skops"

    @property
    def path(self) -> Path:
        """Where the storage is a folder."""
        return Path(storages["models"].path(self.file_name))

    @property
    def is_there(self) -> bool:
        """A backup holds no models: they can be made again."""
        return self.state == ModelFileState.COMPLETE and storages["models"].exists(self.file_name)
