"""The resamples on which a search is played again: the same for every study of the same rows.

| symbol | meaning | shape |
|---|---|---|
| n, U, B | rows, units drawn (rows, or whole groups), resamples | |
| w | how often a row was drawn: it is in the bag where w > 0, out of it where w = 0 | (B, n) uint8 |

A resample draws U of the U units with replacement (B. Efron, "Bootstrap methods: another look at the jackknife", 1979);
about 0.37 n rows stay out of the bag. Every class has to be both in the bag and out of it, and the resample is drawn
again until it is. Where a class has few rows each class is drawn by itself.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.uint8]
STREAM = 0xB00757  # keeps these random numbers apart from those of folds and samples
FEW_ROWS = 10  # of a class, below which each class is drawn by itself
RARE = 50  # rows of a class beyond which its absence need not be feared: below 1 in 10**9
ATTEMPTS = 1000  # at most, where several rare classes have to fall well at once
LEAST_ROWS, LEAST_GROUPS = 10, 5
_BLOCK = 2_000_000  # draws at a time


@dataclass(frozen=True, eq=False)
class Resamples:
    """`weights` (B, n) uint8. `key`: equal only where rows, truth, groups and seed are, so where the weights are.

    groups: how many were drawn whole, 0 where rows were drawn.
    """

    weights: Weights
    key: str
    groups: int

    @property
    def left_out(self) -> Weights:
        """(B, n) 1 where a row stayed out of the bag, else 0."""
        return np.asarray(self.weights == 0).view(np.uint8)

    def __len__(self) -> int:
        return len(self.weights)


def draw_resamples(
    y: NDArray[np.generic],
    groups: NDArray[np.generic] | None = None,
    *,
    classes: int = 0,
    seed: int = 0,
    resamples: int = 500,
    places: NDArray[np.bool_] | None = None,
) -> Resamples:
    """B resamples of the rows with truth y (n,): class codes below `classes`, or numbers where that is 0.

    groups (n,): rows with the same value are drawn together. places: which rows of the table these are, where not all;
    only the key depends on it. ValueError for fewer than 10 rows or 5 groups.
    """
    n = len(y)
    if n < LEAST_ROWS:
        raise ValueError(f"{n} rows are too few to be resampled; it takes {LEAST_ROWS}.")
    unit = np.arange(n) if groups is None else np.unique(groups, return_inverse=True)[1].reshape(-1)
    units = int(unit.max()) + 1
    if groups is not None and units < LEAST_GROUPS:
        raise ValueError(f"{units} groups are too few to be resampled whole; it takes {LEAST_GROUPS}.")
    codes = y.astype(np.int64) if classes else None
    draw = _Draw(unit, units, codes, seed, by_row=groups is None)
    size = max(1, _BLOCK // units)
    blocks = [draw.block(min(size, resamples - start)) for start in range(0, resamples, size)]
    named = [str((n, units, classes, seed, resamples)).encode(), np.ascontiguousarray(y).tobytes()]
    named += [] if groups is None else [unit.astype(np.int64).tobytes()]
    named += [] if places is None or places.all() else [np.packbits(places).tobytes()]
    key = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in named)).hexdigest()
    return Resamples(np.concatenate(blocks), key, 0 if groups is None else units)


class _Draw:
    """Draws blocks of resamples from one stream."""

    def __init__(
        self, unit: NDArray[np.intp], units: int, codes: NDArray[np.int64] | None, seed: int, *, by_row: bool
    ) -> None:
        self.rng = np.random.default_rng([seed, STREAM])
        self.unit, self.units, self.by_row = unit, units, by_row
        counts = np.bincount(codes) if codes is not None else np.zeros(0, dtype=np.int64)
        present = np.flatnonzero(counts)
        of_class = [np.flatnonzero(codes == code) for code in present if not by_row or counts[code] <= RARE]
        self.rows_of = [rows for rows in of_class if np.ptp(unit[rows])]  # those in one group cannot be in and out
        self.strata: list[NDArray[np.intp]] = []
        if codes is not None and by_row and counts[present].min() < FEW_ROWS:
            self.strata = [np.flatnonzero(codes == code) for code in present]

    def block(self, size: int) -> Weights:
        """(size, n) weights."""
        if self.strata:
            weights = np.zeros((size, self.units), dtype=np.uint8)
            for rows in self.strata:
                weights[:, rows] = self._redrawn(size, len(rows), [np.arange(len(rows))] if len(rows) > 1 else [])
            return weights
        counts = self._redrawn(size, self.units, self.rows_of)
        return counts if self.by_row else counts[:, self.unit]

    def _redrawn(self, size: int, units: int, needed: list[NDArray[np.intp]]) -> Weights:
        """(size, units) counts in which each of the needed sets of rows has some in the bag and some out of it."""
        counts = self._counts(size, units)
        for _ in range(ATTEMPTS):
            bad = self._lacking(counts, needed)
            if not len(bad):
                break
            counts[bad] = self._counts(len(bad), units)
        return counts

    def _counts(self, size: int, units: int) -> Weights:
        drawn = self.rng.integers(0, units, (size, units), dtype=np.int32)
        return np.stack([np.bincount(line, minlength=units).astype(np.uint8) for line in drawn])

    def _lacking(self, counts: Weights, needed: list[NDArray[np.intp]]) -> NDArray[np.intp]:
        lacking = (counts > 0).all(axis=1) if counts.shape[1] > 1 else np.zeros(len(counts), dtype=bool)
        for rows in needed:
            drawn = counts[:, rows if self.by_row else self.unit[rows]] > 0
            lacking |= drawn.all(axis=1) | ~drawn.any(axis=1)
        return np.flatnonzero(lacking)
