"""Which cells do not fit a kind? The same rules as the conversion, cell by cell, for who is still choosing."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from studies.tabular.cells import Cells, clean_cells
from studies.tabular.columns import KINDS, NUMERIC
from studies.tabular.dates import not_dates, parse_dates
from studies.tabular.dress import numbers_of
from studies.tabular.numbers import Mark

MARKS: tuple[tuple[Mark, Mark], ...] = ((".", ","), (",", "."))


def misfits(cells: Sequence[str], kind: str, missing: Collection[int] = ()) -> list[int]:
    """Places in `cells` (n,) that cannot be read as `kind`; `missing` are those read as missing beside the usual words.

    Numbers are read as the conversion does, with the decimal mark that suits most of them. Raises ValueError for a kind
    that does not exist.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not a kind; the kinds are {', '.join(KINDS)}.")
    known = np.array([place not in missing for place in range(len(cells))], np.bool_)
    seen = clean_cells("", map(str.encode, cells), range(len(cells))).only(known)
    bad = np.append(_bad(seen, kind), np.zeros(len(seen.gone), np.bool_))
    places: list[int] = np.flatnonzero(known)[bad[seen.codes]].tolist()
    return places


def _bad(seen: Cells, kind: str) -> NDArray[np.bool_]:
    """(m,) which of the different values do not fit."""
    if kind in NUMERIC:
        found = [_not_numbers(seen, marks, kind == "integer") for marks in MARKS]
        return min(found, key=lambda bad: int(seen.times[bad].sum()))
    bad: set[str] = set()
    if kind == "boolean":
        bad = set(sorted(seen.counts, key=lambda value: -seen.counts[value])[2:])
    elif kind == "date" and parse_dates(seen.counts) is None:
        bad = set(not_dates(seen.counts)) or set(seen.counts)  # each is a date, in orders that do not agree
    return np.fromiter((value in bad for value in seen.values), np.bool_, len(seen.values))


def _not_numbers(seen: Cells, marks: tuple[Mark, Mark], whole: bool) -> NDArray[np.bool_]:
    numbers, _ = numbers_of(seen, marks[0], marks)
    bad: NDArray[np.bool_] = np.isnan(numbers) | (whole & (numbers != np.floor(numbers)))
    return bad
