"""Values in the smallest type that holds them, as they are kept outside of memory, and back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.tabular.columns import Column

WHOLE = (np.int8, np.int16, np.int32)


def compact(column: Column) -> NDArray[Any]:
    """The values in the smallest type that holds each of them: whole numbers and codes of levels as integers, of which
    the least one stands for a missing number; other numbers as they are."""
    if not column.is_numeric:
        return smallest(column.values)
    missing = column.missing
    values = np.where(missing, 0.0, column.values)
    whole = bool(np.all(values == np.rint(values))) and not bool(np.any((values == 0) & np.signbit(values)))
    low, high = float(values.min(initial=0)), float(values.max(initial=0))
    small = next((kind for kind in WHOLE if np.iinfo(kind).min < low and high <= np.iinfo(kind).max), None)
    if not whole or small is None:
        return column.values
    return np.where(missing, np.iinfo(small).min, values).astype(small)


def in_full(values: NDArray[Any], is_numeric: bool) -> NDArray[np.float64] | NDArray[np.int32]:
    if not is_numeric:
        return values.astype(np.int32, copy=False)
    if values.dtype.kind == "f":
        return values
    numbers = values.astype(np.float64)
    numbers[values == np.iinfo(values.dtype).min] = np.nan
    return numbers


def smallest(values: NDArray[Any]) -> NDArray[Any]:
    """Integers in the smallest type that holds them all."""
    low, high = int(values.min(initial=0)), int(values.max(initial=0))
    return values.astype(
        next((kind for kind in WHOLE if np.iinfo(kind).min < low and high <= np.iinfo(kind).max), np.int64)
    )
