"""A table's warnings as cards: what they are about, and what can be done; and the checks that passed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from studies.engine.guards import GROUP, IGNORE, MISSING, NUMBER, columns_of, offered, words_of
from studies.forms.guards import KeepForm
from studies.models import Dataset, DatasetVersion, GuardAnswer

BLOCKS, ASKS, NOTES = "blocks", "asks", "notes"
ORDER = {BLOCKS: 0, ASKS: 1, NOTES: 2}
MARKS = {BLOCKS: ("failed", "Blocks"), ASKS: ("attention", "Asks"), NOTES: ("idle", "Note")}
# How grave the warnings are that say nothing of it themselves: those of the reading, and of versions read long ago.
USUAL_LEVELS = {
    "target_copy": BLOCKS,
    **dict.fromkeys(("mixed", "decorated", "sentinel", "huge", "not_carried", "spelling", "imbalanced"), ASKS),
    **dict.fromkeys(("rare_class", "lone_groups", "large_group", "mostly_missing"), ASKS),
}
MENDED_IN_THE_FILE = (
    "spelling",
    "mixed",
    "decorated",
    "not_carried",
    "missing_target",
    "unfit_target",
    "duplicate_rows",
)
FIRST_SENTENCE = re.compile(r"((?:“[^”]*”|[^“”])+?)(?:\.|(?<!”):) (.+)", re.DOTALL)
# What is looked for: in every table, where there is a target, where it has classes, and since columns are judged alone.
CHECKS = {
    "no duplicate rows": ("duplicate_rows",),
    "no constant columns": ("constant",),
    "no column mostly missing": ("mostly_missing",),
    "more rows than columns": ("wide",),
    "no doubtful spellings": ("spelling", "invisible"),
}
OF_TARGET = {"a target in every row": ("missing_target",), "no copy of the target": ("target_copy",)}
OF_CLASSES = {"no class below 5 rows": ("rare_class",), "no lopsided target": ("imbalanced",)}
JUDGED = {"no column that gives the target away": ("telling", "target_copy"), "no names that repeat": ("repeats",)}


@dataclass(frozen=True)
class Guard:
    """A warning as a card. `acts`: buttons, each with the remedy's name; `links`: what a study or a file decides."""

    level: str
    code: str
    column: str
    title: str
    words: str
    acts: Sequence[tuple[str, str]] = ()
    links: Sequence[tuple[str, str]] = ()
    answer: GuardAnswer | None = None
    keep: KeepForm | None = None
    error: str = ""

    @property
    def mark(self) -> str:
        return MARKS[self.level][0]

    @property
    def word(self) -> str:
        return MARKS[self.level][1]

    @property
    def is_question(self) -> bool:
        return self.level != NOTES


def guard_facts(
    found: Dataset, version: DatasetVersion, error: Mapping[str, Any] | None = None, keep: KeepForm | None = None
) -> dict[str, Any]:
    """`error`: code, column and sentence of what was refused; `keep`: the form that came back."""
    answers = {(one.code, one.column): one for one in found.guard_answers.select_related("answered_by")}
    guards = [_guard(version, one, answers, number, error, keep) for number, one in enumerate(version.warnings)]
    guards.sort(key=lambda guard: (guard.answer is not None, ORDER[guard.level]))
    questions = [guard for guard in guards if guard.is_question and guard.answer is None]
    return {
        "questions": questions,
        "answered": [guard for guard in guards if guard.is_question and guard.answer],
        "notes": [guard for guard in guards if not guard.is_question],
        "passed": passed(version),
        "makes_new": any(guard.acts for guard in guards) and version.launched_on,
        "guard_error": "" if error is None or any(guard.error for guard in guards) else error["message"],
    }


def _guard(
    version: DatasetVersion,
    warning: Mapping[str, Any],
    answers: Mapping[tuple[str, str], GuardAnswer],
    number: int,
    error: Mapping[str, Any] | None,
    keep: KeepForm | None,
) -> Guard:
    code, column = warning["code"], warning["column"] or ""
    level = warning.get("level") or USUAL_LEVELS.get(code, NOTES)
    title, words = split_message(warning["message"])
    here = error is not None and (error["code"], error["column"]) == (code, column)
    answer = answers.get((code, column)) if level != NOTES else None
    may_stay = level != NOTES and code not in ("unfit_target", "numbers_as_classes") and not _is_unfit(code, level)
    form = (keep if here and keep is not None else KeepForm(number=number)) if may_stay and answer is None else None
    return Guard(
        level=level,
        code=code,
        column=column,
        title=title,
        words=words,
        acts=[] if answer else [(act, act_label(act, warning)) for act in offered(version, warning)],
        links=[] if answer else _links(version, warning),
        answer=answer,
        keep=form,
        error=error["message"] if here and error is not None else "",
    )


def _is_unfit(code: str, level: str) -> bool:
    """A constant target cannot be kept: nothing can be learnt of it."""
    return code == "constant" and level == BLOCKS


def split_message(message: str) -> tuple[str, str]:
    """The first clause as a sentence, and the rest as another."""
    parts = FIRST_SENTENCE.fullmatch(message)
    if parts is None:
        return message, ""
    first, rest = parts.groups()
    return f"{first}.", rest[0].upper() + rest[1:]


def act_label(act: str, warning: Mapping[str, Any]) -> str:
    columns = columns_of(warning)
    if act == IGNORE and warning["code"] == "grouped":
        return "Rows are independent"
    if act == IGNORE:
        return "Ignore the column" if len(columns) == 1 else f"Ignore these {len(columns):,} columns"
    if act == GROUP:
        return "Split by it"
    if act == MISSING:
        words = words_of(warning)
        return (
            f"Read {words[0]} as missing"
            if len(words) == 1 or "value" in warning["figures"]
            else "Read these words as missing"
        )
    return "Use regression" if act == NUMBER else "Read as categories"


def _links(version: DatasetVersion, warning: Mapping[str, Any]) -> list[tuple[str, str]]:
    code, figures = warning["code"], warning.get("figures", {})
    study = {"dataset_version": version.pk}
    if code == "imbalanced":
        address = f"{reverse('new_study')}?{urlencode(study | {'metric': 'balanced_accuracy'})}"
        return [("New study with balanced accuracy", address)]
    if code == "rare_class" and figures.get("folds", 0) > 1:
        address = f"{reverse('new_study')}?{urlencode(study | {'folds': figures['folds']})}"
        return [(f"New study with {figures['folds']} folds", address)]
    if code in MENDED_IN_THE_FILE:
        return [("Upload a mended file", reverse("new_version", args=[version.dataset_id]))]
    return []


def passed(version: DatasetVersion) -> list[str]:
    """The checks that found nothing. Versions read before a check existed do not claim it."""
    found = {warning["code"] for warning in version.warnings}
    target, columns = version.target, version.columns.all()
    checks = dict(CHECKS)
    if target is not None:
        judged = any("alone" in column.profile for column in columns)
        checks = (
            (JUDGED if judged else {}) | checks | OF_TARGET | (OF_CLASSES if version.task == "classification" else {})
        )
        if judged:
            del checks["no copy of the target"]
    return [words for words, codes in checks.items() if not found & set(codes)]
