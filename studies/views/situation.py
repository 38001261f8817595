"""What keeps a live study from going on, and what it has just overcome: nobody should have to look at the workers."""

from dataclasses import dataclass, field
from datetime import timedelta

from studies.engine.advance import work_left
from studies.engine.bell import queued_jobs
from studies.engine.fitness import why_nobody
from studies.engine.sharing import why_waiting
from studies.models import ASKING, Lane, Study, WorkerProcess

from .attempts import Loss, losses

RECENT = timedelta(minutes=10)  # how long a loss stands above the page; after that it is in the log


@dataclass(frozen=True)
class Situation:
    """`workers`: how many are alive, `serving`: of them take work; `held`: parallel trials in use; `why` it waits."""

    workers: int = 0
    serving: int = 0
    redis_away: bool = False
    held: int = 0
    why: str = ""
    lost: list[Loss] = field(default_factory=list)

    @property
    def cursor(self) -> str:
        """Changes with what is said, beside the study's own counter."""
        lost = "".join(f"{loss.trial.number}{loss.trial.state[0]}" for loss in self.lost)
        return f"{bool(self.workers):d}{self.redis_away:d}{bool(self.why):d}.{self.held}.{lost}"


def situation(study: Study) -> Situation:
    """Of a study in which something moves by itself; empty for any other."""
    if not study.is_live:
        return Situation()
    held = Lane.objects.filter(study=study).exclude(token="").count()
    refusals = list(WorkerProcess.objects.alive().values_list("refuses", flat=True))
    workers = len(refusals)
    return Situation(
        workers=workers,
        serving=sum(not why for why in refusals),
        redis_away=queued_jobs() is None,
        held=held,
        why=_why(study, workers, held),
        lost=_latest(study),
    )


def _why(study: Study, workers: int, held: int) -> str:
    if study.state not in ASKING or held or not workers or not work_left(study):
        return ""
    return why_nobody(study) or why_waiting(study)


def _latest(study: Study) -> list[Loss]:
    """The latest loss of each trial."""
    latest: dict[int, Loss] = {}
    for loss in losses(RECENT, [study.pk]):
        latest.setdefault(loss.trial.number, loss)
    return list(latest.values())
