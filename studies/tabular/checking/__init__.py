"""Is a table fit for tuning? Warnings that guard the evaluation, and errors about a target, in sentences.

By what is looked at: single columns, rows, the target, and what gives the target away. `level` says how grave a warning
is: "blocks" (a study on it would fail or mislead), "asks" (a person has to decide) or "notes" (good to know, nothing to
do); `figures` holds its numbers.
"""

from collections.abc import Mapping, Sequence

from studies.tabular.checking.alone import Alone, judge_alone
from studies.tabular.checking.columns import check_column
from studies.tabular.checking.leaks import check_leaks
from studies.tabular.checking.rows import check_rows
from studies.tabular.checking.target import check_target, check_target_rows, warn_of_no_target
from studies.tabular.columns import Column
from studies.tabular.records import Warnings

__all__ = ["Alone", "check_columns", "check_target", "judge_alone"]


def check_columns(columns: Sequence[Column], alone: Mapping[str, Alone] | None = None) -> Warnings:
    """Warnings about the target, about what gives it away, about rows and about single columns.

    `alone`: what `judge_alone` says of these columns, where it is known already.
    """
    target = next((column for column in columns if column.role == "target"), None)
    warnings: Warnings = []
    if target is None:
        warnings.append(warn_of_no_target(columns))
    else:
        warnings.extend(check_target_rows(columns, target))
        warnings.extend(check_leaks(columns, target, judge_alone(columns) if alone is None else alone))
    warnings.extend(check_rows(columns))
    for column in columns:
        warnings.extend(check_column(column))
    return warnings
