"""A few fits timed before a study is launched, so that the form can say what the search will take."""

from django.conf import settings
from django.db import models

from .dataset import DatasetVersion
from .json_field import OrderedJSONField
from .team_rows import TeamRows


class ProbeState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


UNFINISHED = (ProbeState.WAITING, ProbeState.RUNNING)


class ProbeQuerySet(TeamRows):
    team_path = "version__dataset__team"


class ProbeTiming(models.Model):
    """One choice of data, model, folds and space is timed once: `key` says which, `group` leaves out the space."""

    version = models.ForeignKey(DatasetVersion, models.CASCADE, related_name="probe_timings")
    key = models.CharField("SHA-256 of all that the timing depends on", max_length=64, unique=True)
    group = models.CharField("the same without the space", max_length=64, db_index=True)
    target = models.CharField(max_length=200)
    task = models.CharField(max_length=20)
    estimator = models.CharField(max_length=40)
    metric = models.CharField(max_length=20)
    train_rows = models.PositiveIntegerField("that one fit of the study learns from")
    valid_rows = models.PositiveIntegerField("that one fit of the study is scored on")
    configs = OrderedJSONField("to be timed, the library's defaults first", default=list)

    state = models.CharField(max_length=10, choices=ProbeState.choices, default=ProbeState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    asked_at = models.DateTimeField()
    rung_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    worker = models.CharField("that took it up", max_length=100, blank=True)

    # What was found: seconds that one fit of the study takes with its scoring.
    low = models.FloatField("mean of the cheaper half", null=True, blank=True)
    typical = models.FloatField("mean", null=True, blank=True)
    high = models.FloatField("mean of the dearer half", null=True, blank=True)
    timed = models.PositiveSmallIntegerField("how many configurations", default=0)
    timed_rows = models.PositiveIntegerField("that the timed fits learnt from", default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    error = models.CharField("what the model said, or why nothing could be timed", max_length=500, blank=True)

    objects = ProbeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["asked_by", "-asked_at"])]

    def __str__(self) -> str:
        return f"{self.estimator} on {self.version_id}, {self.state}"
