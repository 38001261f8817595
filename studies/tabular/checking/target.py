"""Can the target be predicted, and what do its values do to folds and metrics?"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.tabular.columns import Column
from studies.tabular.errors import counted, listed, quote, warning
from studies.tabular.numbers import Mark, parse_number
from studies.tabular.records import MIN_ROWS, Warnings
from studies.tabular.roles import guess_target, suggest_task

MAX_CLASSES = 100
MANY_NUMBERS = 20  # different ones: more are measured, not named
LOPSIDED = 0.9
MOST_TRIED = 20  # columns in search of another target
MOST_LONE = 20  # classes of a single row whose rows may be left out at once
RARE = 5  # a class with fewer rows cannot be in every one of five folds


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


def warn_of_no_target(columns: Sequence[Column]) -> dict[str, Any]:
    """The warning of the code `no_target`."""
    message = "No column is to be predicted: choose a target, and a study can be made."
    return warning("no_target", message, None, "blocks", **_another(columns))


def _another(columns: Sequence[Column], instead_of: Column | None = None) -> dict[str, str]:
    """A column that a study could predict, if there is one."""
    left = [column for column in columns if column is not instead_of]
    seen = [column for column in left if column.role == "feature"]
    for _ in range(MOST_TRIED):
        name = guess_target(seen)
        column = next((column for column in seen if column.name == name), None)
        if column is None:
            return {}
        if not check_target(left, column.name, suggest_task(column)):
            return {"instead": column.name}
        seen.remove(column)
    return {}


def check_target_rows(columns: Sequence[Column], target: Column) -> Warnings:
    """Warnings of the codes `missing_target`, `unfit_target`, `numbers_as_classes`, `imbalanced` and `rare_class`."""
    found: Warnings = []
    name, missing = quote(target.name), int(target.missing.sum())
    if missing:
        message = f"{counted(missing, 'row')} without a value of the target {name} will be left out."
        level = "asks" if 2 * missing > target.rows else "notes"
        found.append(warning("missing_target", message, target.name, level, rows=missing, of=target.rows))
    task = suggest_task(target)
    numbers = _numbers_as_words(target)
    if numbers:
        message = (
            f"The target {name} is read as classes, but its {counted(numbers, 'different value')} are numbers. To "
            "predict a number, use regression."
        )
        level = "blocks" if numbers > MAX_CLASSES else "asks"
        found.append(warning("numbers_as_classes", message, target.name, level, classes=numbers))
    elif len(np.unique(target.values[~target.missing])) == 1:
        message = f"Every row of the target {name} says the same: there is nothing to learn. Choose another target."
        instead = _another(columns, target)
        found.append(warning("constant", message, target.name, "blocks", rows=target.rows, **instead))
    elif problems := check_target(columns, target.name, task):
        found.append(warning("unfit_target", problems[0], target.name, "blocks", **_another(columns, target)))
    elif task == "classification":
        found.extend(_check_balance(target))
    return found


def _numbers_as_words(target: Column) -> int:
    """How many different numbers a target of words holds, where they are many and nothing else; else 0."""
    if target.is_numeric or len(target.levels) <= MANY_NUMBERS:
        return 0
    marks: tuple[Mark, ...] = (".", ",")
    same = any(all(parse_number(word, mark) is not None for word in target.levels) for mark in marks)
    return len(target.levels) if same else 0


def _check_balance(target: Column) -> Warnings:
    found: Warnings = []
    name = quote(target.name)
    words, counts = target.distinct()
    share = float(counts.max()) / int(counts.sum())
    if share >= LOPSIDED:
        most = quote(words[int(counts.argmax())])
        message = (
            f"{share:.0%} of the rows have the target {name} at {most}: saying so always would look accurate. Balanced "
            "accuracy or ROC AUC tells more, and stratified folds hold every class."
        )
        found.append(warning("imbalanced", message, target.name, "asks", share=round(share, 4)))
    rare = [(word, int(count)) for word, count in zip(words, counts, strict=True) if count < RARE]
    if rare:
        named = ", ".join(f"{quote(word)} ({counted(count, 'row')})" for word, count in rare[:5])
        least = min(count for _, count in rare)
        folds = f"at most {least} folds can hold every class" if least > 1 else "no folds can hold every class"
        more = f" and {len(rare) - 5:,} more" if len(rare) > 5 else ""
        message = f"Rare values of the target {name}: {named}{more}; {folds}."
        lone = [word for word, count in rare if count == 1]
        alone = {"lone": lone} if lone and len(lone) <= MOST_LONE and len(words) - len(lone) > 1 else {}
        found.append(warning("rare_class", message, target.name, "asks", classes=len(rare), folds=least, **alone))
    return found


def _check_regression(column: Column, words: Sequence[str]) -> list[str]:
    if column.is_numeric:
        return []
    return [
        f"Regression predicts a number, but {quote(column.name)} is of kind {column.kind} ({listed(words, 3)}). "
        "Choose classification, or another target."
    ]


def _check_classes(column: Column, words: Sequence[str], counts: NDArray[np.int64]) -> list[str]:
    name = quote(column.name)
    advice = "Choose regression." if column.is_numeric else "Choose another target, or join classes."
    if counts.max() < 2:
        return [f"Each row of {name} is a class of its own. {advice}"]
    if len(words) > MAX_CLASSES:
        return [f"{name} has {len(words):,} different values; a target has at most {MAX_CLASSES} classes. {advice}"]
    if column.kind == "number" and len(words) > MANY_NUMBERS:
        return [f"{name} holds measured numbers, {len(words):,} different ones: these are no classes. {advice}"]
    return []
