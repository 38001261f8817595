"""A column in a few numbers: what a dataset's page shows beside its name. Plain values that JSON can hold."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.tabular.columns import Column
from studies.tabular.dates import parse_dates

BINS = 12
TOP = 10


def profile_column(column: Column) -> dict[str, Any]:
    """Missing and distinct counts, and by kind: min, max, mean and median; first and last date; the top
    values; how many words a text has.

    `bins` are up to 12 counts for a small picture: equal slices of the range for numbers and dates, one bar for each of
    few values, else the most frequent ones. An empty list where there is nothing to draw.
    """
    counts = column.counts()
    profile: dict[str, Any] = {"missing": int(column.missing.sum()), "distinct": len(counts), "bins": []}
    if not len(counts):
        return profile
    if column.is_numeric:
        present = column.values[~column.missing].astype(np.float64, copy=False)
        return profile | _numbers(present) | {"bins": _bins(present, counts)}
    if column.kind == "date":
        return profile | _dates(column.levels, counts)
    if column.kind in ("id", "text"):
        return profile | _words(column.levels, counts)
    order = np.argsort(-counts, kind="stable")
    top = [{"value": column.levels[index], "count": int(counts[index])} for index in order[:TOP].tolist()]
    return profile | {"top": top, "bins": counts[order[:BINS]].tolist()}


def _words(words: Sequence[str], counts: NDArray[np.int64]) -> dict[str, Any]:
    """Examples, and how many words a cell has at least, on average over the rows, and at most."""
    lengths = np.fromiter((len(word.split()) for word in words), np.int64, len(words))
    of_cells = {
        "least": int(lengths.min()),
        "mean": float(np.average(lengths, weights=counts)),
        "most": int(lengths.max()),
    }
    return {"examples": [word[:80] for word in words[:3]], "words": of_cells}


def _numbers(values: NDArray[np.float64]) -> dict[str, float]:
    low, high = float(values.min()), float(values.max())
    # Scaled, so that the sum of values near the largest float does not overflow.
    scale = max(abs(low), abs(high)) or 1.0
    scaled = values / scale
    return {
        "min": low,
        "max": high,
        "mean": float(np.clip(np.mean(scaled), -1.0, 1.0)) * scale,
        "median": float(np.median(scaled, overwrite_input=True)) * scale,
    }


def _bins(values: NDArray[np.float64], counts: NDArray[np.int64]) -> list[int]:
    """One bar for each value where there are at most 12, else 12 equal slices from the least to the greatest."""
    return counts.tolist() if len(counts) <= BINS else _slices(values, np.ones(len(values), np.int64))


def _slices(values: NDArray[np.float64], weights: NDArray[np.int64]) -> list[int]:
    low, high = float(values.min()), float(values.max())
    # Halves first: the range itself may overflow.
    share = (values / 2 - low / 2) / (high / 2 - low / 2)
    place = np.minimum((share * BINS).astype(np.int64), BINS - 1)
    sums: list[int] = np.bincount(place, weights, BINS).astype(np.int64).tolist()
    return sums


def _dates(levels: Sequence[str], counts: NDArray[np.int64]) -> dict[str, Any]:
    days = np.asarray(parse_dates(levels) or [], np.float64)
    if not len(days):
        return {}
    bins = _slices(days, counts) if days.min() < days.max() else counts.tolist()
    return {"first": levels[int(days.argmin())], "last": levels[int(days.argmax())], "bins": bins}
