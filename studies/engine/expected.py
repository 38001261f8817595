"""When a study's expected score is to be worked out anew, and the study that ends by itself because of it.

A study that ends or rests asks for it in the same transaction. While it runs the reconciler asks, seldom enough that it
costs little; it also asks for studies that were never looked at, such as those of an older release.
"""

import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils import timezone

from studies.engine import errands
from studies.models import ACTIVE, ErrandState, ExpectedScore, Study, StudyState, Trial, TrialState

NEW_TRIALS = 5  # that are worth a new look at once
REST = timedelta(seconds=10)  # after which a single one is
REST_OF_FAILED = timedelta(minutes=10)
REST_AFTER_THE_END = timedelta(days=1)  # of one that failed for a study at rest: memory may be larger by then
REST_PER_WORK = 20  # at least so many times as long as the last look took
AT_ONCE = 2  # running studies that may wait for it at the same time, and old ones that nobody has looked at
NONE_MISSING_FOR = 60.0  # seconds until studies that were never looked at are looked for again
CONVERGED = "converged"
RECENT = 20  # trials, before which nothing is called converged
UNDER_WAY = (ErrandState.WAITING, ErrandState.RUNNING)


def want(study_id: int) -> None:
    """Ask for a study's expected score; what is being worked out at this moment is worked out once more.

    Nobody reads that of a search which a nested audit runs.
    """
    if not Study.objects.without_audits().filter(pk=study_id).exists():
        return
    now = timezone.now()
    ExpectedScore.objects.bulk_create([ExpectedScore(study_id=study_id, asked_at=now)], ignore_conflicts=True)
    rows = ExpectedScore.objects.filter(study_id=study_id)
    errands.want_again(rows, None)
    rows.filter(state=ErrandState.RUNNING).update(asked_at=now)


def complete_trials(study_ids: Iterable[int]) -> dict[int, int]:
    """How many complete trials each of these studies has; those without any are left out."""
    trials = Trial.objects.filter(study_id__in=list(study_ids), state=TrialState.COMPLETE)
    return dict(trials.values_list("study_id").annotate(Count("pk")).order_by())


def convergence(study: Study) -> str:
    """Why the study is to end as converged, in a sentence; "" while it is not, or nobody wants it to end so."""
    if not study.stop_when_converged:
        return ""
    told = ExpectedScore.objects.filter(study=study, verdict=CONVERGED, seen__gte=max(RECENT, study.converges_after))
    figures: Any = told.values_list("figures", flat=True).first()
    if not figures or not figures["recent"]:
        return ""
    recent = figures["recent"]
    share = 100 * recent["share"]
    shown = f"{share:.0f}" if share >= 1 or share == 0 else "less than 1"
    return f"Converged: the newest {recent['trials']} trials won {shown} % of the resamples."


def have_converged() -> set[int]:
    """Active studies that are to end as converged."""
    told = ExpectedScore.objects.filter(study__in=Study.objects.active(), study__stop_when_converged=True)
    rows = told.filter(verdict=CONVERGED).values_list("study_id", "seen", "study__converges_after")
    return {study_id for study_id, seen, after in rows if seen >= max(RECENT, after)}


class Asking:
    """The reconciler's part. What it remembers only spares a look; who takes over looks once more."""

    def __init__(self) -> None:
        self.next_missing = 0.0

    def look(self) -> None:
        """Ask for running studies with news, and for those at rest never looked at, or a day ago in vain; a few."""
        for study_id in [*_with_news(), *self._missing()]:
            with suppress(IntegrityError), transaction.atomic():  # deleted in this moment
                want(study_id)

    def _missing(self) -> list[int]:
        if time.monotonic() < self.next_missing:
            return []
        room = AT_ONCE - ExpectedScore.objects.filter(state__in=UNDER_WAY).count()
        if room <= 0:
            return []
        before = timezone.now() - REST_AFTER_THE_END
        is_due = Q(expected_score__state=ErrandState.FAILED, expected_score__finished_at__lt=before)
        at_rest = Study.objects.without_audits().exclude(state__in=[StudyState.DRAFT, *ACTIVE])
        rows = at_rest.filter(Q(expected_score=None) | is_due)
        found = list(rows.order_by("-pk").values_list("pk", flat=True)[:room])
        if len(found) < room:
            self.next_missing = time.monotonic() + NONE_MISSING_FOR
        return found


def _with_news() -> list[int]:
    """Active studies whose figures are to be worked out anew; those first that have waited longest."""
    score = ("state", "seen", "started_at", "finished_at")
    running = Study.objects.active().without_audits()
    rows = list(running.values_list("pk", *(f"expected_score__{name}" for name in score)))
    now = timezone.now()
    rested = [row for row in rows if row[1] not in UNDER_WAY and _has_rested(now, row[1], row[3], row[4])]
    room = AT_ONCE - sum(row[1] in UNDER_WAY for row in rows)
    if not rested or room <= 0:
        return []
    counts = complete_trials(row[0] for row in rested)
    due = []
    for pk, _, seen, _, finished_at in rested:
        new = counts.get(pk, 0) - (seen or 0)
        if new >= NEW_TRIALS or (new and (finished_at is None or abs(now - finished_at) >= REST)):
            due.append((finished_at or datetime.min.replace(tzinfo=now.tzinfo), pk))
    return [pk for _, pk in sorted(due)[:room]]


def _has_rested(now: datetime, state: str | None, started_at: datetime | None, finished_at: datetime | None) -> bool:
    if started_at is None or finished_at is None:
        return True
    rest = abs(finished_at - started_at) * REST_PER_WORK
    if state == ErrandState.FAILED:
        rest = max(rest, REST_OF_FAILED)
    return abs(now - finished_at) >= rest
