"""A worker process as the pages show it, and the lock by which one of them reconciles."""

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now

from .json_field import OrderedJSONField

ALIVE_FOR = timedelta(seconds=10)


class WorkerQuerySet(models.QuerySet["WorkerProcess"]):
    def alive(self) -> "WorkerQuerySet":
        """On the database's clock, by which they are seen: the clocks of machines differ."""
        return self.filter(seen_at__gt=Now() - ALIVE_FOR)

    def serving(self) -> "WorkerQuerySet":
        """Alive, and of the site's version."""
        return self.alive().filter(refuses="")


class WorkerProcess(models.Model):
    name = models.CharField(max_length=100, unique=True)
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    identity = models.CharField("the process among all that there ever were", max_length=150, blank=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)
    refuses = models.CharField("why it takes no work; empty while it does", max_length=300, blank=True)
    trouble = models.CharField("why its last slice could not begin", max_length=300, blank=True)
    packages = OrderedJSONField("extra packages that it has", default=list)

    objects = WorkerQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class SiteFacts(models.Model):
    """A single row: what the site runs, as it said when it started."""

    facts = OrderedJSONField(default=dict)
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"the site since {self.recorded_at}"


class ReconcilerLock(models.Model):
    """A single row: who reconciles. The holder raises the beat; another takes it when it stands still."""

    holder = models.CharField(max_length=100, blank=True)
    beat = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.holder or "free"
