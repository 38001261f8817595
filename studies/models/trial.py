"""One configuration and what became of it, with every attempt at running it."""

from django.db import models
from django.db.models import F, Q

from .json_field import OrderedJSONField
from .study import Study
from .team_rows import TeamRows


class TrialState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    COMPLETE = "complete", "Complete"
    PRUNED = "pruned", "Pruned"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Reason(models.TextChoices):
    TIMED_OUT = "timed_out", "Ran out of time"
    OUT_OF_MEMORY = "out_of_memory", "Ran out of memory"
    INVALID = "invalid", "Invalid configuration"
    NON_FINITE = "non_finite", "Score is not a finite number"
    DIED = "died", "The process died"
    STOPPED = "stopped", "Stopped"


class Source(models.TextChoices):
    DEFAULT = "default", "Defaults"
    METHOD = "method", "Method"
    MANUAL = "manual", "By hand"


class TrialQuerySet(TeamRows):
    team_path = "study__team"

    def ranked(self, maximize: bool) -> "TrialQuerySet":
        """Complete trials first, best first; then the others by number."""
        order = F("value").desc(nulls_last=True) if maximize else F("value").asc(nulls_last=True)
        return self.order_by(order, "number")


class Trial(models.Model):
    study = models.ForeignKey(Study, models.CASCADE, related_name="trials")
    number = models.PositiveIntegerField()
    source = models.CharField(max_length=10, choices=Source.choices)
    proposal_index = models.PositiveIntegerField(null=True, blank=True)
    origin = OrderedJSONField("why the method proposed it", default=dict)
    config = OrderedJSONField()
    off_space = models.BooleanField("lies off the search space", default=False)
    state = models.CharField(max_length=10, choices=TrialState.choices, default=TrialState.WAITING)
    reason = models.CharField(max_length=15, choices=Reason.choices, blank=True)
    error = models.TextField(blank=True)
    traceback = models.TextField(blank=True)
    warnings = OrderedJSONField(default=list)

    token = models.CharField("of the slice that runs it", max_length=32, blank=True)
    value = models.FloatField(null=True, blank=True)
    stderr = models.FloatField(null=True, blank=True)
    fold_scores = OrderedJSONField(default=list)
    fit_times = OrderedJSONField("fit seconds per fold", default=list)
    score_times = OrderedJSONField("score seconds per fold", default=list)
    fit_seconds = models.FloatField(null=True, blank=True)
    score_seconds = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = TrialQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "number"], name="trial_number_once"),
            models.UniqueConstraint(
                fields=["study", "proposal_index"],
                name="proposal_once",
                condition=Q(proposal_index__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["study", "state", "number"]),
            models.Index(fields=["study", "value"]),
        ]

    def __str__(self) -> str:
        return f"trial {self.number} of {self.study_id}"


class TrialPredictions(models.Model):
    """Out-of-fold predictions in the dataset's row order; a table of its own keeps lists of trials fast."""

    trial = models.OneToOneField(Trial, models.CASCADE, related_name="predictions", primary_key=True)
    data = models.BinaryField("evaluation.encode_predictions")

    def __str__(self) -> str:
        return f"predictions of {self.trial_id}"


class Outcome(models.TextChoices):
    RUNNING = "running", "Running"
    COMPLETE = "complete", "Complete"
    FAILED = "failed", "Failed"
    KILLED = "killed", "Killed"
    LOST = "lost", "Lost"


class Attempt(models.Model):
    """One try at running a trial on some worker."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    token = models.CharField(max_length=32)
    lane = models.PositiveSmallIntegerField()
    worker = models.CharField(max_length=100)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.RUNNING)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["trial", "number"], name="attempt_number_once")]
        indexes = [
            models.Index(fields=["ended_at"], name="attempt_lost_at", condition=Q(outcome="lost"))
        ]  # few of very many

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.trial_id}"
