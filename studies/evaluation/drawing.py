"""Drawing a plan: each kind deals the rows to its folds in its own way.

Copies, rows whose features are all equal, are kept in one fold of stratified and random folds, so that no row is
validated by a model that has learnt from its copy. Where the features take so few values that most rows have a copy,
or one pattern fills more than a fold, equal rows are what new rows will be as well: there they are dealt one by one.
"""

import operator
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import KFold, StratifiedKFold

from .dealing import deal
from .naming import suggestion
from .sampling import used_rows, used_table
from .splits import FOLDS, KINDS, LEFT_OUT, REPEATS, TRAINS_ONLY, Plan
from .table import Table

Line = NDArray[np.uint8]


def make_plan(
    table: Table, kind: str, folds: int = 5, repeats: int = 1, seed: int = 0, rows: int | None = None
) -> Plan:
    """Draw a plan; each repeat has a seed of its own. ValueError says what the rows do allow.

    rows: how many rows the folds may see, drawn once by `sampling.used_rows`; None for all.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not a kind of plan. {suggestion(kind, KINDS)}")
    folds = _whole("folds", folds, *FOLDS)
    repeats = _whole("repeats", repeats, *REPEATS)
    seed = _whole("seed", seed, 0, None)
    if kind == "time" and repeats > 1:
        raise ValueError("Blocks of time cannot be drawn anew: a time plan has 1 repeat.")
    used = used_rows(table, kind, rows, seed)
    seen = used_table(table, kind, rows, seed)
    draw = _DRAWS[kind]
    fold_of_row = np.full((repeats, table.n_rows), LEFT_OUT, dtype=np.uint8)
    for repeat in range(repeats):
        state = int(np.random.SeedSequence([seed, repeat]).generate_state(1)[0])
        fold_of_row[repeat, used] = draw(seen, folds, state)
    return Plan(kind, folds, repeats, seed, fold_of_row)


def copies_kept(table: Table, plan: Plan) -> int:
    """How many rows have copies that this plan keeps in one fold, in every repeat; 0 where copies are parted."""
    if plan.kind not in ("stratified", "kfold"):
        return 0
    codes, lines = table.distinct_rows[plan.used], plan.fold_of_row[:, plan.used]
    sizes = np.bincount(codes)
    first = np.zeros(len(sizes), dtype=np.intp)
    first[codes] = np.arange(len(codes))
    together = bool((lines == lines[:, first[codes]]).all())
    return int(sizes[sizes > 1].sum()) if together else 0


def largest_folds(table: Table, kind: str) -> tuple[int, str]:
    """How many folds of that kind are possible at most, and what limits them; the table holds the used rows alone."""
    if kind == "stratified":
        name, count = rarest_class(table)
        possible, limit = count, f"class {name!r} has {_counted(count, 'row')}"
    elif kind == "group":
        possible = len(np.unique(_groups(table)))
        limit = f"there {'is' if possible == 1 else 'are'} {_counted(possible, 'group')}"
    elif kind == "time":
        times = len(np.unique(_order(table)))
        possible = times - 1
        there = "there is" if times == 1 else "there are"
        limit = f"{there} {_counted(times, 'different time')}, and the first block only trains"
    else:
        possible, limit = table.n_rows, f"there are {_counted(table.n_rows, 'row')}"
    return min(possible, FOLDS[1]), limit


def rarest_class(table: Table) -> tuple[str, int]:
    """The class with the fewest rows, of those that have any, and how many."""
    counts = np.where(table.class_counts == 0, table.n_rows + 1, table.class_counts)
    rarest = int(np.argmin(counts))
    return table.classes[rarest], int(counts[rarest])


def _stratified(table: Table, folds: int, state: int) -> Line:
    _check_classes(table, folds)
    copies = _copies(table, folds)
    if copies is not None:
        line = deal(copies, folds, state, table.y)
        if _holds_all_classes(table, line, folds):
            return line
    return _shuffled(StratifiedKFold(n_splits=folds, shuffle=True, random_state=state), table)


def _kfold(table: Table, folds: int, state: int) -> Line:
    if table.n_rows < folds:
        raise ValueError(f"{table.n_rows} rows cannot make {folds} folds; at most {table.n_rows} are possible.")
    copies = _copies(table, folds)
    if copies is not None:
        return deal(copies, folds, state)
    return _shuffled(KFold(n_splits=folds, shuffle=True, random_state=state), table)


def _group(table: Table, folds: int, state: int) -> Line:
    groups = _groups(table)
    count = len(np.unique(groups))
    if count < folds:
        raise ValueError(f"{_counted(count, 'group')} cannot make {folds} folds; at most {count} are possible.")
    return deal(groups, folds, state, table.y if table.task == "classification" else None)


def _time(table: Table, folds: int, state: int) -> Line:
    """Blocks of about equal size, in order; rows of equal time are never parted."""
    _, moment, counts = np.unique(_order(table), return_inverse=True, return_counts=True)
    times = len(counts)
    if times <= folds:
        raise ValueError(
            f"{_counted(times, 'different time')} cannot make {folds} folds, as the first block only trains; "
            f"at most {max(times - 1, 0)} are possible."
        )
    until = np.cumsum(counts)
    ends, end = np.empty(folds, dtype=np.intp), -1  # the last moment of each block but the last
    for block in range(folds):
        wanted = (block + 1) * table.n_rows / (folds + 1)
        possible = np.arange(end + 1, times - folds + block)
        end = int(possible[np.argmin(np.abs(until[possible] - wanted))])
        ends[block] = end
    block_of_row = np.searchsorted(ends, moment)
    return np.where(block_of_row == 0, TRAINS_ONLY, block_of_row - 1).astype(np.uint8)


_DRAWS: dict[str, Callable[[Table, int, int], Line]] = {
    "stratified": _stratified, "kfold": _kfold, "group": _group, "time": _time,
}  # fmt: skip


def _shuffled(splitter: KFold | StratifiedKFold, table: Table) -> Line:
    line = np.empty(table.n_rows, dtype=np.uint8)
    for fold, (_, valid) in enumerate(splitter.split(table.X, table.y)):
        line[valid] = fold
    return line


def _copies(table: Table, folds: int) -> NDArray[np.int64] | None:
    """The code of each row's features where copies are to be kept together; None where there are none or too many."""
    codes = table.distinct_rows
    sizes = np.bincount(codes)
    if len(sizes) == table.n_rows or 2 * len(sizes) < table.n_rows or sizes.max() * folds > table.n_rows:
        return None
    return codes if len(sizes) >= folds else None


def _holds_all_classes(table: Table, line: Line, folds: int) -> bool:
    counts = np.bincount(line.astype(np.int64) * table.n_classes + table.y, minlength=folds * table.n_classes)
    return bool((counts.reshape(folds, table.n_classes)[:, table.class_counts > 0] > 0).all())


def _groups(table: Table) -> NDArray[np.int64]:
    if table.groups is None:
        raise ValueError("Folds of whole groups need a column that says which group a row belongs to.")
    return table.groups


def _order(table: Table) -> NDArray[np.float64]:
    if table.order is None:
        raise ValueError("Blocks of time need a column that says when each row was.")
    return table.order


def _whole(name: str, value: int, low: int, high: int | None) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        raise ValueError(f"{name} is a whole number, not {value!r}.") from None
    if number < low or (high is not None and number > high):
        span = f"from {low} to {high}" if high is not None else f"{low} or more"
        raise ValueError(f"{name} is {span}, not {number}.")
    return number


def _check_classes(table: Table, folds: int) -> None:
    if table.task != "classification":
        raise ValueError("Stratified folds need classes; for regression use the kind 'kfold'.")
    name, count = rarest_class(table)
    if count >= folds:
        return
    problem = f"Class {name!r} has only {_counted(count, 'row')}, too few for {folds} stratified folds."
    if count < FOLDS[0]:
        raise ValueError(f"{problem} Stratified folds need at least 2 rows in every class; use 'kfold' or add rows.")
    raise ValueError(f"{problem} The largest possible number of folds is {count}.")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
