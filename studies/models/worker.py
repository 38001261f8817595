"""A worker process as the pages show it, and the lock by which one of them reconciles."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

ALIVE_FOR = timedelta(seconds=10)


class WorkerQuerySet(models.QuerySet["WorkerProcess"]):
    def alive(self) -> "WorkerQuerySet":
        return self.filter(seen_at__gt=timezone.now() - ALIVE_FOR)


class WorkerProcess(models.Model):
    name = models.CharField(max_length=100, unique=True)
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    objects = WorkerQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class ReconcilerLock(models.Model):
    """A single row: who reconciles. The holder raises the beat; another takes it when it stands still."""

    holder = models.CharField(max_length=100, blank=True)
    beat = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.holder or "free"
