"""Features that give the target away: a copy of it under other words, or one that predicts it nearly alone.

The thresholds are for the lower end of a 95 % interval of what the column predicts alone: few rows accuse nobody.
They were chosen by looking at 730 tables that R's packages, scikit-learn, plotly and vega ship (4,714 features), and
tried on no others. 73 features lie above them: mostly classes made from another column, names of what rows belong
to and trends over time, but also honest near-equals, such as two lengths of a diamond. A petal's width, which tells
the species of an iris with 0.96, surely with 0.925, lies below. In simulations of 1,000 rows (40 draws each) a copy
with 2 % of its labels changed and the days to a visit that decides the target are always found (of 150 rows, the
days in 38 % of draws); so is a normal feature with an area under the curve of 0.99 in 5 %, and of 0.995 in 65 %. Of
numbers, a copy with noise of a tenth of its spread is always found, one with a fifth never.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from studies.tabular.checking.alone import Alone
from studies.tabular.columns import Column
from studies.tabular.errors import counted, quote, warning
from studies.tabular.records import Warnings

TELLING_CLASSES = 0.95  # balanced accuracy
TELLING_NUMBERS = 0.98  # R²
FEW_LEVELS = 10  # with more, a column of words may be the name of what rows belong to


def check_leaks(columns: Sequence[Column], target: Column, alone: Mapping[str, Alone]) -> Warnings:
    """Warnings of the codes `target_copy` and `telling`, about features only."""
    found: Warnings = []
    features = [column for column in columns if column.role == "feature"]
    ranks = _ranks(target)
    for column in features:
        score = alone.get(column.name)
        figures = {"alone": round(score.score, 4), "at_least": round(score.at_least, 4)} if score else {}
        if ranks is not None and _is_copy(column, target, ranks):
            message = (
                f"Column {quote(column.name)} says exactly what the target {quote(target.name)} says: each value of "
                "one goes with one of the other. If it is not known before the target is, ignore it."
            )
            found.append(warning("target_copy", message, column.name, "blocks", **figures))
        elif score and is_telling(score):
            found.append(warning("telling", _telling(column, target, score), column.name, "blocks", **figures))
    return found


def is_telling(alone: Alone) -> bool:
    return alone.at_least >= (TELLING_CLASSES if alone.by_class else TELLING_NUMBERS)


def _telling(column: Column, target: Column, alone: Alone) -> str:
    measure = "a balanced accuracy" if alone.by_class else "an R²"
    found = (
        f"Column {quote(column.name)} may give the target away: alone it predicts {quote(target.name)} with {measure} "
        f"of {alone.score:.3f}"
    )
    levels = len(column.levels)
    if levels > FEW_LEVELS and not column.is_numeric and column.kind != "date":
        return (
            f"{found}, as nearly each of its {counted(levels, 'value')} goes with one value of the target. If rows of "
            "one value belong together, split by it; if new rows will have other values, ignore it."
        )
    return (
        f"{found}. Is it known only once the target is, or made from it? Then ignore it: left in, every score would be "
        "too good to be true. If it is known before, keep it and say so."
    )


def _ranks(target: Column) -> NDArray[np.int64] | None:
    """(n,) the place of each known value of the target among its different ones; None where they repeat too little for
    a copy to be told from chance."""
    values, ranks = np.unique(np.asarray(target.values, np.float64)[~target.missing], return_inverse=True)
    return ranks.astype(np.int64) if len(values) > 1 and 2 * len(values) <= len(ranks) else None


def _is_copy(column: Column, target: Column, ranks: NDArray[np.int64]) -> bool:
    """Whether each value goes with one value of the target, and the other way round. A glance at a few rows first: that
    tells nearly always, and costs little where there are many."""
    values = np.asarray(column.values, np.float64)[~target.missing]
    for rows in (1_000, len(values)):
        pairs = np.unique(np.column_stack([values[:rows], ranks[:rows]]), axis=0)
        parts = [len(np.unique(part)) for part in pairs.T]
        if not parts[0] == parts[1] == len(pairs):
            return False
        if rows >= len(values):
            break
    return not bool(column.missing.any())
