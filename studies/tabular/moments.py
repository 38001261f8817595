"""When each row was, as a number that orders them."""

import numpy as np
from numpy.typing import NDArray

from studies.tabular.columns import Column
from studies.tabular.dates import parse_dates


def moments(column: Column) -> NDArray[np.float64]:
    """(n,) days since the year 1 for a column of dates, numbers as they are; NaN where nobody said."""
    if column.is_numeric:
        return np.asarray(column.values, np.float64)
    days = np.array([*(parse_dates(column.levels) or []), np.nan])  # the code of a missing one is -1
    return np.asarray(days[column.values.astype(np.int64)])
