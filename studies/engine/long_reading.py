"""What errands that read whole tables have in common: how far they are is told, and how they end."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from studies.engine import errands
from studies.engine.intake_rows import Gone
from studies.engine.refused import Refused
from studies.engine.store.versions import StorageAway
from studies.engine.watch import StopRequest
from studies.tabular import TableError

SAY_EVERY = 1.0  # seconds


class Withdrawn(Exception):
    """The errand is not ours any more: what it was for was deleted, or another worker has it."""


class Interrupted(Exception):
    """The worker is being stopped."""


@dataclass
class Telling:
    """Stores how much is done, at most once a second: also the sign that this worker lives."""

    beat: errands.Beat
    next_at: float = 0.0

    def __call__(self, share: float) -> None:
        if StopRequest.at is not None:
            raise Interrupted
        now = time.monotonic()
        if now < self.next_at:
            return
        self.next_at = now + SAY_EVERY
        if not self.beat(share=share):
            raise Withdrawn


def outcome_of(read: Callable[[], None]) -> errands.Values | None:
    """Reads, and says what becomes of the errand; None when it is left for later."""
    try:
        read()
    except (Interrupted, Withdrawn, Gone):
        return None
    except TableError as error:
        if isinstance(error.__cause__, StorageAway):
            raise error.__cause__ from error
        return errands.failed(error.message)
    except Refused as error:
        return errands.failed(str(error))
    return errands.done(share=1.0)
