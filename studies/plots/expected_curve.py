"""What the best so far lets expect on new data, after some of the trials each.

k               points of the curve
numbers         (k,) trial numbers, rising: each point rests on the trials up to and with that one
values          (k,) expected score
low, high       (k,) its 80 % band
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from studies.plots.frame import Floats

NO_PATTERN = "Nothing here beats guessing"
Point = tuple[float | None, float | None, float | None]


@dataclass(frozen=True)
class ExpectedCurve:
    """See the table of notation above; `last_help` is the trial after which it did not really rise any more."""

    numbers: NDArray[np.int64]
    values: Floats
    low: Floats
    high: Floats
    last_help: int | None = None
    has_converged: bool = False
    has_no_pattern: bool = False

    def __bool__(self) -> bool:
        return len(self.numbers) > 0

    def at(self, number: int) -> Point:
        """Expected score and band after that trial; None where they were not worked out."""
        place = int(np.searchsorted(self.numbers, number))
        if place == len(self.numbers) or self.numbers[place] != number:
            return (None, None, None)
        return (float(self.values[place]), float(self.low[place]), float(self.high[place]))

    def of_trials(self, numbers: Collection[int]) -> "ExpectedCurve":
        """Only the points at these trials."""
        if not self:
            return self
        kept = np.isin(self.numbers, np.asarray(list(numbers), dtype=np.int64))
        values, low, high = (part[kept] for part in (self.values, self.low, self.high))
        return replace(self, numbers=self.numbers[kept], values=values, low=low, high=high)


def converged_title(last_help: int | None, best: int) -> str:
    """What a search did that has converged. last_help: the last trial that surely helped; best: that of the best CV."""
    if last_help is None:
        return "Converged, and no trial surely helped"
    if best > last_help:
        return f"Since trial {last_help} only the validation score rises"
    return f"Nothing has helped since trial {last_help}"


NO_CURVE = ExpectedCurve(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0), np.empty(0))
