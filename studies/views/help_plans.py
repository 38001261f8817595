"""Pictures of evaluation plans: which rows of a small table train and validate, drawn by the code that draws plans."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from studies.evaluation import Plan, Table, make_plan

ROWS, FOLDS, CELL, LINE, TOP = 24, 3, 11, 15, 18


@dataclass(frozen=True)
class Cell:
    """What one row does in one fold: "trains", "validates" or "out"."""

    x: int
    y: int
    does: str


@dataclass(frozen=True)
class Strip:
    """What a row is, above the folds: its mark is a shade (0 or 1), its word a letter, where there is one."""

    x: int
    shade: int
    word: str = ""


@dataclass(frozen=True)
class PlanPicture:
    """The rows of the table from left to right, a line for each fold."""

    says: str
    strip: list[Strip]
    cells: list[Cell]
    height: int


@cache
def plan_pictures() -> dict[str, PlanPicture]:
    """By the key of the plan's kind, and of what else a plan may have."""
    rare: NDArray[np.bool_] = np.arange(ROWS) >= 18
    groups = np.repeat(np.arange(7), [5, 2, 4, 3, 2, 5, 3])
    letters = [chr(65 + group) if i == 0 or group != groups[i - 1] else "" for i, group in enumerate(groups)]
    numbers = np.arange(ROWS)
    copies = np.where(numbers < 8, numbers // 2, numbers)
    plain, wave = [0] * ROWS, [int(group) % 2 for group in groups]
    return {
        "stratified": _picture("rows, the rare class marked", _table(rare), "stratified", shades=rare.tolist()),
        "kfold": _picture("rows, the rare class marked", _table(rare), "kfold", shades=rare.tolist()),
        "group": _picture("rows, by group", _table(rare, groups=groups), "group", shades=wave, letters=letters),
        "time": _picture("rows, from the oldest to the newest", _table(rare, order=numbers), "time", shades=plain),
        "repeats": _picture("rows", _table(rare), "kfold", repeats=2, shades=plain),
        "rows": _picture("rows, the rare class marked", _table(rare), "stratified", rows=14, shades=rare.tolist()),
        "copies": _picture(
            "rows; A to D each stand there twice",
            _table(rare, values=copies),
            "kfold",
            shades=[int(i < 8) * (i // 2 % 2) for i in range(ROWS)],
            letters=[chr(65 + i // 2) if i < 8 else "" for i in range(ROWS)],
        ),
    }


def _table(
    rare: NDArray[np.bool_],
    groups: NDArray[np.int64] | None = None,
    order: NDArray[np.int64] | None = None,
    values: NDArray[np.int64] | None = None,
) -> Table:
    X = (np.arange(ROWS) if values is None else values).astype(np.float64)[:, None]
    y = rare.astype(np.int64)
    times = None if order is None else order.astype(np.float64)
    return Table(X, y, "classification", ("x",), (False,), ((),), ("common", "rare"), groups=groups, order=times)


def _picture(
    says: str,
    table: Table,
    kind: str,
    shades: list[int],
    letters: list[str] | None = None,
    repeats: int = 1,
    rows: int | None = None,
) -> PlanPicture:
    plan = make_plan(table, kind, FOLDS, repeats, seed=4, rows=rows)
    strip = [Strip(i * CELL, int(shade), letters[i] if letters else "") for i, shade in enumerate(shades)]
    cells = [
        Cell(row * CELL, TOP + fold * LINE + 6 * (fold // FOLDS), does)
        for fold in range(plan.n_fits)
        for row, does in enumerate(_doing(plan, fold))
    ]
    return PlanPicture(says, strip, cells, TOP + plan.n_fits * LINE + 6 * (repeats - 1))


def _doing(plan: Plan, fold: int) -> list[str]:
    learnt, judged = plan.split(fold)
    does = ["out"] * plan.n_rows
    for row in learnt.tolist():
        does[row] = "trains"
    for row in judged.tolist():
        does[row] = "validates"
    return does
