"""How far a column has moved between two versions of a table: missing cells, levels, and its distribution.

n, m        rows of either version that have a value
KS          the greatest distance between two cumulative distributions, 0 to 1, for numbers and dates (Kolmogorov,
            Smirnov)
TV          half the sum over levels of how far their shares are apart, 0 to 1 (total variation)
by chance   what two samples of one population do: KS up to 1.95 √((n + m) / n m), levels and missing cells by the
            χ² of their counts (quantile of Wilson and Hilferty 1931), each at 1 in 1,000
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.tabular.columns import Column
from studies.tabular.moments import moments
from studies.tabular.profile import BINS
from studies.tabular.row_hash import value_of

KS_BY_CHANCE = 1.9495  # √(−½ ln(α / 2)) for α = 0.001
Z = 3.0902  # one-sided, 0.001
FEWEST_EXPECTED = 5  # rows of a level below which χ² cannot be trusted; rarer ones count as one
MUCH, SOMEWHAT = 0.25, 0.1
NAMED, LONGEST_WORD = 10, 80
OUTER = (0.5, 99.5)  # percentiles between which numbers are drawn; the outer bars hold what lies beyond
Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Distance:
    """of: "KS", "TV", or "" where there is nothing to compare. bins: shares for a picture of both on common bins."""

    of: str = ""
    value: float = 0.0
    is_chance: bool = True
    bins: tuple[list[float], list[float]] = ([], [])


def column_change(before: Column, after: Column) -> dict[str, Any]:
    """What has become of a column, as plain values that JSON can hold. Pairs are (before, after).

    kind, role, missing (share), distinct, middle (median of numbers and dates); gained and lost: how many levels, and
    the first ones; distance, of, bins as in `Distance`; moved: 0 to 1, the greater of the distance and the difference
    of missing shares, each only where chance would not do it; word: "same", "chance", "little", "somewhat", "much".
    """
    pair = (before, after)
    distance = _distance(before, after)
    missing = [_share(column.missing) for column in pair]
    moved = 0.0 if distance.is_chance else distance.value
    counts = np.array([[column.missing.sum(), (~column.missing).sum()] for column in pair], np.int64)
    if not _by_chance(counts):
        moved = max(moved, abs(missing[1] - missing[0]))
    gained, lost = _levels_moved(before, after)
    still = distance.value == 0.0 and missing[0] == missing[1] and not gained["count"] and not lost["count"]
    return {
        "column": after.name,
        "kind": [before.kind, after.kind],
        "role": [before.role, after.role],
        "missing": missing,
        "distinct": [_distinct(column) for column in pair],
        "middle": [_middle(column) for column in pair],
        "gained": gained,
        "lost": lost,
        "distance": round(distance.value, 4) if distance.of else None,
        "of": distance.of,
        "bins": list(distance.bins),
        "moved": round(moved, 4),
        "word": _word(moved, still),
    }


def _word(moved: float, still: bool) -> str:
    if moved == 0.0:
        return "same" if still else "chance"
    return "much" if moved >= MUCH else "somewhat" if moved >= SOMEWHAT else "little"


def _share(mask: NDArray[np.bool_]) -> float:
    return float(mask.mean()) if len(mask) else 0.0


def _distinct(column: Column) -> int:
    return len(np.unique(column.values[~column.missing]))


def _middle(column: Column) -> float | str | None:
    """The median: a number, or the word of the date that is nearest to it."""
    if not column.is_numeric and column.kind != "date":
        return None
    if column.missing.all():
        return None
    values = moments(column)
    if column.is_numeric:
        scale = float(np.nanmax(np.abs(values))) or 1.0  # the mean of two values near the largest float overflows
        return float(np.nanmedian(values / scale)) * scale
    if np.isnan(values).all():
        return None
    order = np.argsort(values)
    middle = int(order[(int((~np.isnan(values)).sum()) - 1) // 2])
    return column.levels[int(column.values[middle])]


def _distance(before: Column, after: Column) -> Distance:
    kinds = {before.kind, after.kind}
    if kinds & {"text", "id"}:
        return Distance()
    if kinds == {"date"} or (before.is_numeric and after.is_numeric):
        first, second = (values[~np.isnan(values)] for values in (moments(before), moments(after)))
        return _of_numbers(first, second) if len(first) and len(second) else Distance()
    counts = _of_each_level(before, after)
    return _of_levels(counts) if counts.sum(axis=1).all() else Distance()


def _of_numbers(first: Floats, second: Floats) -> Distance:
    first, second = np.sort(first), np.sort(second)
    n, m = len(first), len(second)
    places = np.concatenate([first, second])
    below = [np.searchsorted(side, places, "right") / len(side) for side in (first, second)]
    value = float(np.abs(below[0] - below[1]).max())
    return Distance("KS", value, value <= KS_BY_CHANCE * np.sqrt((n + m) / (n * m)), _drawn_numbers(first, second))


def _drawn_numbers(first: Floats, second: Floats) -> tuple[list[float], list[float]]:
    """Shares on common bins: one for each of few values, else equal slices; both sides are sorted."""
    few = _few_values(first, second)
    if few is not None:
        counts = [np.searchsorted(side, few, "right") - np.searchsorted(side, few, "left") for side in (first, second)]
        return _shares(counts[0]), _shares(counts[1])
    ends = [np.percentile(side / 2, OUTER) for side in (first, second)]  # halves: a range may overflow
    low, high = float(min(end[0] for end in ends)), float(max(end[1] for end in ends))
    if not low < high:
        low, high = float(min(first[0], second[0])) / 2, float(max(first[-1], second[-1])) / 2
    inner = (low + (high - low) * np.arange(1, BINS) / BINS) * 2
    cuts = [np.concatenate([[0], np.searchsorted(side, inner, "left"), [len(side)]]) for side in (first, second)]
    return _shares(np.diff(cuts[0])), _shares(np.diff(cuts[1]))


def _few_values(first: Floats, second: Floats) -> Floats | None:
    """All different values, where they are as few as there are bars."""
    found: set[float] = set()
    for side in (first, second):
        place = 0
        while place < len(side):
            found.add(float(side[place]))
            if len(found) > BINS:
                return None
            place = int(np.searchsorted(side, side[place], "right"))
    return np.array(sorted(found))


def _of_each_level(before: Column, after: Column) -> Counts:
    """(2, levels) how many rows of either side have each level; a number is its value, as everywhere between rows."""
    code: dict[float | str, int] = {}
    counts: list[dict[int, int]] = [{}, {}]
    for side, column in enumerate((before, after)):
        words, found = column.distinct()
        for word, count in zip(words, found.tolist(), strict=True):
            if count:
                place = code.setdefault(value_of(word), len(code))
                counts[side][place] = counts[side].get(place, 0) + count
    table = np.zeros((2, len(code)), np.int64)
    for side, of_side in enumerate(counts):
        for place, count in of_side.items():
            table[side, place] = count
    return table


def _of_levels(counts: Counts) -> Distance:
    shares = counts / counts.sum(axis=1, keepdims=True)
    value = float(np.abs(shares[0] - shares[1]).sum() / 2)
    order = np.argsort(-shares.sum(axis=0), kind="stable")
    shown = shares[:, order[:BINS]]
    if len(order) > BINS:  # the last bar holds all others
        shown = np.column_stack([shares[:, order[: BINS - 1]], shares[:, order[BINS - 1 :]].sum(axis=1)])
    bins = ([round(float(share), 4) for share in shown[0]], [round(float(share), 4) for share in shown[1]])
    return Distance("TV", value, _by_chance(counts), bins)


def _by_chance(counts: Counts) -> bool:
    """Whether two samples of one population would differ so: (2, levels), χ² of homogeneity."""
    sides = counts.sum(axis=1)
    if not sides.all():
        return True
    expected = np.outer(sides, counts.sum(axis=0)) / counts.sum()
    rare = expected.min(axis=0) < FEWEST_EXPECTED
    if rare.any():
        counts = np.column_stack([counts[:, ~rare], counts[:, rare].sum(axis=1)])
        expected = np.column_stack([expected[:, ~rare], expected[:, rare].sum(axis=1)])
    there = expected.min(axis=0) > 0
    counts, expected = counts[:, there], expected[:, there]
    freedom = counts.shape[1] - 1
    if freedom < 1:
        return True
    statistic = float(((counts - expected) ** 2 / expected).sum())
    part = 2 / (9 * freedom)
    return bool(statistic <= freedom * (1 - part + Z * np.sqrt(part)) ** 3)


def _shares(counts: NDArray[np.signedinteger[Any]]) -> list[float]:
    return [round(float(share), 4) for share in counts / max(1, counts.sum())]


def _levels_moved(before: Column, after: Column) -> tuple[dict[str, Any], dict[str, Any]]:
    """Words that came and words that went; none for numbers and dates, which have no levels."""
    if "date" in (before.kind, after.kind) or before.is_numeric or after.is_numeric:
        none = np.zeros(0, np.bool_)
        return _told((), none), _told((), none)
    (old, had), (new, has) = _levels(before), _levels(after)
    gained, lost = has & ~_among(new, old[had]), had & ~_among(old, new[has])
    return _told(after.levels, gained), _told(before.levels, lost)


def _levels(column: Column) -> tuple[Counts, Mask]:
    """(levels,) a hash of each, good within this process: a million words take much more; and which of them some row
    has."""
    codes = column.values[column.values >= 0].astype(np.int64)
    is_there = np.bincount(codes, minlength=len(column.levels)) > 0
    return np.fromiter(map(hash, column.levels), np.int64, len(column.levels)), is_there


def _among(hashes: Counts, known: Counts) -> Mask:
    """Which of the hashes are known; in a quarter of the memory that `np.isin` takes."""
    if not len(known):
        return np.zeros(len(hashes), np.bool_)
    known = np.sort(known)
    places = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    return np.asarray(known[places] == hashes)


def _told(levels: Sequence[str], moved: Mask) -> dict[str, Any]:
    places = np.flatnonzero(moved)
    return {"count": len(places), "first": [levels[place][:LONGEST_WORD] for place in places[:NAMED].tolist()]}
