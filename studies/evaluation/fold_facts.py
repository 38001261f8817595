"""What each fold of a plan holds, and whether a metric has a value on it: to look at before anything is fitted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .metrics import get_metric
from .splits import LEFT_OUT, TRAINS_ONLY, Plan
from .table import Table


@dataclass(frozen=True)
class FoldFacts:
    """One fold.

    train, valid: how many rows. classes, learnt: rows of each class that are validated and learnt from, in the table's
    order. groups: how many groups are validated, 0 without any. first, last: the validated rows' span of time.
    """

    train: int
    valid: int
    classes: tuple[int, ...] = ()
    learnt: tuple[int, ...] = ()
    groups: int = 0
    first: float | None = None
    last: float | None = None


def fold_facts(table: Table, plan: Plan, repeat: int = 0) -> list[FoldFacts]:
    """The K folds of a repeat; a time plan begins with the block that only trains, its `train` being 0."""
    line = plan.fold_of_row[repeat]
    block, blocks = _blocks(line, plan)
    used = line != LEFT_OUT
    width = max(1, table.n_classes)
    codes = table.y[used] if table.classes else np.zeros(int(used.sum()), dtype=np.int64)
    counts = np.bincount(block[used] * width + codes, minlength=blocks * width).reshape(blocks, width)
    learnt = np.cumsum(counts, axis=0) - counts if plan.kind == "time" else counts.sum(axis=0) - counts
    groups = _groups(table, block, used, blocks)
    facts = []
    for index in range(blocks):
        span = _span(table, used & (block == index)) if plan.kind == "time" else (None, None)
        facts.append(
            FoldFacts(
                train=int(learnt[index].sum()),
                valid=int(counts[index].sum()),
                classes=tuple(counts[index].tolist()) if table.classes else (),
                learnt=tuple(learnt[index].tolist()) if table.classes else (),
                groups=groups[index],
                first=span[0],
                last=span[1],
            )
        )
    return facts


def plan_problem(table: Table, plan: Plan, metric: str | None = None, repeats: int | None = None) -> str | None:
    """Why every trial on this plan would fail, whatever its configuration; None when it would not.

    metric: also whether it has a value on each fold. repeats: look at the first few alone.
    """
    first = 1 if plan.kind == "time" else 0  # nothing is validated on the first block of time
    for repeat in range(min(plan.repeats, repeats or plan.repeats)):
        for index, fold in enumerate(fold_facts(table, plan, repeat)[first:]):
            problem = _problem(table, fold, metric)
            if problem:
                place = f"Fold {index + 1} of {plan.folds}"
                return f"{place if plan.repeats == 1 else f'{place}, repeat {repeat + 1},'} {problem}"
    return None


def _problem(table: Table, fold: FoldFacts, metric: str | None) -> str:
    present = [name for name, count in zip(table.classes, fold.learnt, strict=True) if count]
    if table.classes and len(present) < 2:
        return f"learns from rows of class {present[0]!r} alone. Fewer folds or another split help."
    if metric == "roc_auc":
        lacking = [name for name, count in zip(table.classes, fold.classes, strict=True) if not count]
        if lacking:
            label = get_metric(metric).label
            return f"validates no row of class {lacking[0]!r}, and {label} needs every class in each fold."
    if metric == "r2" and fold.valid < 2:
        return f"validates a single row, and {get_metric(metric).label} needs 2 in each fold."
    return ""


def _blocks(line: NDArray[np.uint8], plan: Plan) -> tuple[NDArray[np.int64], int]:
    """The place of each row in the order of folds, (n,), and how many places there are."""
    block = line.astype(np.int64)
    if plan.kind != "time":
        return block, plan.folds
    return np.where(line == TRAINS_ONLY, 0, block + 1), plan.folds + 1


def _groups(table: Table, block: NDArray[np.int64], used: NDArray[np.bool_], blocks: int) -> list[int]:
    if table.groups is None:
        return [0] * blocks
    _, group = np.unique(table.groups[used], return_inverse=True)
    pairs = np.unique(group * blocks + block[used])
    counts: list[int] = np.bincount(pairs % blocks, minlength=blocks).tolist()
    return counts


def _span(table: Table, rows: NDArray[np.bool_]) -> tuple[float | None, float | None]:
    if table.order is None or not rows.any():
        return None, None
    return float(table.order[rows].min()), float(table.order[rows].max())
