"""Stored folds: drawn once, shared by every study with the same plan, never changed."""

from django.db import models

from .dataset import DatasetVersion
from .json_field import OrderedJSONField


class SplitPlan(models.Model):
    class Kind(models.TextChoices):
        STRATIFIED = "stratified", "Stratified folds"
        KFOLD = "kfold", "Folds"
        GROUP = "group", "Folds of whole groups"
        TIME = "time", "Blocks of time"

    version = models.ForeignKey(DatasetVersion, models.CASCADE, related_name="split_plans")
    target = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    folds = models.PositiveSmallIntegerField()
    repeats = models.PositiveSmallIntegerField(default=1)
    fold_of_row = models.BinaryField("evaluation.Plan as bytes")
    facts = OrderedJSONField("what each fold holds, as engine.plans tells it", default=dict)
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "target", "sha256"], name="folds_stored_once")]

    def __str__(self) -> str:
        return f"{self.folds} {self.get_kind_display().lower()}" + (f", {self.repeats} times" * (self.repeats > 1))
