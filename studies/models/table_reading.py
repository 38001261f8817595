"""The reading of a large upload, done by a worker while its version waits in state `reading`."""

from django.db import models

from .dataset import DatasetVersion
from .errand import Errand
from .json_field import OrderedJSONField
from .team_rows import TeamRows


class TableReadingQuerySet(TeamRows):
    team_path = "version__dataset__team"


class TableReading(Errand):
    """What was said with the upload, `kinds` and `roles` by column; how it is to be read lies beside its bytes."""

    version = models.OneToOneField(DatasetVersion, models.CASCADE, related_name="reading")
    target = models.CharField("column to predict; empty: guess", max_length=200, blank=True)
    kinds = OrderedJSONField(default=dict)
    roles = OrderedJSONField(default=dict)
    wish = models.CharField("held-out set of a new dataset: auto, none or a share", max_length=10, default="auto")
    share = models.FloatField("how much of it is done, 0 to 1", default=0.0)

    objects = TableReadingQuerySet.as_manager()

    def __str__(self) -> str:
        return f"reading of {self.version}, {self.state}"
