"""What a team answered when a guard asked about a table: kept as it is, by whom and why."""

from django.conf import settings
from django.db import models

from .dataset import Dataset
from .team_rows import TeamRows


class GuardAnswerQuerySet(TeamRows):
    team_path = "dataset__team"


class GuardAnswer(models.Model):
    """For a dataset, so that it holds for later versions too; `column` is empty where a guard is about all rows."""

    class Answer(models.TextChoices):
        KEPT = "kept", "Kept, with a reason"

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="guard_answers")
    code = models.CharField("of the table's warning", max_length=40)
    column = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.KEPT)
    reason = models.CharField(max_length=300)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(auto_now_add=True)

    objects = GuardAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "code", "column"], name="guard_answered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.column} of {self.dataset}, {self.answer}"
