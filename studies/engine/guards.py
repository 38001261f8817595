"""What a team does about a table's warnings: a remedy that reads it anew, or a reason to keep it as it is."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from studies.models import Column, DatasetVersion, GuardAnswer, User

from .changes import correct
from .intake_held_out import record
from .refused import Refused
from .rereading import reread
from .standing import Standing, columns_of, standing, what
from .store import versions

IGNORE, FEATURE, GROUP, TIME, TARGET = "ignore", "feature", "group", "time", "target"
NUMBER, CATEGORY, MISSING, JOIN = "number", "category", "missing", "join"
OFFERED = {
    "no_target": (TARGET,),
    "unfit_target": (TARGET,),
    "rare_class": (MISSING,),
    "target_copy": (IGNORE,),
    "telling": (IGNORE, GROUP),
    "repeats": (GROUP,),
    "grouped": (IGNORE,),
    "lone_groups": (IGNORE,),
    "large_group": (IGNORE,),
    "dated": (TIME,),
    "timed": (FEATURE,),
    "constant": (IGNORE, TARGET),
    "mostly_missing": (IGNORE,),
    "high_cardinality": (IGNORE,),
    "numbers_as_classes": (NUMBER,),
    "huge": (CATEGORY,),
    "mixed": (MISSING,),
    "decorated": (NUMBER,),
    "spelling": (JOIN,),
    "sentinel": (MISSING,),
}
ROLES = {
    IGNORE: Column.Role.IGNORED,
    FEATURE: Column.Role.FEATURE,
    GROUP: Column.Role.GROUP,
    TIME: Column.Role.TIME,
}
FEW_LEVELS = 10  # a column with fewer different values is a plain category, not the name of what rows belong to
SETTLED = "This was settled in the meantime. Look at the page as it is now."


def offered(version: DatasetVersion, warning: Mapping[str, Any], names: Iterable[str] | None = None) -> tuple[str, ...]:
    """The remedies that this version can take for one of its warnings; `names`: for these of its columns alone."""
    columns = {column.name: column for column in version.columns.all()}
    named = [columns[name] for name in (columns_of(warning) if names is None else names) if name in columns]
    acts = OFFERED.get(warning["code"], ())
    return tuple(act for act in acts if (named or act == TARGET) and _fits(act, version, warning, named))


def words_of(warning: Mapping[str, Any]) -> list[str]:
    """The words of the file that a warning takes for missing values."""
    figures = warning.get("figures", {})
    # A number may be spelt with a fraction or without, and differently among rows that are held out.
    spelt = [f"{figures['value']:g}", f"{figures['value']}"] if "value" in figures else []
    words = figures.get("words", figures.get("lone", []))
    return list(dict.fromkeys([*(str(word) for word in words), *spelt]))


def remedy(version: DatasetVersion, user: User, code: str, column: str, act: str) -> DatasetVersion:
    """Applies a remedy for the warning of that code and column; the version, or a new one where a study uses it.

    Columns that somebody keeps stay as they are. Raises Refused where the version has no such warning any more, and
    what `correct` and `reread` raise.
    """
    found = find(version, code, column)
    if found is None or act not in offered(version, found.warning, found.open):
        raise Refused(SETTLED)
    names, warning = found.open, found.warning
    if act == MISSING:
        return _read_as(version, user, names, dict.fromkeys(words_of(warning), ""))
    if act == JOIN:
        return _read_as(version, user, names, warning["figures"]["read_as"])
    if act in (NUMBER, CATEGORY):
        # What was set aside as text or an identifier is of use as a number.
        aside = [column.name for column in version.columns.all() if column.role == Column.Role.IGNORED]
        roles = {name: Column.Role.FEATURE.value for name in names if name in aside}
        return correct(version, user, kinds=dict.fromkeys(names, act), roles=roles)
    if act == TARGET:
        roles = dict.fromkeys(filter(None, names), Column.Role.IGNORED.value)
        return correct(version, user, roles=roles | {warning["figures"]["instead"]: Column.Role.TARGET.value})
    return correct(version, user, roles=dict.fromkeys(names, ROLES[act].value))


def _read_as(version: DatasetVersion, user: User, names: Iterable[str], words: Mapping[str, str]) -> DatasetVersion:
    """Reads the version anew with a meaning for words of these columns, and of these alone."""
    options = versions.reading_options(version)
    said = options.get("read_as", {})
    return reread(version, user, options | {"read_as": said | {name: said.get(name, {}) | words for name in names}})


def keep_as_it_is(version: DatasetVersion, user: User, code: str, column: str, reason: str) -> None:
    """Answers for each column of the warning that nobody has answered for. Refused where somebody has, or the warning
    leaves no choice."""
    found = find(version, code, column)
    if found is None or not found.open or not found.may_be_kept:
        raise Refused(SETTLED)
    dataset, said = version.dataset, {"code": code, "reason": reason, "answered_by": user}
    try:
        with transaction.atomic():
            GuardAnswer.objects.bulk_create(GuardAnswer(dataset=dataset, column=name, **said) for name in found.open)
            kept = what(code, list(found.open))
            record(dataset, user, f"kept {kept} of “{dataset}” in spite of a warning: {reason}")
    except IntegrityError as error:
        raise Refused(SETTLED) from error


def ask_again(version: DatasetVersion, user: User, code: str, column: str) -> None:
    """Takes the answers to a warning back; a second time nothing happens."""
    found = find(version, code, column)
    names = [answer.column for answer in found.kept] if found is not None else [column]
    dataset = version.dataset
    with transaction.atomic():
        gone, _ = dataset.guard_answers.filter(code=code, column__in=names).delete()
        if gone:
            are = "is" if gone == 1 else "are"
            record(dataset, user, f"took back that {what(code, names)} of “{dataset}” {are} kept")


def find(version: DatasetVersion, code: str, column: str) -> Standing | None:
    """The warning as it stands; None where the version has none such. `column` is empty where it is about all rows."""
    return next((one for one in standing(version) if (one.code, one.column) == (code, column)), None)


def _fits(act: str, version: DatasetVersion, warning: Mapping[str, Any], columns: list[Column]) -> bool:
    if act == IGNORE:  # also of a warning of versions read before, whose columns people have changed since
        return all(column.role in (Column.Role.FEATURE, Column.Role.GROUP) for column in columns)
    figures = warning.get("figures", {})
    if act == TARGET:
        return any(column.name == figures.get("instead") for column in version.columns.all())
    if act == JOIN:
        return bool(figures.get("read_as"))
    if warning["code"] == "decorated":  # the same stands beside each number, and can be left away
        return bool(figures.get("mark"))
    if act == TIME:
        return version.time is None
    if act == MISSING:
        return bool(words_of(warning))
    if act == GROUP:
        levels = columns[0].profile.get("distinct", 0)
        words = columns[0].kind not in (Column.Kind.NUMBER, Column.Kind.DATE)
        return len(columns) == 1 and version.group is None and levels > FEW_LEVELS and words
    return True
