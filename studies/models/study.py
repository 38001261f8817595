"""One search: its frozen spec, its limits, its state."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from .dataset import DatasetVersion
from .json_field import OrderedJSONField
from .split_plan import SplitPlan
from .team import Role, Team
from .team_rows import TeamRows


class StudyState(models.TextChoices):
    DRAFT = "draft", "Draft"
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    PAUSING = "pausing", "Pausing"
    PAUSED = "paused", "Paused"
    STOPPING = "stopping", "Stopping"
    STOPPED = "stopped", "Stopped"
    COMPLETE = "complete", "Complete"
    FAILED = "failed", "Failed"


TERMINAL = (StudyState.STOPPED, StudyState.COMPLETE, StudyState.FAILED)
ACTIVE = (StudyState.QUEUED, StudyState.RUNNING, StudyState.PAUSING, StudyState.STOPPING)
ASKING = (StudyState.QUEUED, StudyState.RUNNING)


class Method(models.TextChoices):
    MANUAL = "manual", "Manual"
    GRID = "grid", "Grid"
    RANDOM = "random", "Random"
    BAYESIAN = "bayesian", "Bayesian"
    EVOLUTIONARY = "evolutionary", "Evolutionary"


class StudyQuerySet(TeamRows):
    """Whoever comes by a person or a team meets no search of a nested audit; the engine meets all."""

    def without_audits(self) -> "StudyQuerySet":
        """Studies that somebody made, and none that a nested audit runs: its page tells of them."""
        return self.filter(audit=None)

    def visible_to(self, user: Any) -> "StudyQuerySet":
        return super().visible_to(user).without_audits()

    def of_team(self, team: Team) -> "StudyQuerySet":
        return super().of_team(team).without_audits()

    def _where_role(self, user: Any, roles: list[Role]) -> "StudyQuerySet":
        return super()._where_role(user, roles).without_audits()

    def active(self) -> "StudyQuerySet":
        """Studies that the engine has something to do for."""
        return self.filter(state__in=ACTIVE)

    def with_counts(self) -> "StudyQuerySet":
        """Annotates n_<state> for each trial state, in one query."""
        states = ("waiting", "running", "complete", "pruned", "failed", "cancelled")
        return self.annotate(**{f"n_{state}": Count("trials", filter=Q(trials__state=state)) for state in states})

    def for_list(self) -> "StudyQuerySet":
        return self.select_related("dataset_version__dataset", "created_by").order_by("-updated_at", "-pk")

    def archive(self, who: Any) -> int:
        """Put studies that rest out of sight; those in progress stay. How many there were."""
        return self._shelve(self.filter(archived_at=None).exclude(state__in=ACTIVE), timezone.now(), "archived", who)

    def unarchive(self, who: Any) -> int:
        return self._shelve(self.exclude(archived_at=None), None, "took out of the archive", who)

    def _shelve(self, rows: "StudyQuerySet", moment: datetime | None, verb: str, who: Any) -> int:
        from .event import Event

        with transaction.atomic():
            ids = list(rows.select_for_update().values_list("pk", flat=True))
            Study.objects.filter(pk__in=ids).update(archived_at=moment, change=F("change") + 1)
            Event.objects.bulk_create([Event(study_id=pk, verb=verb, who=who, name=str(who)) for pk in ids])
        return len(ids)


class Study(models.Model):
    team = models.ForeignKey(Team, models.CASCADE, related_name="studies")
    dataset_version = models.ForeignKey(DatasetVersion, models.PROTECT, related_name="studies")
    name = models.CharField(max_length=120)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField("put out of sight, not out of reach", null=True, blank=True)

    # The spec: frozen at launch.
    task = models.CharField(max_length=20)
    target = models.CharField(max_length=200)
    estimator = models.CharField(max_length=40)
    space = OrderedJSONField()
    method = models.CharField(max_length=12, choices=Method.choices)
    method_options = OrderedJSONField(default=dict)
    seed = models.PositiveBigIntegerField(default=0)
    metric = models.CharField(max_length=20)
    direction = models.CharField(max_length=8)
    plan_spec = OrderedJSONField(default=dict)
    holdout = models.CharField("whether the dataset's held-out rows are left out", max_length=3, default="off")
    defaults = OrderedJSONField("the library's defaults: trial 0", default=dict)

    # Limits: may change while it runs.
    max_trials = models.PositiveIntegerField(default=60)
    max_seconds = models.FloatField("wall seconds since launch, without pauses", null=True, blank=True)
    trial_seconds = models.FloatField(null=True, blank=True)
    trial_memory_mb = models.PositiveIntegerField(null=True, blank=True)
    parallel = models.PositiveSmallIntegerField(default=2)
    stop_when_converged = models.BooleanField("end it when more trials would only fit noise", default=False)

    follows = models.ForeignKey(
        "self",
        models.SET_NULL,
        verbose_name="the study it goes on from",
        null=True,
        blank=True,
        related_name="followed_by",
    )
    follows_why = models.CharField("what was changed, in words", max_length=300, blank=True)

    audit = models.ForeignKey(
        "NestedAudit",
        models.CASCADE,
        verbose_name="the nested audit that it is a search of",
        null=True,
        blank=True,
        related_name="searches",
    )
    audit_fold = models.PositiveSmallIntegerField("the outer fold that it does not see", null=True, blank=True)

    # What the engine knows. Only studies/engine writes these.
    state = models.CharField(max_length=10, choices=StudyState.choices, default=StudyState.DRAFT, db_index=True)
    ends_as = models.CharField("what stopping leads to", max_length=10, choices=StudyState.choices, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    plan = models.ForeignKey(SplitPlan, models.PROTECT, null=True, blank=True)
    baseline = OrderedJSONField(null=True, blank=True)
    next_number = models.PositiveIntegerField(default=0)
    next_proposal = models.PositiveIntegerField(default=0)
    converges_after = models.PositiveIntegerField("complete trials before it may end as converged", default=0)
    forgiven_failures = models.PositiveIntegerField("failed trials when it was last taken up again", default=0)
    exhausted = models.BooleanField("the method has no more proposals", default=False)
    change = models.PositiveBigIntegerField("raised by every change a page may show", default=0)
    launched_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_seconds = models.FloatField(default=0)

    objects = StudyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "studies"
        indexes = [models.Index(fields=["team", "-updated_at"])]

    def __str__(self) -> str:
        return self.name

    @property
    def is_terminal(self) -> bool:
        return self.state in TERMINAL

    @property
    def is_live(self) -> bool:
        """Whether something may change without a person doing anything."""
        return self.state in ACTIVE

    @property
    def shown(self) -> "Study":
        """The study whose page tells of this one: itself, or the one that a nested audit replays by it."""
        return self if self.audit is None else self.audit.study

    @property
    def maximize(self) -> bool:
        return self.direction == "maximize"

    @property
    def spec(self) -> dict[str, Any]:
        """The contract's spec, with today's limits."""
        return {
            "name": self.name,
            "dataset_version": self.dataset_version_id,
            "task": self.task,
            "target": self.target,
            "estimator": self.estimator,
            "space": self.space,
            "method": self.method,
            "method_options": self.method_options,
            "seed": self.seed,
            "metric": self.metric,
            "plan": self.plan_spec,
            "holdout": self.holdout,
            "budget": {
                "trials": self.max_trials,
                "seconds": self.max_seconds,
                "trial_seconds": self.trial_seconds,
                "trial_memory_mb": self.trial_memory_mb,
            },
            "parallel": self.parallel,
            "racing": "off",
            "stop_when_converged": self.stop_when_converged,
            "follows": self.follows_id,
        }

    def trial_counts(self) -> dict[str, int]:
        """How many trials are in each state; every state has an entry."""
        from .trial import TrialState

        counts = dict.fromkeys(TrialState.values, 0)
        counts.update(self.trials.values_list("state").annotate(Count("pk")).order_by())
        return counts

    def best_trial(self) -> Any:
        """The incumbent: the best complete trial, the earlier one of two equals; None before the first."""
        order = F("value").desc() if self.maximize else F("value").asc()
        return self.trials.filter(state="complete", value__isnull=False).order_by(order, "number").first()
