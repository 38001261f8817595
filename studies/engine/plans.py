"""A study's folds: drawn once per dataset version and kind, and told in plain values for forms and pages."""

from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from studies.evaluation import Plan, Table, copies_kept, fold_facts, make_plan
from studies.models import DatasetVersion

PLAN_SEED = 0  # one draw per dataset version: studies with the same plan share their folds and can be compared
MOST_CLASSES = 100
MOST_KEPT = 8
# A plan is forgotten with its table: large tables must not be kept alive by what was drawn from them.
_drawn: WeakKeyDictionary[Table, dict[tuple[str, int, int | None], Plan]] = WeakKeyDictionary()


def first_repeat(table: Table, kind: str, folds: int, rows: int | None) -> Plan:
    """The first of a plan's repeats, as a launch will draw it. ValueError says what the rows do allow."""
    drawn = _drawn.setdefault(table, {})
    plan = drawn.get((kind, folds, rows))
    if plan is None:
        plan = make_plan(table, kind, folds, 1, PLAN_SEED, rows)
        if len(drawn) >= MOST_KEPT:
            drawn.clear()
        drawn[kind, folds, rows] = plan
    return plan


def told_facts(version: DatasetVersion, table: Table, plan: Plan) -> dict[str, Any]:
    """What the first repeat's folds hold, as JSON can keep it.

    {"kind", "used", "copies", "classes": names, "group": column, "time": column, "folds": [{"train", "valid",
    "classes": rows of each, "groups", "first", "last": texts}]}; the folds of time begin with the block that only
    trains.
    """
    folds = fold_facts(table, plan)
    group, time = version.group, version.time  # each is a query
    is_date = time is not None and time.kind == "date"
    return {
        "kind": plan.kind,
        "used": int(plan.used.sum()),
        "copies": copies_kept(table, plan),
        "classes": list(table.classes[:MOST_CLASSES]),
        "group": group.name if group and table.groups is not None else "",
        "time": time.name if time and table.order is not None else "",
        "folds": [
            {
                "train": fold.train,
                "valid": fold.valid,
                "classes": list(fold.classes[:MOST_CLASSES]),
                "groups": fold.groups,
                "first": _moment(fold.first, is_date),
                "last": _moment(fold.last, is_date),
            }
            for fold in folds
        ],
    }


def _moment(value: float | None, is_date: bool) -> str:
    if value is None:
        return ""
    return date.fromordinal(max(1, int(value))).isoformat() if is_date else f"{value:.10g}"
