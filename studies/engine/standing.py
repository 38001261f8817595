"""How the warnings of a version stand: what is still asked, and what a team keeps as it is, by whom and why.

An answer is to one column, by name, and holds for later versions of the dataset. A warning that stands for many columns
is answered when each of them is: a column that joins them later is asked about anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from studies.models import DatasetVersion, GuardAnswer
from studies.tabular.errors import counted, listed, quote

BLOCKS, ASKS, NOTES = "blocks", "asks", "notes"
# How grave the warnings are that say nothing of it themselves: those of the reading, and of versions read long ago.
USUAL_LEVELS = {
    "target_copy": BLOCKS,
    **dict.fromkeys(("mixed", "decorated", "sentinel", "huge", "not_carried", "spelling", "imbalanced"), ASKS),
    **dict.fromkeys(("rare_class", "lone_groups", "large_group", "mostly_missing"), ASKS),
}
NO_CHOICE = ("no_target", "unfit_target", "numbers_as_classes")  # a study cannot be made while they stand
ALL_ROWS = ""  # in place of a column


@dataclass(frozen=True)
class Standing:
    """One warning. open: the columns that nobody has answered for, ALL_ROWS where it is about none; kept: the answers.

    like: the column that a warning was first given for, where this one says the same of more columns.
    """

    warning: Mapping[str, Any]
    open: tuple[str, ...]
    kept: tuple[GuardAnswer, ...]
    like: str = ""

    @property
    def code(self) -> str:
        return str(self.warning["code"])

    @property
    def column(self) -> str:
        """By which, with the code, the warning is known; empty where it stands for all rows or many columns."""
        return self.warning["column"] or ""

    @property
    def level(self) -> str:
        return level_of(self.warning)

    @property
    def is_asked(self) -> bool:
        return self.level != NOTES and bool(self.open)

    @property
    def may_be_kept(self) -> bool:
        """Nothing can be learnt of a target that has one value, or is none at all."""
        unfit = self.code in NO_CHOICE or (self.code, self.level) == ("constant", BLOCKS)
        return self.level != NOTES and not unfit

    def message(self, columns: Iterable[str] | None = None) -> str:
        """What the warning says, of some of its columns; by default of the open ones."""
        if not self.like:
            return str(self.warning["message"])
        names = list(self.open if columns is None else columns)
        return f"What is said of {quote(self.like)} holds for {counted(len(names), 'more column')}: {listed(names)}."


def standing(version: DatasetVersion) -> list[Standing]:
    """Each warning of the version, in order, with the answers of its dataset."""
    if not version.warnings:
        return []
    answers = {(one.code, one.column): one for one in version.dataset.guard_answers.select_related("answered_by")}
    first: dict[str, str] = {}
    found = []
    for warning in version.warnings:
        code, columns = warning["code"], columns_of(warning) or [ALL_ROWS]
        like = first.setdefault(code, columns[0])
        known = answers if level_of(warning) != NOTES else {}
        kept = [known[code, column] for column in columns if (code, column) in known]
        still = tuple(column for column in columns if (code, column) not in known)
        is_one = bool(warning["column"]) or like == columns[0]
        found.append(Standing(warning, still, tuple(kept), "" if is_one else like))
    return found


def level_of(warning: Mapping[str, Any]) -> str:
    return str(warning.get("level") or USUAL_LEVELS.get(warning["code"], NOTES))


def columns_of(warning: Mapping[str, Any]) -> list[str]:
    """The columns that a warning is about: one, or those of a warning that stands for many."""
    one = warning.get("column")
    return [one] if one else list(warning.get("figures", {}).get("columns", []))


def kept_sentences(found: Iterable[Standing]) -> list[str]:
    """Who keeps what and why, once for each reason."""
    said: dict[tuple[str, str, str], list[str]] = {}
    for one in found:
        for answer in one.kept:
            by = str(answer.answered_by or "somebody")
            said.setdefault((answer.code, by, answer.reason), []).append(answer.column)
    return [
        f"{_upper(what(code, columns))} {'is' if len(columns) == 1 and columns != [ALL_ROWS] else 'are'} kept by {by}: "
        f"“{reason}”."
        for (code, by, reason), columns in said.items()
    ]


def what(code: str, columns: list[str]) -> str:
    """What a warning is about, within a sentence."""
    if columns == [ALL_ROWS]:
        return f"the rows ({code.replace('_', ' ')})"
    return f"the column{'' if len(columns) == 1 else 's'} {listed(columns)}"


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
