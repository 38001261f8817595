"""Rows of a dataset that no study sees: how they were chosen, by whom, and since when they can no longer be changed."""

from typing import Any

from django.conf import settings
from django.db import models

from .dataset import Dataset
from .team_rows import TeamRows


class HeldOutSetQuerySet(TeamRows):
    team_path = "dataset__team"


class HeldOutSet(models.Model):
    """One per dataset. The rows themselves lie beside each version's table, in a file of their own."""

    class How(models.TextChoices):
        STRATIFIED = "stratified", "Each class by its share"
        RANDOM = "random", "At random"
        GROUP = "group", "Whole groups"
        TIME = "time", "The latest rows"

    dataset = models.OneToOneField(Dataset, models.CASCADE, related_name="held_out")
    how = models.CharField(max_length=10, choices=How.choices)
    wish = models.CharField("auto, or the share that was wanted", max_length=10)
    rows = models.PositiveIntegerField("in the version that it was drawn from")
    version_number = models.PositiveIntegerField("of the version that it was drawn from")
    why = models.CharField("how it was drawn, in a sentence", max_length=300)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    drawn_at = models.DateTimeField(auto_now_add=True)
    fixed_at = models.DateTimeField("first launch of a study on the dataset", null=True, blank=True)

    objects = HeldOutSetQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Held-out set of {self.dataset}"

    @property
    def opened(self) -> str:
        """Such as "opened never", "opened once, by Ada" and "opened 3 times, by 2 people"; one query."""
        names = list(self.openings.values_list("by_name", flat=True))
        if not names:
            return "opened never"
        times = "once" if len(names) == 1 else f"{len(names)} times"
        people = set(names)
        return f"opened {times}, by {names[0] if len(people) == 1 else f'{len(people)} people'}"

    @property
    def in_groups(self) -> bool:
        return self.how == self.How.GROUP

    def as_dict(self, rows: int) -> dict[str, Any]:
        """`rows`: of the set, in the version that is shown."""
        return {"rows": rows, "how": self.how, "fixed": self.fixed_at is not None}
