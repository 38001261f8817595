"""The model of a trial, fitted on all rows and stored as a .skops file: wanted, being fitted, there or failed."""

from pathlib import Path

from django.core.files.storage import storages
from django.db import models

from .errand import Errand, ErrandState
from .team_rows import TeamRows
from .trial import Trial


class ModelFileQuerySet(TeamRows):
    team_path = "trial__study__team"


class ModelFile(Errand):
    trial = models.OneToOneField(Trial, models.CASCADE, related_name="model_file")
    size = models.PositiveBigIntegerField("bytes", default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = ModelFileQuerySet.as_manager()

    def __str__(self) -> str:
        return f"model of {self.trial}, {self.state}"

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
        return self.state == ErrandState.COMPLETE and storages["models"].exists(self.file_name)
