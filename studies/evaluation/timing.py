"""What one fit takes: folds over a sample of rows to be timed, and what the timed seconds say about all rows.

| symbol | meaning |
|---|---|
| n | training rows of one fit of the study |
| m | training rows of the fits that were timed, m <= n |
| b | exponent: seconds of fitting grow like rows ** b; where b <= 1, like a fixed part and a linear one |
| g | exponent: seconds of scoring one row grow like training rows ** g (nearest neighbours: 1, trees: nearly 0) |
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .splits import LEFT_OUT, Plan

MOST_B, MOST_G = 3.0, 1.5
UNSURE = 0.2  # of the exponent, when rows are extrapolated
TOO_SHORT = 0.002  # seconds below which two timings say nothing about the exponent
LEAST_SPREAD = 0.15  # machines are never steadier than that


@dataclass(frozen=True)
class Fit:
    """One timed fit: the rows that it learnt from, the rows that it was scored on, and the seconds of both."""

    rows: int
    scored: int
    fit_seconds: float
    score_seconds: float

    @property
    def seconds(self) -> float:
        return self.fit_seconds + self.score_seconds


@dataclass(frozen=True)
class Seconds:
    """Seconds of one fit with its scoring: the mean of the cheaper half, of all, of the dearer half."""

    low: float
    typical: float
    high: float


def timing_plan(n_rows: int, train: int, valid: int, seed: int = 0) -> Plan:
    """Two folds over rows drawn at random: fold 0 learns from `train` rows and is scored on `valid`; fold 1 reversed.

    So one evaluation times two sizes, which gives the exponent. ValueError when there are fewer rows than that.
    """
    if train < 1 or valid < 1 or train + valid > n_rows:
        raise ValueError(f"{train} and {valid} rows cannot be drawn from {n_rows}.")
    drawn = np.random.default_rng(seed).permutation(n_rows)
    fold_of_row = np.full((1, n_rows), LEFT_OUT, dtype=np.uint8)
    fold_of_row[0, drawn[:train]] = 1
    fold_of_row[0, drawn[train : train + valid]] = 0
    return Plan("kfold", 2, 1, seed, fold_of_row)


def growth(many: Fit, few: Fit, rows: int) -> float:
    """How many times as long as `many` a fit takes that learns from `rows`, judged by a fit on fewer rows.

    A fixed part, such as a forest's trees of whatever size, must not be taken for slow growth: below b = 1 the line
    through both timings is drawn on.
    """
    ratio = rows / many.rows
    fit = many.fit_seconds * ratio
    if few.rows * 1.5 <= many.rows and min(few.fit_seconds, many.fit_seconds) >= TOO_SHORT:
        b = math.log(many.fit_seconds / few.fit_seconds) / math.log(many.rows / few.rows)
        slope = max(0.0, (many.fit_seconds - few.fit_seconds) / (many.rows - few.rows))
        line = many.fit_seconds + slope * (rows - many.rows)
        fit = many.fit_seconds * ratio ** min(b, MOST_B) if b > 1 else line
    score = many.score_seconds * ratio ** (1 + _scoring_exponent(many, few))
    return float((fit + score) / max(many.seconds, 1e-9))


def _scoring_exponent(many: Fit, few: Fit) -> float:
    """g, from the seconds of one scored row."""
    if few.rows * 1.5 > many.rows or min(few.score_seconds, many.score_seconds) < TOO_SHORT:
        return 0.0
    a_row = (few.score_seconds / few.scored, many.score_seconds / many.scored)
    return min(max(math.log(a_row[1] / a_row[0]) / math.log(many.rows / few.rows), 0.0), MOST_G)


def rows_within(seconds: float, many: Fit, few: Fit, most: int) -> int:
    """How many training rows one fit may have, at least those of `many`, to end within so many seconds."""
    low, high = many.rows, max(many.rows, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if many.seconds * growth(many, few, middle) <= seconds else (low, middle)
    return high if many.seconds * growth(many, few, high) <= seconds else low


def spread(seconds: Sequence[float], ratio: float = 1.0, longer: float = 1.0) -> Seconds:
    """Timings of different configurations, on rows that the study has `ratio` = n / m times as many of.

    longer: how many times as long a fit takes on those (`growth`).

    A search that settles among the cheaper half of the configurations takes the low end, among the dearer the high.
    """
    ordered = np.sort(np.asarray(seconds, dtype=np.float64))
    half = (len(ordered) + 1) // 2
    typical = float(ordered.mean()) * longer
    low = float(ordered[:half].mean()) * longer * ratio**-UNSURE
    high = float(ordered[-half:].mean()) * longer * ratio**UNSURE
    return Seconds(min(low, typical * (1 - LEAST_SPREAD)), typical, max(high, typical * (1 + LEAST_SPREAD)))
