"""What a worker does once for somebody, beside trials: it waits, is being done, and is done or has failed."""

from django.conf import settings
from django.db import models


class ErrandState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    COMPLETE = "complete", "Complete"
    FAILED = "failed", "Failed"


class Errand(models.Model):
    """Each kind is a table of its own, registered in engine/errands.py, which alone moves it from state to state."""

    state = models.CharField(max_length=10, choices=ErrandState.choices, default=ErrandState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    beat = models.PositiveIntegerField("raised while it is done, as a sign of life", default=0)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    rung_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    worker = models.CharField("that took it up", max_length=100, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True

    @property
    def is_under_way(self) -> bool:
        return self.state in {ErrandState.WAITING, ErrandState.RUNNING}
