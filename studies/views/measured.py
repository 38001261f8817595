"""How far expected scores were off in the benchmark `honesty`: the one place for the digits that pages repeat.

Accuracy on tables of 200 rows, 100 trials each, every draw with fresh labels; see benchmarks/README.md.
"""

from dataclasses import dataclass
from typing import Any

from studies.models import Method

from .labels import method_words

DRAWS_NOISE, DRAWS_PATTERN, ROWS, TRIALS = 300, 17, 200, 100
FEW_ROWS = 1000  # with fewer, pages of studies by a method that learns say how far it may be off


@dataclass(frozen=True)
class Measured:
    """Expected score minus truth, points, and its standard error; `noise`: labels by a coin, `pattern`: made tables."""

    method: Method
    noise: float
    noise_error: float
    pattern: float
    pattern_error: float

    @property
    def name(self) -> str:
        return method_words(self.method)

    @property
    def words(self) -> str:
        """The caution beside an expected score."""
        return (
            f"{self.method.label} search learns from these rows as well: without any pattern its expected accuracy "
            f"came out {self.noise} points too high on {ROWS} rows."
        )

    @property
    def too_low(self) -> float:
        return -self.pattern


MEASURED = {
    row.method: row
    for row in (
        Measured(Method.RANDOM, 1.1, 0.2, -2.0, 0.7),
        Measured(Method.BAYESIAN, 1.8, 0.2, -1.6, 0.8),
        Measured(Method.EVOLUTIONARY, 1.7, 0.2, -1.6, 0.7),
    )
}
LEARNS = frozenset({Method.BAYESIAN, Method.EVOLUTIONARY})


def may_be_too_high(method: str, rows: int) -> Measured | None:
    """What was measured of a method that learns from its scores; None for others, and where rows are many."""
    return MEASURED[Method(method)] if method in LEARNS and rows < FEW_ROWS else None


def measured_facts() -> dict[str, Any]:
    """For the help's sentence."""
    return {
        "rows": ROWS,
        "trials": TRIALS,
        "draws_noise": DRAWS_NOISE,
        "draws_pattern": DRAWS_PATTERN,
        "methods": list(MEASURED.values()),
    }
