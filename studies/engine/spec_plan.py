"""The evaluation plan of a spec: the split that the data asks for, never more folds than the rows allow."""

import numpy as np

from studies.evaluation import Table, copies_kept, largest_folds, plan_problem, used_table
from studies.evaluation.drawing import rarest_class

from .plans import PLAN_SEED, first_repeat
from .spec_errors import counted, quote
from .spec_examination import Examination, Plan
from .spec_fields import Fields

KEYS = ("kind", "folds", "repeats", "rows")
KINDS = ("stratified", "kfold", "group", "time")
FOLDS, REPEATS = (2, 20), (1, 10)
MIN_ROWS, MAX_ROWS = 20, 10**9
USUAL_FOLDS = 5


def examine_plan(spec: Fields, found: Examination) -> None:
    """Sets the plan, and cuts the table to the rows that it uses; needs the table."""
    given = spec.part("plan", KEYS)
    kind = given.raw("kind")
    if kind in (None, "auto"):
        kind = ""
    elif (kind := given.choice("kind", KINDS)) is not None and (problem := kind_problem(found, kind)):
        given.wrong("kind", problem)
        kind = None
    folds = given.whole("folds", *FOLDS, default=0)
    repeats = given.whole("repeats", *REPEATS, default=1)
    rows = given.whole("rows", MIN_ROWS, MAX_ROWS, default=0)
    if found.whole is None or kind is None:
        return
    kind = kind or _usual_kind(found, found.whole)
    if kind == "time" and repeats is not None and repeats > 1:
        given.wrong("repeats", f"repeats is {repeats}; it must be 1 for blocks of time, which cannot be drawn anew.")
        repeats = None
    if rows is None:
        return
    table = _cut(given, found, found.whole, kind, rows or None)
    if table is None or folds is None or repeats is None:
        return
    folds = _folds(given, found, table, kind, folds)
    if folds is not None:
        found.plan = Plan(kind, folds, repeats, rows if 0 < rows < found.whole.n_rows else None)


def examine_folds(spec: Fields, found: Examination) -> None:
    """Draws the folds: what would make every trial fail is refused before any begins. Needs the plan and the metric."""
    if found.plan is None or found.whole is None:
        return
    drawn = first_repeat(found.whole, found.plan.kind, found.plan.folds, found.plan.rows)
    copies = copies_kept(found.whole, drawn)
    if copies:
        found.decide(f"Copies: {counted(copies, 'row')} with the same features as another {_keep(copies)} with it.")
    problem = plan_problem(found.whole, drawn)
    if problem:
        spec.wrong("plan.kind", problem)
    elif found.metric is not None and (problem := plan_problem(found.whole, drawn, found.metric.key)):
        spec.wrong("metric", f"{problem} Choose fewer folds, another split or another metric.")


def _keep(copies: int) -> str:
    return "is kept in one fold" if copies == 1 else "are kept in one fold"


def kind_problem(found: Examination, kind: str) -> str:
    """Why this data cannot be split so, whatever the number of folds; empty where it can."""
    if kind == "stratified" and found.task == "regression":
        return 'Stratified folds need classes; for regression choose "kfold".'
    if found.whole is None or found.version is None or kind not in ("group", "time"):
        return ""
    column = found.version.group if kind == "group" else found.version.time
    if column is None:
        return f"No column has the role {kind}: give one on the dataset’s page, or choose another split."
    if column.name == found.target:
        return f"{column.name} is the target here and cannot be the {kind} as well; choose another split."
    return ""


def _usual_kind(found: Examination, table: Table) -> str:
    """What the columns' roles ask for; with both, groups: rows of one are more alike than rows of one time."""
    version = found.version
    if version is not None and version.group is not None and table.groups is not None:
        name = version.group.name
        also = f" Choose time where the same {name} is met again later." if table.order is not None else ""
        found.decide(f"Split: whole groups of {name}, so that no row is judged by what its own group taught.{also}")
        return "group"
    if version is not None and version.time is not None and table.order is not None:
        found.decide(f"Split: blocks of {version.time.name}, each judged by what was learnt from all earlier ones.")
        return "time"
    if table.task == "regression":
        found.decide("Split: folds drawn at random, because the target is a number.")
        return "kfold"
    name, count = rarest_class(table)
    if count < FOLDS[0]:
        found.decide(f"Split: folds drawn at random, because class {quote(name)} has a single row.")
        return "kfold"
    found.decide("Split: stratified, so that every fold holds every class.")
    return "stratified"


def _cut(given: Fields, found: Examination, whole: Table, kind: str, rows: int | None) -> Table | None:
    """The rows that the plan uses."""
    if kind == "time" and whole.order is not None:
        unknown = int(np.isnan(whole.order).sum())
        if whole.n_rows - unknown < FOLDS[0]:
            given.wrong("kind", f"{counted(whole.n_rows - unknown, 'row')} of {whole.n_rows:,} have a time.")
            return None
        if unknown:
            found.decide(f"Rows: {counted(unknown, 'row')} without a time {'is' if unknown == 1 else 'are'} left out.")
    try:
        found.table = used_table(whole, kind, rows, PLAN_SEED)
    except ValueError as error:
        given.wrong("rows", str(error))
        return None
    if rows is not None and rows >= whole.n_rows:
        found.decide(f"Rows: all {whole.n_rows:,}, as the table has no more than {rows:,}.")
    elif rows is not None:
        how = {"time": "the latest ones", "group": "drawn once, in whole groups"}.get(kind, "drawn once")
        found.decide(f"Rows: {found.table.n_rows:,} of {whole.n_rows:,}, {how}; the others are in no fold.")
    return found.table


def _folds(given: Fields, found: Examination, table: Table, kind: str, folds: int) -> int | None:
    """How many folds there are to be; None when it cannot be done."""
    possible, limit = largest_folds(table, kind)
    if possible < FOLDS[0]:
        given.wrong("kind", too_few(table, kind, limit))
        return None
    if folds > possible:
        given.wrong("folds", f"folds is {folds}; at most {possible} are possible, because {limit}.")
        return None
    if folds:
        return folds
    usual = min(USUAL_FOLDS, possible)
    found.decide(f"Folds: {usual}." if usual == USUAL_FOLDS else f"Folds: {usual}, because {limit}.")
    return usual


def too_few(table: Table, kind: str, limit: str) -> str:
    """Why not even the fewest folds can be had."""
    if kind == "kfold":
        return f"There are too few rows to split: {table.n_rows}."
    if kind == "stratified":
        return f'{limit[0].upper()}{limit[1:]}, too few for stratified folds; choose "kfold" or add rows.'
    return f"{limit[0].upper()}{limit[1:]}: too few for this split; choose another one."
