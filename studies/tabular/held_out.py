"""The held-out set: rows of a table that no study sees. How many, and which ones? carrying.py finds them in a later
version.

    n      rows of the file
    known  those of them that have a target: only these can tell a score
    m      rows of the set
    unit   rows that stay on one side: copies of each other, a group, or all rows of one moment

The draw is the same for the same rows: who draws a set twice does not get a luckier one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studies.tabular.columns import Column
from studies.tabular.errors import TableError, counted
from studies.tabular.moments import moments
from studies.tabular.roles import suggest_task
from studies.tabular.row_hash import row_hashes

AUTO, NONE = "auto", "none"
Wish = str | float  # "auto" by the size of the table, "none", or a share of the rows
USUAL_SHARE, MOST_ROWS = 0.2, 5_000
FEWEST, FEWEST_BY_TIME = 3_000, 500  # rows with a target from which "auto" draws a set
SHARES = (0.05, 0.5)
FEWEST_AT_ALL = 50
FEWEST_HELD, FEWEST_GROUPS = 10, 5  # with which an interval can be told; fewer could be opened, and would say nothing
SEED = 0
USUAL_LEVEL = 0.8  # the score at which a share is judged before there is one
Z = 1.96  # 95 %, two-sided
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class HeldOut:
    """rows: (n,) true for the set's. how: "stratified", "random", "group" or "time"; "" while there is none. why: a
    sentence about the draw. gone: rows of the earlier version's set that this one no longer has.
    """

    rows: Mask
    how: str = ""
    why: str = ""
    gone: int = 0


def points_told(rows: int, level: float = USUAL_LEVEL) -> float:
    """To how many points, plus or minus, a share of right answers near `level` is told by so many rows: 95 %,
    binomial (1.96 √(p (1 − p) / m), in points)."""
    return 100 * Z * math.sqrt(level * (1 - level) / rows)


def percent_told(rows: int) -> float:
    """To how many per cent of itself, plus or minus, a root mean squared error is told by so many rows: 95 %, for
    errors that are nearly normal (its relative standard error is √(1 / 2m))."""
    return 100 * Z / math.sqrt(2 * rows)


def what_it_tells(rows: int, task: str, in_groups: bool = False) -> str:
    """ "a score to about ±2.8 points"; "an error (RMSE) to about ±4.9 %" for regression. in_groups: the rows lie in
    whole groups, of which the formulas know nothing."""
    less = ", less where rows of a group are alike" if in_groups else ""
    if task == "regression":
        return f"an error (RMSE) to about ±{percent_told(rows):.1f} %{less}"
    return f"a score to about ±{points_told(rows):.1f} points{less}"


def wanted_rows(known: int, wish: Wish, by_time: bool = False) -> int:
    """How many rows the set is to have. TableError where a share was wanted and the rows are too few for one."""
    if wish == NONE:
        return 0
    if wish == AUTO:
        return min(round(USUAL_SHARE * known), MOST_ROWS) if known >= (FEWEST_BY_TIME if by_time else FEWEST) else 0
    if known < FEWEST_AT_ALL:
        raise TableError(
            f"{counted(known, 'row')} with a target are too few to hold some out: at least {FEWEST_AT_ALL} are needed. "
            "Choose no held-out set."
        )
    wanted = round(float(wish) * known)
    if wanted < FEWEST_HELD:
        raise TableError(
            f"{100 * float(wish):.0f} % of {counted(known, 'row')} are too few to tell a score: at least {FEWEST_HELD} "
            "are needed. Choose a larger share, or no held-out set."
        )
    return wanted


def draw_held_out(columns: Sequence[Column], wish: Wish) -> HeldOut:
    """The set of a table that has none yet: whole groups where there is a group column, the latest rows where there is
    a time, else drawn by class where the target is classes. TableError where what was wanted cannot be had."""
    target, group, time = (_with_role(columns, role) for role in ("target", "group", "time"))
    known = np.ones(columns[0].rows, np.bool_) if target is None else ~target.missing
    by_time = time is not None and group is None
    wanted = wanted_rows(int(known.sum()), wish, by_time)
    nothing = np.zeros(len(known), np.bool_)
    if not wanted:
        return HeldOut(nothing)
    if group is not None:
        rows, how, words = _draw_groups(group, known, wanted), "group", f"in whole groups of {group.name}"
    elif time is not None:
        rows, how, words = _latest(time, known, wanted), "time", f"the latest ones by {time.name}"
    else:
        by_class = target is not None and suggest_task(target) == "classification"
        rows = _draw_rows(columns, target if by_class else None, known, wanted)
        how = "stratified" if by_class else "random"
        words = "each class by its share" if by_class else "at random"
    if problem := _problem(rows, known, group):
        if wish == AUTO:
            return HeldOut(nothing)
        raise TableError(f"No held-out set of about {counted(wanted, 'row')} can be drawn {words}: {problem}.")
    share = (rows & known).sum() / known.sum()
    return HeldOut(rows, how, f"{100 * share:.0f} % of the {counted(int(known.sum()), 'row')} with a target, {words}.")


def _problem(rows: Mask, known: Mask, group: Column | None) -> str:
    """Why such a set could not tell a score, or leaves nothing to learn from; "" where it could."""
    told = rows & known
    if not (known & ~rows).any():
        return "nothing would be left to learn from"
    if told.sum() < FEWEST_HELD:
        return f"it would have {counted(int(told.sum()), 'row')} with a target, and it takes {FEWEST_HELD}"
    if group is not None and (groups := len(np.unique(_units(group)[told]))) < FEWEST_GROUPS:
        return f"it would have {counted(groups, 'group')}, and it takes {FEWEST_GROUPS}"
    return ""


def _with_role(columns: Sequence[Column], role: str) -> Column | None:
    return next((column for column in columns if column.role == role), None)


def _draw_groups(group: Column, known: Mask, wanted: int) -> Mask:
    """Whole groups, drawn until the set is full. `known` rows alone count."""
    return _taken(_units(group), known, wanted)


def _units(group: Column) -> NDArray[np.int64]:
    """(n,) a code for each group; a row without a group is one of its own."""
    codes = np.asarray(group.values, np.float64)
    missing = group.missing
    _, units = np.unique(np.where(missing, -1.0, codes), return_inverse=True)
    units = np.where(missing, units.max(initial=0) + 1 + np.cumsum(missing), units)
    return np.unique(units, return_inverse=True)[1]


def _latest(time: Column, known: Mask, wanted: int) -> Mask:
    """The latest rows, moments whole: from the moment on that comes nearest to what is wanted."""
    when = moments(time)
    dated = known & ~np.isnan(when)
    places, counts = np.unique(when[dated], return_counts=True)
    if len(places) < 2:
        return np.zeros(len(known), np.bool_)
    from_here_on = np.cumsum(counts[::-1])[::-1][1:]  # never from the first moment on: that would be all
    begin = places[1:][int(np.argmin(np.abs(from_here_on - wanted)))]
    found: Mask = ~np.isnan(when) & (when >= begin)
    return found


def _draw_rows(columns: Sequence[Column], classes: Column | None, known: Mask, wanted: int) -> Mask:
    """Rows drawn at random, by class where `classes` says which; copies stay together unless most rows are copies."""
    used = [column.name for column in columns if column.role in ("feature", "target")] or [columns[0].name]
    units = np.unique(row_hashes(columns, used), return_inverse=True)[1]
    if 2 * (units.max(initial=0) + 1) < len(units):
        units = np.arange(len(units))
    if classes is None:
        return _taken(units, known, wanted)
    _, code = np.unique(np.asarray(classes.values, np.float64), return_inverse=True)
    found = np.zeros(len(known), np.bool_)
    quota = np.bincount(code[known]) * wanted / known.sum()
    whole = np.floor(quota).astype(np.int64)
    for index in np.argsort(whole - quota, kind="stable")[: wanted - int(whole.sum())]:
        whole[index] += 1  # the largest remainders
    for index, rows in enumerate(whole.tolist()):
        found |= _taken(units, known & (code == index), rows)
    return found


def _taken(units: NDArray[np.int64], known: Mask, wanted: int) -> Mask:
    """Whole units in an order drawn once, as long as they fit; their rows that are not known come along."""
    sizes = np.bincount(units[known], minlength=int(units.max(initial=0)) + 1)
    there = np.flatnonzero(sizes)
    order = there[np.random.default_rng(SEED).permutation(len(there))]
    chosen, room = np.zeros(len(sizes), np.bool_), wanted
    for unit, size in zip(order.tolist(), sizes[order].tolist(), strict=True):
        if size <= room:
            chosen[unit], room = True, room - size
        if not room:
            break
    found: Mask = chosen[units]
    return found
