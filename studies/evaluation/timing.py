"""What one fit takes: folds over a sample of rows to be timed, and what the timed seconds say about all rows.

| symbol | meaning |
|---|---|
| n | training rows of one fit of the study |
| m | training rows of the fits that were timed, m <= n |
| b | exponent: seconds grow like rows ** b |
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .splits import LEFT_OUT, Plan

EXPONENTS = (0.5, 3.0)  # from nearly free of the rows to the cube of them
UNSURE = 0.2  # of the exponent, when rows are extrapolated
TOO_SHORT = 0.002  # seconds below which two timings say nothing about the exponent
LEAST_SPREAD = 0.15  # machines are never steadier than that


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


def exponent(rows: tuple[int, int], seconds: tuple[float, float]) -> float:
    """b from two timings; 1 where they are too short or too close to tell."""
    if min(seconds) < TOO_SHORT or max(rows) < 1.5 * min(rows):
        return 1.0
    found = math.log(seconds[1] / seconds[0]) / math.log(rows[1] / rows[0])
    return min(max(found, EXPONENTS[0]), EXPONENTS[1])


def rows_within(seconds: float, first_rows: int, first_seconds: float, b: float, most: int) -> int:
    """How many training rows one fit may have to end within so many seconds."""
    grown = first_rows * (seconds / max(first_seconds, 1e-6)) ** (1 / b)
    return int(min(most, max(first_rows, grown)))


def spread(seconds: Sequence[float], ratio: float = 1.0, b: float = 1.0) -> Seconds:
    """Timings of different configurations, on rows that the study has `ratio` = n / m times as many of.

    A search that settles among the cheaper half of the configurations takes the low end, among the dearer the high.
    """
    ordered = np.sort(np.asarray(seconds, dtype=np.float64))
    half = (len(ordered) + 1) // 2
    typical = float(ordered.mean()) * ratio**b
    low = float(ordered[:half].mean()) * ratio ** (b - UNSURE)
    high = float(ordered[-half:].mean()) * ratio ** (b + UNSURE)
    return Seconds(min(low, typical * (1 - LEAST_SPREAD)), typical, max(high, typical * (1 + LEAST_SPREAD)))
