"""One of a study's parallel trials; whoever holds its token may write."""

from django.db import models

from .study import Study


class Lane(models.Model):
    study = models.ForeignKey(Study, models.CASCADE, related_name="lanes")
    number = models.PositiveSmallIntegerField()
    token = models.CharField("of the slice that holds it; empty when free", max_length=32, blank=True)
    beat = models.PositiveBigIntegerField("raised by the holder while it lives", default=0)
    begun = models.PositiveIntegerField(
        "number of the trial that its fits had come to at the last sign of life", null=True, blank=True
    )
    worker = models.CharField(max_length=100, blank=True)
    horse_pid = models.PositiveIntegerField(null=True, blank=True)
    child_pid = models.PositiveIntegerField(null=True, blank=True)
    job_id = models.CharField(max_length=40, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True)
    turn = models.PositiveBigIntegerField("when it last got or gave up a worker, in turns", default=0, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "number"], name="lane_number_once")]

    def __str__(self) -> str:
        return f"lane {self.number} of {self.study_id}"
