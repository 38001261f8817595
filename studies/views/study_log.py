"""What happened to a study, latest first: what people and the engine did, and what was lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from studies.models import Study

from .attempts import losses

SHOWN = 12
REMEMBERED = timedelta(days=30)


@dataclass(frozen=True)
class Entry:
    """`who` is empty where the engine did it."""

    at: datetime
    who: str
    what: str
    detail: str
    trial: int | None = None


def study_log(study: Study) -> list[Entry]:
    events: list[Any] = list(study.events.all()[:SHOWN])
    entries = [Entry(event.at, event.name, event.verb, event.detail) for event in events]
    entries += [
        Entry(loss.at, "", "Attempt lost", f"{loss.why.rstrip('.')}; the trial {loss.since}", loss.trial.number)
        for loss in losses(REMEMBERED, [study.pk], SHOWN)
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:SHOWN]
