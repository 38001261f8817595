"""What a team does about a table's warnings: a remedy that reads it anew, or a reason to keep it as it is."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from studies.models import Column, Dataset, DatasetVersion, GuardAnswer, User

from .intake import correct_schema
from .intake_held_out import record
from .refused import Refused
from .rereading import reread
from .store import versions

IGNORE, GROUP, NUMBER, CATEGORY, MISSING = "ignore", "group", "number", "category", "missing"
OFFERED = {
    "target_copy": (IGNORE,),
    "telling": (IGNORE, GROUP),
    "repeats": (GROUP,),
    "grouped": (IGNORE,),
    "lone_groups": (IGNORE,),
    "constant": (IGNORE,),
    "mostly_missing": (IGNORE,),
    "high_cardinality": (IGNORE,),
    "numbers_as_classes": (NUMBER,),
    "huge": (CATEGORY,),
    "mixed": (MISSING,),
    "sentinel": (MISSING,),
}
FEW_LEVELS = 10  # a column with fewer different values is a plain category, not the name of what rows belong to
SETTLED = "This was settled in the meantime. Look at the page as it is now."


def offered(version: DatasetVersion, warning: Mapping[str, Any]) -> tuple[str, ...]:
    """The remedies that this version can take for one of its warnings."""
    columns = {column.name: column for column in version.columns.all()}
    named = [columns[name] for name in columns_of(warning) if name in columns]
    return tuple(act for act in OFFERED.get(warning["code"], ()) if named and _fits(act, version, warning, named))


def columns_of(warning: Mapping[str, Any]) -> list[str]:
    """The columns that a warning is about: one, or those of a warning that stands for many."""
    one = warning.get("column")
    return [one] if one else list(warning.get("figures", {}).get("columns", []))


def words_of(warning: Mapping[str, Any]) -> list[str]:
    """The words of the file that a warning takes for missing values."""
    figures = warning.get("figures", {})
    # A number may be spelt with a fraction or without, and differently among rows that are held out.
    spelt = [f"{figures['value']:g}", f"{figures['value']}"] if "value" in figures else []
    return list(dict.fromkeys([*(str(word) for word in figures.get("words", [])), *spelt]))


def remedy(version: DatasetVersion, user: User, code: str, column: str, act: str) -> DatasetVersion:
    """Applies a remedy for the warning of that code and column; the version, or a new one where a study uses it.

    Raises Refused where the version has no such warning any more, and what `correct_schema` and `reread` raise.
    """
    warning = next((one for one in version.warnings if (one["code"], one["column"] or "") == (code, column)), None)
    if warning is None or act not in offered(version, warning):
        raise Refused(SETTLED)
    names = columns_of(warning)
    if act == MISSING:
        return _read_as(version, user, names, dict.fromkeys(words_of(warning), ""))
    if act in (NUMBER, CATEGORY):
        return correct_schema(version, user, kinds=dict.fromkeys(names, act))
    role = Column.Role.GROUP if act == GROUP else Column.Role.IGNORED
    return correct_schema(version, user, roles=dict.fromkeys(names, role.value))


def has_warning(version: DatasetVersion, code: str, column: str) -> bool:
    """Whether the version's table has this to be warned of; `column` is empty where it is about all rows."""
    return any((one["code"], one["column"] or "") == (code, column) for one in version.warnings)


def _read_as(version: DatasetVersion, user: User, names: Iterable[str], words: Mapping[str, str]) -> DatasetVersion:
    """Reads the version anew with a meaning for words of these columns, and of these alone."""
    options = versions.reading_options(version)
    said = options.get("read_as", {})
    return reread(version, user, options | {"read_as": said | {name: said.get(name, {}) | words for name in names}})


def keep_as_it_is(dataset: Dataset, user: User, code: str, column: str, reason: str) -> GuardAnswer:
    """Refused where somebody has answered already."""
    try:
        with transaction.atomic():
            answer = dataset.guard_answers.create(code=code, column=column, reason=reason, answered_by=user)
            record(dataset, user, f"kept {_what(code, column)} of “{dataset}” in spite of a warning: {reason}")
            return answer
    except IntegrityError as error:
        raise Refused(SETTLED) from error


def ask_again(dataset: Dataset, user: User, code: str, column: str) -> None:
    """Takes an answer back; a second time nothing happens."""
    with transaction.atomic():
        gone, _ = dataset.guard_answers.filter(code=code, column=column).delete()
        if gone:
            record(dataset, user, f"took back that {_what(code, column)} of “{dataset}” is kept")


def _what(code: str, column: str) -> str:
    return f"the column “{column}”" if column else f"the rows ({code.replace('_', ' ')})"


def _fits(act: str, version: DatasetVersion, warning: Mapping[str, Any], columns: list[Column]) -> bool:
    if act == IGNORE:
        return all(column.role in (Column.Role.FEATURE, Column.Role.GROUP) for column in columns)
    if act == MISSING:
        return bool(words_of(warning))
    if act == GROUP:
        levels = columns[0].profile.get("distinct", 0)
        words = columns[0].kind not in (Column.Kind.NUMBER, Column.Kind.DATE)
        return len(columns) == 1 and version.group is None and levels > FEW_LEVELS and words
    return True
