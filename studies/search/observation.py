"""What a method is told about earlier trials."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from .errors import quote

State = Literal["complete", "pruned", "failed", "running", "waiting"]
Direction = Literal["maximize", "minimize"]
STATES = get_args(State)


@dataclass(frozen=True)
class Observation:
    """One configuration and what is known of it.

    `value` is the metric of a complete trial and `fold_scores` what it is the mean of, fold by fold; `estimate` and
    `noise` are a pruned trial's expected metric and its standard error; `cost` is in seconds. Any number may be missing
    or non-finite: without a usable one, a trial that has ended counts as failed. The configuration may lie off the
    space. ValueError for a state that does not exist.
    """

    config: Mapping[str, object]
    value: float | None = None
    state: State = "complete"
    fold_scores: Sequence[float | None] | None = None
    estimate: float | None = None
    noise: float | None = None
    cost: float | None = None

    def __post_init__(self) -> None:
        if self.state not in STATES:
            raise ValueError(f"state is {quote(self.state)}; it must be one of {', '.join(STATES)}")

    @property
    def pending(self) -> bool:
        """Whether the trial has yet to end."""
        return self.state in ("running", "waiting")

    @property
    def score(self) -> float:
        """The value of a complete trial, the estimate of a pruned one; NaN where there is none: a failure."""
        if self.state == "complete":
            return _finite(self.value)
        return _finite(self.estimate) if self.state == "pruned" else math.nan


def _finite(value: float | None) -> float:
    return float(value) if value is not None and math.isfinite(value) else math.nan
