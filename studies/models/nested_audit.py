"""A study's whole search run anew inside each of some outer folds, and what its choices scored on the rows outside."""

from typing import Any

from django.conf import settings
from django.db import models

from .errand import Errand, ErrandState
from .json_field import OrderedJSONField
from .study import TERMINAL, Study
from .team_rows import TeamRows


class AuditStage(models.TextChoices):
    """Nothing stores it: it follows from the searches, from the scoring and from whether somebody cancelled."""

    SEARCHING = "searching", "Searching"
    SCORING = "scoring", "Scoring"
    COMPLETE = "complete", "Complete"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class NestedAuditQuerySet(TeamRows):
    team_path = "study__team"


class NestedAudit(models.Model):
    """Its searches are ordinary studies that no list shows: `searches`, by `audit_fold`."""

    study = models.OneToOneField(Study, models.CASCADE, related_name="nested_audit")
    folds = models.PositiveSmallIntegerField("how many outer folds")
    trials = models.PositiveIntegerField("of each search, as many as the study had run")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = NestedAuditQuerySet.as_manager()

    def __str__(self) -> str:
        return f"nested audit of study {self.study_id}"

    @property
    def stage(self) -> str:
        scoring = self.scored
        if self.cancelled_at is not None:
            return AuditStage.CANCELLED
        if scoring is None:
            return AuditStage.SEARCHING
        if scoring.state in {ErrandState.COMPLETE, ErrandState.FAILED}:
            return AuditStage(scoring.state)
        return AuditStage.SCORING

    @property
    def is_under_way(self) -> bool:
        return self.stage in {AuditStage.SEARCHING, AuditStage.SCORING}

    @property
    def scored(self) -> "AuditScoring | None":
        """The scoring; None before the searches have ended."""
        return getattr(self, "scoring", None)

    @property
    def result(self) -> dict[str, Any] | None:
        return self.scored.result if self.scored is not None and self.stage == AuditStage.COMPLETE else None

    def is_still_ending(self) -> bool:
        """Whether a search has not come to its end, as for two seconds after a cancellation."""
        return self.searches.exclude(state__in=TERMINAL).exists()


class AuditScoringQuerySet(TeamRows):
    team_path = "audit__study__team"


class AuditScoring(Errand):
    """What each search chose, fitted on its rows and scored on those of its outer fold."""

    audit = models.OneToOneField(NestedAudit, models.CASCADE, related_name="scoring")
    result = OrderedJSONField("as engine/audit_job.py tells it", null=True, blank=True)

    objects = AuditScoringQuerySet.as_manager()

    def __str__(self) -> str:
        return f"scoring of the {self.audit}, {self.state}"
