"""A change of a large dataset, made by a worker: columns corrected, or rows held out; meanwhile all stays as it was."""

from django.db import models

from .dataset import Dataset, DatasetVersion
from .errand import Errand
from .json_field import OrderedJSONField
from .team_rows import TeamRows


class DatasetChangeQuerySet(TeamRows):
    team_path = "dataset__team"


class DatasetChange(Errand):
    """The last one of a dataset: none is asked for while another is under way.

    `version`, `kinds` and `roles`, by column name, say what is corrected; without a version the held-out set becomes
    what `wish` says. `made`: the version as it was corrected, perhaps a new one.
    """

    dataset = models.OneToOneField(Dataset, models.CASCADE, related_name="change")
    version = models.ForeignKey(DatasetVersion, models.CASCADE, null=True, related_name="+")
    kinds = OrderedJSONField(default=dict)
    roles = OrderedJSONField(default=dict)
    wish = models.CharField("held-out set: auto, none or a share", max_length=10, blank=True)
    share = models.FloatField("how much of it is done, 0 to 1", default=0.0)
    column = models.CharField("that does not fit", max_length=200, blank=True)
    made = models.ForeignKey(DatasetVersion, models.SET_NULL, null=True, related_name="+")

    objects = DatasetChangeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"change of {self.dataset}, {self.state}"
