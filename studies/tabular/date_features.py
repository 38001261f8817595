"""What a model gets of a date: a few plain numbers, none of which is learnt from rows.

| part | number |
|---|---|
| days since 2000 | days since 1 January 2000, with a fraction for the time of day |
| month | 1 to 12 |
| day of week | 1 (Monday) to 7 |
| hour | 0 to 23 |

A recipe holds this source as it stands, so annotations here name builtins and numpy alone.
"""

from collections.abc import Sequence

import numpy as np

from studies.tabular.columns import Column
from studies.tabular.dates import parse_date

DAYS, MONTH, WEEKDAY, HOUR = "days since 2000", "month", "day of week", "hour"
ORIGIN, UNIX = 730_120, 719_163  # 1 January of 2000 and of 1970, as days since the year 1


def date_part(cells: Sequence[str], part: str, day_first: bool) -> np.ndarray:
    """(n,) that part of each cell; NaN where it is empty or no date in this order of day and month."""
    return part_of(days_of(cells, day_first), part)


def days_of(cells: Sequence[str], day_first: bool) -> np.ndarray:
    """(n,) days since 1 January of the year 1, with a fraction for the time of day; NaN as in `date_part`."""
    return np.array([parse_date(cell, day_first) if cell else None for cell in cells], dtype=np.float64)


def part_of(days: np.ndarray, part: str) -> np.ndarray:
    """(n,) that part of days since the year 1; NaN stays NaN."""
    if part == DAYS:
        return np.asarray(days - ORIGIN)
    found = np.full(len(days), np.nan)
    known = ~np.isnan(days)
    whole = np.floor(days[known])
    if part == MONTH:
        months = (whole - UNIX).astype("datetime64[D]").astype("datetime64[M]")
        found[known] = months.astype(np.int64) % 12 + 1
    elif part == WEEKDAY:
        found[known] = (whole - 1) % 7 + 1
    else:  # whole seconds first: the fraction of a day is not exact
        found[known] = np.minimum(np.rint((days[known] - whole) * 86_400) // 3600, 23)
    return found


def parts_of(column: Column) -> tuple[tuple[str, ...], bool]:
    """Which parts a column of dates is worth, and whether its days come before its months.

    The days always; of the others those that are not the same in all rows.
    """
    words, counts = column.distinct()
    present = [word for word, count in zip(words, counts.tolist(), strict=True) if count]
    day_first = all(parse_date(word) is not None for word in present)
    return parts_that_vary(days_of(present, day_first)), day_first


def parts_that_vary(days: np.ndarray) -> tuple[str, ...]:
    """The days, and the other parts that take more than one value."""
    return (DAYS, *(part for part in (MONTH, WEEKDAY, HOUR) if len(np.unique(part_of(days, part))) > 1))


def numbers_of(column: Column, parts: tuple[str, ...], day_first: bool) -> list[np.ndarray]:
    """(n,) for each part; missing is NaN."""
    days = np.append(days_of(column.levels, day_first), np.nan)  # the code of a missing one is -1
    codes = column.values.astype(np.int64)
    return [part_of(days, part)[codes] for part in parts]
