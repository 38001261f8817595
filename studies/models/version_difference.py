"""What changed between two versions of a dataset, row by row, as it was found once: pages show it without the tables.

A large pair is compared by a worker, a small one by whoever looks first.
"""

from django.db import models

from .dataset import DatasetVersion
from .errand import Errand, ErrandState
from .json_field import OrderedJSONField
from .team_rows import TeamRows


class VersionDifferenceQuerySet(TeamRows):
    team_path = "after__dataset__team"


class VersionDifference(Errand):
    """`found` holds for the files that `stamp` names, and for no others: a version that was read anew has new ones."""

    before = models.ForeignKey(DatasetVersion, models.CASCADE, related_name="+")
    after = models.ForeignKey(DatasetVersion, models.CASCADE, related_name="differences")
    stamp = models.CharField("which files were compared, and how", max_length=140, blank=True)
    found = OrderedJSONField("as engine/differences.py tells it", null=True, blank=True)
    share = models.FloatField("how much of it is done, 0 to 1", default=0.0)

    objects = VersionDifferenceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["before", "after"], name="versions_compared_once")]

    def __str__(self) -> str:
        return f"difference of version {self.before_id} to {self.after_id}, {self.state}"

    def is_of(self, stamp: str) -> bool:
        """Whether it tells of these files, or is going to."""
        return self.is_under_way or self.stamp == stamp

    @property
    def is_there(self) -> bool:
        return self.state == ErrandState.COMPLETE
