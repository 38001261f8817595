"""How many trials a slice asks for at once: cheap ones in batches, slow ones one at a time."""

from django.conf import settings

LARGEST_BATCH = 64
WITHOUT_A_SUCCESS = 10  # as many failures stop a study; so none runs far beyond them


class Pace:
    """Remembers how long trials take here: a moving average over batches, in seconds per trial."""

    def __init__(self) -> None:
        self.seconds: float | None = None
        self.has_succeeded = False

    def note(self, seconds: list[float], succeeded: bool) -> None:
        """A batch has been told; the seconds of each of its trials."""
        mean = sum(seconds) / len(seconds)
        self.seconds = mean if self.seconds is None else (self.seconds + mean) / 2
        self.has_succeeded = self.has_succeeded or succeeded

    def batch(self, left: int, lanes: int) -> int:
        """At least one. `left`: proposals within the budget; all lanes shall come to its end together."""
        if self.seconds is None:
            return 1
        affordable = int(settings.BATCH_SECONDS / max(self.seconds, 1e-6))
        most = LARGEST_BATCH if self.has_succeeded else WITHOUT_A_SUCCESS
        return max(1, min(affordable, most, left // (2 * max(lanes, 1))))
