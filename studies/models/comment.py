"""What somebody says about a study, about one of its trials or about one of its charts."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone

from .study import Study
from .team_rows import TeamRows

LONGEST = 5000  # characters
MAY_BE_EDITED_FOR = timedelta(hours=24)


class CommentQuerySet(TeamRows):
    team_path = "study__team"

    def counts(self) -> dict[str, int]:
        """How many that are not deleted at each anchor, as Comment.anchor spells it."""
        groups = self.filter(deleted_at=None).order_by().values_list("trial_number", "chart").annotate(n=Count("pk"))
        return {anchor(number, chart): n for number, chart, n in groups}


def anchor(trial_number: int | None, chart: str) -> str:
    """trial-41, chart-convergence, or nothing for the study as a whole; also what addresses carry."""
    if trial_number is not None:
        return f"trial-{trial_number}"
    return f"chart-{chart}" if chart else ""


class Comment(models.Model):
    """The text is Markdown as it was typed; a deleted one keeps its place and who deleted it, not its text."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="comments")
    trial_number = models.PositiveIntegerField(null=True, blank=True)
    chart = models.SlugField(blank=True)
    text = models.TextField(max_length=LONGEST)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(max_length=254)
    at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_by_name = models.CharField(max_length=254, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(trial_number=None) | Q(chart=""), name="comment_has_one_anchor"),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk} on study {self.study_id}"

    @property
    def anchor(self) -> str:
        return anchor(self.trial_number, self.chart)

    @property
    def is_fresh(self) -> bool:
        """Whether it may still be edited: later on others may have acted on what it said."""
        return self.deleted_at is None and timezone.now() - self.at < MAY_BE_EDITED_FOR

    def may_be_edited_by(self, person: Any) -> bool:
        return self.is_fresh and self.by_id == person.pk

    def may_be_deleted_by(self, person: Any, is_owner: bool) -> bool:
        return self.deleted_at is None and (self.by_id == person.pk or is_owner)
