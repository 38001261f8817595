"""Which columns are identifiers though some of their values come twice? Rows get copied, and a few ids are reused.

What belongs together, such as the visits of a patient, has more rows to a value: a group (studies.tabular.belonging).
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from studies.tabular.belonging import RARELY, is_marked
from studies.tabular.columns import Column

# Narrower than what is enough where every row has another value: "index" and "number of rooms" are quantities too.
SURE_NAME = re.compile(
    r"(?:.*[_\-. ])?(?:ids?|identifier|uuid|guid|row_?id|rownames|key)|.+[_\-. ](?:no|nr|num|number)", re.IGNORECASE
)
SURE_CAMEL = re.compile(r".*[a-z](?:ID|Id|UUID|Key)")
KINDS = ("integer", "category", "text", "id")
MOST_GONE = 0.1  # an identifier may be missing in so many rows


def nearly_unique(columns: Sequence[Column]) -> Iterator[tuple[int, str]]:
    """The places of columns that are named like identifiers and have fewer than 1.1 different rows to a value, copies
    of a row counted once, with the reason in words. Not where most rows are copies."""
    for index, column in enumerate(columns):
        name = column.name.strip()
        is_told = column.kind == "id" and column.why
        is_named = SURE_NAME.fullmatch(name) or SURE_CAMEL.fullmatch(name) or is_marked(name)
        if column.kind in KINDS and not is_told and is_named:
            reason = _reason(column, [other for other in columns if other is not column])
            if reason:
                yield index, reason


def _reason(column: Column, others: Sequence[Column]) -> str:
    present = ~column.missing
    rows = int(present.sum())
    if not rows or rows < (1 - MOST_GONE) * column.rows:
        return ""
    codes, different = _coded(column.values[present])
    if different == rows or rows < RARELY * different:
        return "nearly every row has another value"
    if 2 * different < rows:
        return ""
    for other in others:
        values, levels = _coded(other.values[present])
        codes, distinct = _coded(codes * levels + values)
        if distinct >= RARELY * different:
            return ""
    return "nearly every row has another value, copies of rows counted once"


def _coded(values: NDArray[np.float64] | NDArray[np.int32] | NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """(n,) a code for each value, and how many different ones there are."""
    different, codes = np.unique(values, return_inverse=True)
    return codes.astype(np.int64), len(different)
