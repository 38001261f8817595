"""What a study's choice should score on new data, as a worker has worked it out: figures for pages, resamples for
comparisons. The figures stay while newer ones are being worked out."""

from typing import Any

from django.db import models

from .errand import Errand
from .json_field import OrderedJSONField
from .study import Study
from .team_rows import TeamRows


class ExpectedScoreQuerySet(TeamRows):
    team_path = "study__team"


class ExpectedScore(Errand):
    study = models.OneToOneField(Study, models.CASCADE, related_name="expected_score")
    trials_hash = models.CharField("which trials the figures rest on", max_length=64, blank=True)
    figures = OrderedJSONField("as engine/expected.py tells them", null=True, blank=True)
    draws = models.BinaryField("score of each resample, little-endian float64", null=True, blank=True)
    resampling = models.CharField("equal where studies had the same resamples", max_length=64, blank=True)
    seen = models.PositiveIntegerField("complete trials when they were worked out", default=0)
    computed_at = models.DateTimeField(null=True, blank=True)
    # Taken out of the figures, which are text to the database: the list of studies sorts and filters by these.
    expected = models.FloatField("figures' expected", null=True, blank=True)
    verdict = models.CharField("figures' verdict", max_length=12, blank=True)

    objects = ExpectedScoreQuerySet.as_manager()

    @staticmethod
    def told(figures: dict[str, Any]) -> dict[str, Any]:
        """What is stored of the figures: themselves, and what the database sorts and filters by."""
        return {"figures": figures, "expected": figures.get("expected"), "verdict": figures.get("verdict") or ""}

    def __str__(self) -> str:
        return f"expected score of study {self.study_id}, {self.state}"
