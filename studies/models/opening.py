"""An opening of a held-out set: who scored which trial on its rows, when, why, what was claimed and what came of it.

It is a record. No page, form or API call changes or removes one; this model refuses to delete, and to save again; a
trigger in the database refuses every UPDATE of what was said before and of a result once it is there. It outlives its
study, and goes only with the dataset.
"""

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q

from .errand import Errand, ErrandState
from .event import NeverChanged
from .held_out import HeldOutSet
from .json_field import OrderedJSONField
from .study import Study
from .team_rows import TeamRows
from .trial import Trial


class OpeningQuerySet(TeamRows):
    team_path = "held_out__dataset__team"

    def delete(self) -> NoReturn:
        raise NeverChanged


class Opening(Errand):
    """claim: {"value", "low", "high", "error", "of": "expected", "hand_picked" or "cv", "metric", "trials"}.

    result: {"score", "low", "high", "rows", "gap", "gap_low", "gap_high", "verdict", "seconds"}, the gap in the good
    direction.
    """

    held_out = models.ForeignKey(HeldOutSet, models.CASCADE, related_name="openings")
    number = models.PositiveIntegerField("which opening of the set, from 1")
    study = models.ForeignKey(Study, models.SET_NULL, null=True, related_name="openings")
    study_name = models.CharField(max_length=120)
    trial = models.ForeignKey(Trial, models.SET_NULL, null=True, related_name="openings")
    trial_number = models.PositiveIntegerField()
    by_name = models.CharField(max_length=254)
    reason = models.TextField(max_length=2000)
    claim = OrderedJSONField()
    result = OrderedJSONField(null=True, blank=True)

    objects = OpeningQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["held_out", "number"], name="opening_number_once"),
            models.UniqueConstraint(fields=["trial"], name="trial_opened_once", condition=Q(trial__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"opening {self.number} of set {self.held_out_id}"

    @property
    def is_done(self) -> bool:
        return self.state == ErrandState.COMPLETE

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise NeverChanged
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise NeverChanged
