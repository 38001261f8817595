"""The evaluation plan of a spec: stratified for classes, plain folds for numbers, never more than the rows allow."""

from studies.evaluation import Table

from .spec_errors import counted, quote
from .spec_examination import Examination, Plan
from .spec_fields import Fields

KEYS = ("kind", "folds", "repeats")
KINDS = ("stratified", "kfold")
LATER = ("group", "time")
FOLDS, REPEATS = (2, 20), (1, 10)
USUAL_FOLDS = 5


def examine_plan(spec: Fields, found: Examination) -> None:
    """Sets the plan; needs the table to say how many folds are possible."""
    given = spec.part("plan", KEYS)
    kind = _kind(given, found)
    folds = given.whole("folds", *FOLDS, default=0)
    repeats = given.whole("repeats", *REPEATS, default=1)
    if found.table is None or kind is None or folds is None or repeats is None:
        return
    kind = kind or _usual_kind(found, found.table)
    possible = _possible_folds(found.table, kind)
    if possible < FOLDS[0]:
        given.wrong("kind", _too_few(found.table, kind))
        return
    if not folds:
        folds = min(USUAL_FOLDS, possible)
        if folds < USUAL_FOLDS:
            found.decide(f"Folds: {folds}, because {_limit(found.table, kind)}.")
        else:
            found.decide(f"Folds: {folds}.")
    elif folds > possible:
        given.wrong("folds", f"folds is {folds}; at most {possible} are possible, because {_limit(found.table, kind)}.")
        return
    found.plan = Plan(kind, folds, repeats)


def _kind(given: Fields, found: Examination) -> str | None:
    """The kind asked for, "" when it is to be decided, None when it is wrong."""
    kind = given.raw("kind")
    if kind in (None, "auto"):
        return ""
    if kind in LATER:
        given.wrong("kind", f'Splits by {kind} are not available yet; choose "stratified" or "kfold".')
        return None
    if kind == "stratified" and found.task == "regression":
        given.wrong("kind", 'Stratified folds need classes; for regression choose "kfold".')
        return None
    return given.choice("kind", KINDS)


def _usual_kind(found: Examination, table: Table) -> str:
    if table.task == "regression":
        found.decide("Split: folds drawn at random, because the target is a number.")
        return "kfold"
    if _rarest(table)[1] < FOLDS[0]:
        found.decide(f"Split: folds drawn at random, because class {quote(_rarest(table)[0])} has a single row.")
        return "kfold"
    found.decide("Split: stratified, so that every fold holds every class.")
    return "stratified"


def _possible_folds(table: Table, kind: str) -> int:
    return min(FOLDS[1], _rarest(table)[1] if kind == "stratified" else table.n_rows)


def _rarest(table: Table) -> tuple[str, int]:
    """The class with the fewest rows, and how many."""
    counts = {name: int(n) for name, n in zip(table.classes, table.class_counts, strict=True) if n}
    name = min(counts, key=lambda name: counts[name])
    return name, counts[name]


def _limit(table: Table, kind: str) -> str:
    if kind == "kfold":
        return f"there are {counted(table.n_rows, 'row')}"
    name, count = _rarest(table)
    return f"class {quote(name)} has {counted(count, 'row')}"


def _too_few(table: Table, kind: str) -> str:
    if kind == "kfold":
        return f"There are too few rows to split: {table.n_rows}."
    name, count = _rarest(table)
    return f'Class {quote(name)} has {counted(count, "row")}, too few for stratified folds; choose "kfold" or add rows.'
