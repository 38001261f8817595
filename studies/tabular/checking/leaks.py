"""Features that give the target away: a copy of it under other words, or one that predicts it nearly alone.

The thresholds are for the lower end of a 95 % interval of what the column predicts alone: few rows accuse nobody.
They were chosen by looking at 730 tables that R's packages, scikit-learn, plotly and vega ship, and measured on draws
of known truth and on 135 tables of other packages (the benchmark `leaks`, 200 draws of each). Of honest features, one
of an area under the curve up to 0.98 is accused in no more than 1 of 200 draws, of 0.99 in 2 to 8 %, of 0.995 in 60 %
of draws of 1,000 rows and in all of 10,000; of numbers, up to an R² of 0.97 in none, of 0.99 in nearly all: what a
column means nobody can tell from its values, so the words ask. A copy with 2 % wrong, a number of which the target is a
bound and the target's logarithm are found in 32, 50 and 66 % of draws of 100 rows, in 100, 100 and 87 % of 1,000.
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
