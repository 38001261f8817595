"""How far a worker is with something that somebody waits for."""

from dataclasses import dataclass

from django.utils import timezone

from studies.models import DatasetChange, ErrandState, TableReading, VersionDifference, WorkerProcess

FIRST_ESTIMATE = 0.05  # of the work; before, its pace says nothing


@dataclass(frozen=True)
class Progress:
    """percent: of the work; left: seconds, None while nobody can tell; serving: workers that take work."""

    state: str
    percent: int
    left: float | None
    serving: int


def progress_of(errand: DatasetChange | TableReading | VersionDifference) -> Progress:
    left = None
    if errand.state == ErrandState.RUNNING and errand.started_at and errand.share >= FIRST_ESTIMATE:
        passed = (timezone.now() - errand.started_at).total_seconds()
        left = max(1.0, passed * (1 - errand.share) / errand.share)
    return Progress(errand.state, int(100 * errand.share), left, WorkerProcess.objects.serving().count())
