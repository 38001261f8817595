"""How much waits, runs, ends and is lost, over all teams: counts and no names."""

from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone

from studies.models import ASKING, Attempt, Lane, Outcome, Study, Trial, TrialState, WorkerProcess
from studies.models.worker import ALIVE_FOR

PACE_OVER = timedelta(minutes=15)
ENDED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED)


def waiting_since() -> datetime | None:
    """When the bell was rung that waits longest for a worker; None when none waits (or Redis never took one)."""
    free = Lane.objects.filter(token="", study__state__in=ASKING, rung_at__isnull=False)
    return free.aggregate(since=Min("rung_at"))["since"]


def trials_per_minute() -> float:
    """The pace of the last quarter hour. Only studies that changed in it are looked at."""
    since = timezone.now() - PACE_OVER
    recent = Study.objects.filter(updated_at__gt=since)
    ended = Trial.objects.filter(study__in=recent, state__in=ENDED, finished_at__gt=since).count()
    return ended / (PACE_OVER.total_seconds() / 60)


def lost_attempts(period: timedelta) -> int:
    """Attempts whose worker or process died."""
    return Attempt.objects.filter(outcome=Outcome.LOST, ended_at__gt=timezone.now() - period).count()


def samples() -> list[tuple[str, dict[str, str], float]]:
    """Every gauge that the database knows: name, labels, value."""
    now = timezone.now()
    lanes = Lane.objects.aggregate(held=Count("pk", filter=~Q(token="")))
    workers = WorkerProcess.objects.aggregate(
        alive=Count("pk", filter=Q(seen_at__gt=now - ALIVE_FOR, refuses="")),
        refusing=Count("pk", filter=Q(seen_at__gt=now - ALIVE_FOR) & ~Q(refuses="")),
        lost=Count("pk", filter=Q(seen_at__lte=now - ALIVE_FOR)),
    )
    youngest = WorkerProcess.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()
    since = waiting_since()
    found = [
        ("lanes_held", {}, float(lanes["held"])),
        ("workers", {"state": "alive"}, float(workers["alive"])),
        ("workers", {"state": "refusing"}, float(workers["refusing"])),
        ("workers", {"state": "lost"}, float(workers["lost"])),
        ("oldest_waiting_seconds", {}, (now - since).total_seconds() if since else 0.0),
        ("attempts_repeated", {}, float(Attempt.objects.filter(number__gt=1).count())),
    ]
    if youngest is not None:
        found.append(("last_tick_seconds", {}, max(0.0, (now - youngest).total_seconds())))
    trials = dict(Trial.objects.values_list("state").annotate(Count("pk")).order_by())
    attempts = dict(Attempt.objects.values_list("outcome").annotate(Count("pk")).order_by())
    studies = dict(Study.objects.without_audits().values_list("state").annotate(Count("pk")).order_by())
    found += [("trials", {"state": state}, float(trials.get(state, 0))) for state in TrialState.values]
    found += [("attempts", {"outcome": outcome}, float(attempts.get(outcome, 0))) for outcome in Outcome.values]
    found += [("studies", {"state": state}, float(n)) for state, n in sorted(studies.items())]
    return found
