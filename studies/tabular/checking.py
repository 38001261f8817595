"""Is a table fit for tuning? Warnings that guard the evaluation, and errors about a target, in sentences."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studies.tabular.columns import Column
from studies.tabular.errors import counted, listed, quote, warning
from studies.tabular.header import INVISIBLE
from studies.tabular.records import MIN_ROWS, Warnings
from studies.tabular.row_hash import occurrences, row_hashes

MAX_CLASSES = 100
MANY_LEVELS = 100
LOPSIDED = 0.9
LARGE_GROUP = 0.4
LINE_ENDS = str.maketrans("\r\n\t", "   ")  # as quoted cells hold them: seen, not hidden
RARE = 5  # a class with fewer rows cannot be in every one of five folds


def check_columns(columns: Sequence[Column]) -> Warnings:
    """Warnings about single columns, about rows, and about the target."""
    warnings: Warnings = []
    for column in columns:
        warnings.extend(_check_column(column))
    warnings.extend(_check_rows(columns))
    target = next((column for column in columns if column.role == "target"), None)
    if target is not None:
        warnings.extend(_check_target_rows(target))
        warnings.extend(_check_leaks(columns, target))
    return warnings


def check_target(columns: Sequence[Column], target: str, task: str) -> list[str]:
    """Why `target` cannot be predicted by a study of this task ("classification" or "regression"); empty if it can."""
    column = next((column for column in columns if column.name == target), None)
    if column is None:
        names = [column.name for column in columns]
        return [f"There is no column {quote(target)}; the columns are {listed(names)}."]
    if not any(other.role == "feature" for other in columns if other.name != target):
        return ["No column is left as a feature. Give at least one column the role feature."]
    words, counts = column.distinct()
    name = quote(target)
    rows = int(counts.sum())
    if rows < MIN_ROWS:
        return [f"{name} has a value in only {counted(rows, 'row')}; {MIN_ROWS} are needed."]
    if column.kind in ("id", "text", "date"):
        return [f"{name} is of kind {column.kind} and cannot be predicted. Choose another target, or correct its kind."]
    if len(words) < 2:
        return [f"Every row of {name} is {quote(words[0])}: there is nothing to learn. Choose another target."]
    return _check_regression(column, words) if task == "regression" else _check_classes(column, words, counts)


def _check_regression(column: Column, words: list[str]) -> list[str]:
    if column.is_numeric:
        return []
    return [
        f"Regression predicts a number, but {quote(column.name)} is of kind {column.kind} ({listed(words, 3)}). "
        "Choose classification, or another target."
    ]


def _check_classes(column: Column, words: list[str], counts: NDArray[np.int64]) -> list[str]:
    name = quote(column.name)
    advice = "Choose regression." if column.is_numeric else "Choose another target, or join classes."
    if counts.max() < 2:
        return [f"Each row of {name} is a class of its own. {advice}"]
    if len(words) > MAX_CLASSES:
        return [f"{name} has {len(words):,} different values; a target has at most {MAX_CLASSES} classes. {advice}"]
    if column.kind == "number" and len(words) > 20:
        return [f"{name} holds measured numbers, {len(words):,} different ones: these are no classes. {advice}"]
    return []


def _check_column(column: Column) -> Warnings:
    name, rows = quote(column.name), column.rows
    words, _ = column.distinct()
    missing = int(column.missing.sum())
    if not words:
        return [warning("empty", f"Column {name} has no values and is set aside.", column.name)]
    found: Warnings = []
    if len(words) == 1 and not missing and column.role in ("feature", "target"):
        message = f"Column {name} is {quote(words[0])} in every row: it tells nothing."
        found.append(warning("constant", message, column.name))
    if column.role == "ignored" and column.kind == "id":
        found.append(warning("set_aside", f"Column {name} is set aside: {column.why}.", column.name))
    if missing * 2 > rows and column.role == "feature":
        message = f"Column {name} is missing in {missing:,} of {rows:,} rows."
        found.append(warning("mostly_missing", message, column.name))
    if column.role in ("group", "time"):
        found.extend(_check_belonging(column, missing))
    if column.kind == "category" and column.role != "group":
        found.extend(_check_levels(column, words))
    return found


def _check_belonging(column: Column, missing: int) -> Warnings:
    """What a group or a time column does to the folds that go by it."""
    name, found = quote(column.name), []
    if missing:
        rows = f"{counted(missing, 'row')} {'has' if missing == 1 else 'have'} no value of the {column.role} {name}"
        end = "each counts as a group of its own" if column.role == "group" else "blocks of time leave them out"
        found.append(warning(f"missing_{column.role}", f"{rows}: {end}.", column.name))
    words, counts = column.distinct()
    if column.role == "group" and len(words) == column.rows - missing:
        message = f"Every value of the group {name} is different: folds of such groups protect from nothing."
        found.append(warning("lone_groups", message, column.name))
    elif column.role == "group" and counts.max() > LARGE_GROUP * column.rows:
        most = words[int(counts.argmax())]
        message = f"{counts.max() / column.rows:.0%} of the rows are of the group {quote(most)}: folds cannot be even."
        found.append(warning("large_group", message, column.name))
    return found


def _check_levels(column: Column, words: list[str]) -> Warnings:
    name, found = quote(column.name), []
    if len(words) > MANY_LEVELS:
        message = f"Column {name} has {len(words):,} different values: slow to learn from, and easy to learn by heart."
        found.append(warning("high_cardinality", message, column.name))
    spellings: dict[str, list[str]] = {}
    for word in words:
        spellings.setdefault(" ".join(word.casefold().split()), []).append(word)
    twins = [words for words in spellings.values() if len(words) > 1]
    if twins:
        message = f"Column {name} has values that differ only in capitals or spaces, such as {listed(twins[0])}."
        found.append(warning("spelling", message, column.name))
    hidden = [word for word in words if INVISIBLE.search(word.translate(LINE_ENDS))]
    if hidden:
        message = f"Column {name} has values with invisible characters, such as {quote(hidden[0])}."
        found.append(warning("invisible", message, column.name))
    return found


def _check_rows(columns: Sequence[Column]) -> Warnings:
    used = [column for column in columns if column.role in ("feature", "target")]
    found: Warnings = []
    if used and (twice := _duplicate_rows(used)):
        message = (
            f"{counted(twice, 'row')} of {used[0].rows:,} {'is a copy' if twice == 1 else 'are copies'} of another row "
            "in every feature and the target. Copies on both sides of a split make scores look better than they are: "
            "folds keep them together, unless most rows are copies."
        )
        found.append(warning("duplicate_rows", message))
    features = sum(column.role == "feature" for column in used)
    if used and features > used[0].rows:
        message = f"The table has more features ({features:,}) than rows ({used[0].rows:,}): scores will be uncertain."
        found.append(warning("wide", message))
    return found


def _duplicate_rows(columns: Sequence[Column]) -> int:
    """How many rows have an equal one above them."""
    return int((occurrences(row_hashes(columns)) > 0).sum())


def _check_target_rows(target: Column) -> Warnings:
    found: Warnings = []
    name = quote(target.name)
    missing = int(target.missing.sum())
    if missing:
        message = f"{counted(missing, 'row')} without a value of the target {name} will be left out."
        found.append(warning("missing_target", message, target.name))
    words, counts = target.distinct()
    if len(words) > MAX_CLASSES or (target.is_numeric and target.kind == "number"):
        return found
    share = float(counts.max(initial=0)) / max(int(counts.sum()), 1)
    if share >= LOPSIDED and len(words) > 1:
        most = quote(words[int(counts.argmax())])
        message = (
            f"{share:.0%} of the rows have the target {name} at {most}: saying so always would look accurate. Balanced "
            "accuracy or ROC AUC tells more."
        )
        found.append(warning("imbalanced", message, target.name))
    rare = [(word, int(count)) for word, count in zip(words, counts, strict=True) if count < RARE]
    if rare and len(rare) < len(words):
        named = ", ".join(f"{quote(word)} ({counted(count, 'row')})" for word, count in rare[:5])
        least = min(count for _, count in rare)
        folds = f"at most {least} folds can hold every class" if least > 1 else "no folds can hold every class"
        found.append(warning("rare_class", f"Rare values of the target {name}: {named}; {folds}.", target.name))
    return found


def _check_leaks(columns: Sequence[Column], target: Column) -> Warnings:
    """Features that are the target under another name: each of their values goes with one value of the target only."""
    present = ~target.missing
    classes = np.unique(np.asarray(target.values, np.float64)[present], return_inverse=True)[1]
    found: Warnings = []
    for column in columns:
        if column.role != "feature" or column.missing.any():
            continue
        values = np.unique(np.asarray(column.values, np.float64)[present], return_inverse=True)[1]
        pairs = len(np.unique(values.astype(np.int64) * (classes.max(initial=0) + 1) + classes))
        kinds = int(values.max(initial=0)) + 1
        # As many pairs as values on both sides: one to one. A feature of all different values is no proof.
        if 1 < kinds == pairs == int(classes.max(initial=0)) + 1 and 2 * kinds <= len(values):
            message = (
                f"Column {quote(column.name)} says exactly what the target {quote(target.name)} says. If it is not "
                "known before the target is, ignore it."
            )
            found.append(warning("target_copy", message, column.name))
    return found
