"""Studies looked at side by side, kept under a name that the team can open again."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import QuerySet

from .study import Study
from .team import Team
from .team_rows import TeamRows


class ComparisonQuerySet(TeamRows):
    def free_name(self, wanted: str) -> str:
        """The name, or with the first number behind it that none of these rows has yet: "Methods", "Methods 2"."""
        longest = Comparison._meta.get_field("name").max_length
        taken = set(self.filter(name__startswith=wanted[: longest - 6]).values_list("name", flat=True))
        names = (wanted[: longest - 6] + f" {number}" for number in range(2, len(taken) + 3))
        return next(name for name in (wanted[:longest], *names) if name not in taken)


class Comparison(models.Model):
    """Somebody's choice of studies, or one study launched by several methods and seeds."""

    class Kind(models.TextChoices):
        SAVED = "saved", "Saved"
        METHOD = "method", "Methods"

    MOST = {Kind.SAVED: 12, Kind.METHOD: 30}

    team = models.ForeignKey(Team, models.CASCADE, related_name="comparisons")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.SAVED)
    studies = models.ManyToManyField(Study, through="ComparedStudy", related_name="comparisons")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ComparisonQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="comparison_name_once_per_team")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def make(cls, team: Team, name: str, studies: Sequence[Study], *, kind: str = Kind.SAVED, by: Any) -> "Comparison":
        """Keep the studies in this order. ValueError for too few, too many, doubled ones or another team's."""
        most = cls.MOST[cls.Kind(kind)]
        if not 2 <= len({study.pk for study in studies}) == len(studies) <= most:
            raise ValueError(f"A comparison holds 2 to {most} different studies, not {len(studies)}.")
        if any(study.team_id != team.pk for study in studies):
            raise ValueError("A comparison holds studies of its own team only.")
        with transaction.atomic():
            made = cls.objects.create(team=team, name=name, kind=kind, created_by=by)
            ComparedStudy.objects.bulk_create(
                ComparedStudy(comparison=made, study=study, position=i) for i, study in enumerate(studies)
            )
        return made

    @property
    def compares_methods(self) -> bool:
        return self.kind == self.Kind.METHOD

    def in_order(self) -> QuerySet[Study]:
        """The studies that are left, as they were chosen."""
        return self.studies.order_by("compared__position")


class ComparedStudy(models.Model):
    """A study's place in a comparison; a study that is deleted leaves it."""

    comparison = models.ForeignKey(Comparison, models.CASCADE, related_name="compared")
    study = models.ForeignKey(Study, models.CASCADE, related_name="compared")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["comparison", "study"], name="study_once_per_comparison")]

    def __str__(self) -> str:
        return f"study {self.study_id} in {self.comparison_id}"
