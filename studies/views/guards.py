"""A table's warnings as cards: what they are about, and what can be done; and the checks that passed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from studies.engine.guards import (
    CATEGORY,
    FEATURE,
    GROUP,
    IGNORE,
    JOIN,
    MISSING,
    NUMBER,
    TARGET,
    TIME,
    offered,
    words_of,
)
from studies.engine.standing import ASKS, BLOCKS, NOTES, Standing, standing
from studies.forms.guards import KeepForm
from studies.models import Dataset, DatasetVersion, GuardAnswer
from studies.plots.numbers import count_of
from studies.tabular.errors import listed, quote

ORDER = {BLOCKS: 0, ASKS: 1, NOTES: 2}
MARKS = {BLOCKS: ("failed", "Blocks"), ASKS: ("attention", "Asks"), NOTES: ("idle", "Note")}
MENDED_IN_THE_FILE = (
    "spelling",
    "mixed",
    "decorated",
    "not_carried",
    "other_unit",
    "missing_target",
    "unfit_target",
    "invisible",
)
ACTS = {
    GROUP: "Split by it",
    TIME: "Split by time",
    FEATURE: "Order does not matter",
    CATEGORY: "Read as categories",
    JOIN: "Read them as one",
}
PENALISED = {"classification": "logistic_regression", "regression": "elastic_net"}
SEEN_IN_FOLDS = ("duplicate_rows", "sorted_by_target", "grouped", "timed")  # the remedy is at work by itself
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
class Kept:
    """Who keeps a column as it is, since when and why; the first of several answers of one person and reason."""

    answer: GuardAnswer
    columns: list[str]

    @property
    def named(self) -> str:
        return listed(self.columns)


@dataclass(frozen=True)
class Guard:
    """A warning as a card. `acts`: buttons, each with the remedy's name; `links`: what a study or a file decides;
    `kept`: the answers, on the card of what is kept."""

    level: str
    code: str
    column: str
    title: str
    words: str
    acts: Sequence[tuple[str, str]] = ()
    links: Sequence[tuple[str, str]] = ()
    kept: Sequence["Kept"] = ()
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
    guards = [
        guard for number, one in enumerate(standing(version)) for guard in _guards(version, one, number, error, keep)
    ]
    guards.sort(key=lambda guard: (bool(guard.kept), ORDER[guard.level]))
    questions = [guard for guard in guards if guard.is_question and not guard.kept]
    return {
        "questions": questions,
        "answered": [guard for guard in guards if guard.kept],
        "notes": [guard for guard in guards if not guard.is_question],
        "passed": passed(version),
        "makes_new": any(guard.acts for guard in guards) and version.launched_on,
        "guard_error": "" if error is None or any(guard.error for guard in guards) else error["message"],
    }


def _guards(
    version: DatasetVersion, one: Standing, number: int, error: Mapping[str, Any] | None, keep: KeepForm | None
) -> Iterator[Guard]:
    """The card of what is open and the card of what is kept: a warning of many columns may have both."""
    here = error is not None and (error["code"], error["column"]) == (one.code, one.column)
    said = error["message"] if here and error is not None else ""
    if one.open:
        title, words = split_message(one.message())
        acts = offered(version, one.warning, one.open)
        yield Guard(
            level=one.level,
            code=one.code,
            column=one.column,
            title=title,
            words=words,
            acts=[(act, act_label(act, one)) for act in acts],
            links=_links(version, one.warning, acts),
            keep=(keep if here and keep is not None else KeepForm(number=number)) if one.may_be_kept else None,
            error=said,
        )
    if one.kept:
        title, words = split_message(one.message([answer.column for answer in one.kept]))
        error_here = "" if one.open else said
        yield Guard(one.level, one.code, one.column, title, words, kept=_by_reason(one), error=error_here)


def _by_reason(one: Standing) -> list[Kept]:
    """The answers of a warning, each person and reason once."""
    found: dict[tuple[int | None, str], Kept] = {}
    for answer in one.kept:
        kept = found.setdefault((answer.answered_by_id, answer.reason), Kept(answer, []))
        kept.columns.append(answer.column)
    return list(found.values())


def split_message(message: str) -> tuple[str, str]:
    """The first clause as a sentence, and the rest as another."""
    parts = FIRST_SENTENCE.fullmatch(message)
    if parts is None:
        return message, ""
    first, rest = parts.groups()
    return f"{first}.", rest[0].upper() + rest[1:]


def act_label(act: str, one: Standing) -> str:
    columns, warning = one.open, one.warning
    code, figures = warning["code"], warning.get("figures", {})
    if act == IGNORE and code in ("grouped", "large_group"):
        return "Rows are independent"
    if act == IGNORE:
        return "Ignore the column" if len(columns) == 1 else f"Ignore these {len(columns):,} columns"
    if act == TARGET:
        return f"Predict {figures['instead']}"
    if act == MISSING and code == "rare_class":
        return f"Leave out {count_of(len(figures['lone']), 'lone row')}"
    if act == MISSING:
        words = words_of(warning)
        return f"Read {words[0]} as missing" if len(words) == 1 or "value" in figures else "Read these words as missing"
    if act == NUMBER:
        return "Use regression" if code == "numbers_as_classes" else "Read as numbers"
    return ACTS[act]


def done(act: str, one: Standing, before: DatasetVersion, after: DatasetVersion) -> str:
    """That a remedy was applied, in the words of its button: the card has gone."""
    label = act_label(act, one)
    where = f"{quote(one.open[0])}: {label[0].lower()}{label[1:]}" if len(one.open) == 1 and one.open[0] else label
    stays = "" if after == before else f" Version {before.number} stays as it is; this is version {after.number}."
    return f"{where}. Done.{stays}"


def _links(version: DatasetVersion, warning: Mapping[str, Any], acts: Sequence[str]) -> list[tuple[str, str]]:
    """What is done elsewhere: a new study that is filled in so, the folds, a mended file where nothing else helps."""
    code, figures = warning["code"], warning.get("figures", {})
    if code == "imbalanced":
        kind = {} if version.group or version.time else {"kind": "stratified"}
        return [("New study with balanced accuracy", _study(version, metric="balanced_accuracy", **kind))]
    if code == "rare_class" and figures.get("folds", 0) > 1:
        return [(f"New study with {figures['folds']} folds", _study(version, folds=figures["folds"]))]
    if code == "wide" and version.task in PENALISED:
        return [("New study with a penalised model", _study(version, estimator=PENALISED[version.task]))]
    if code == "high_cardinality" and version.target is not None:
        return [("New study with target encoding", _study(version))]
    if code in SEEN_IN_FOLDS and version.target is not None:
        address = f"{reverse('splits', args=[version.dataset_id])}?{urlencode({'version': version.number})}"
        return [("See the folds", address)]
    if code == "no_target" and not acts:
        return [("Choose a target", "#columns")]
    if code in MENDED_IN_THE_FILE and not acts:
        return [("Upload a mended file", reverse("new_version", args=[version.dataset_id]))]
    return []


def _study(version: DatasetVersion, **told: Any) -> str:
    return f"{reverse('new_study')}?{urlencode({'dataset_version': version.pk} | told)}"


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
