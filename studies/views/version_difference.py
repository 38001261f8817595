"""What is different between two versions of a dataset, as its page shows it.

The columns are told from the stored rows; what the rows say, from what was found when they were compared
(engine/differences.py). Two small tables are compared when somebody looks first.
"""

from typing import Any

from studies.engine.differences import compare_now, is_small, known
from studies.models import DatasetVersion
from studies.plots.numbers import NOTHING, count_of, format_parameter, format_percent

from .column_pictures import bars
from .errand_progress import progress_of

SAME = "A version is compared with itself here. Choose two."
AWAY = "The stored tables do not answer just now, so their rows are not compared. Try again."
WORDS = {"much": "Much", "somewhat": "Somewhat", "little": "Little", "chance": "Within chance", "same": "Not at all"}
UNTOLD = "Not compared"  # other values of an identifier or a text, which have no distribution


def difference_page(before: DatasetVersion, after: DatasetVersion) -> dict[str, Any]:
    return {"before": before, "after": after, **columns_moved(before, after), **rows_compared(before, after)}


def rows_compared(before: DatasetVersion, after: DatasetVersion) -> dict[str, Any]:
    """What was found, or what stands in its place: `going`, a worker's progress; `why_not`, a sentence; and whether
    somebody is to ask for it (`to_ask`)."""
    if before.pk == after.pk:
        return {"why_not": SAME}
    row = known(before, after)
    if row is not None and row.is_there:
        return found_in_words(row.found)
    if row is not None and row.is_under_way:
        return {"going": progress_of(row)}
    if row is not None:
        return {"why_not": row.error, "has_failed": True, "to_ask": True}
    if not is_small(before, after):
        return {"why_not": "So many rows are compared by a worker, once.", "to_ask": True}
    try:
        return found_in_words(compare_now(before, after))
    except OSError:
        return {"why_not": AWAY}


def found_in_words(found: dict[str, Any]) -> dict[str, Any]:
    changes = [change_row(change) for change in found["columns"]]
    return {"found": found["rows"], "renamed": found["renamed"], "changes": changes, "hidden": found["hidden"]}


def columns_moved(before: DatasetVersion, after: DatasetVersion) -> dict[str, Any]:
    old = {column.name: column for column in before.columns.all()}
    new = {column.name: column for column in after.columns.all()}
    both = [(old[name], new[name]) for name in new if name in old]
    return {
        "new_columns": [column for name, column in new.items() if name not in old],
        "gone_columns": [column for name, column in old.items() if name not in new],
        "other_kind": [pair for pair in both if pair[0].kind != pair[1].kind],
        "other_role": [pair for pair in both if pair[0].role != pair[1].role],
    }


def change_row(change: dict[str, Any]) -> dict[str, Any]:
    """A column's change in words; `bars` of both versions lie over each other on one scale."""
    highest = max([share for side in change["bins"] for share in side], default=0.0) or 1.0
    return {
        "column": change["column"],
        "word": UNTOLD if change["word"] == "chance" and not change["of"] else WORDS[change["word"]],
        "is_moved": change["moved"] > 0,
        "of": change["of"],
        "distance": distance_in_words(change["distance"]),
        "bars": [bars(side, highest) for side in change["bins"]],
        "missing": [format_percent(share) if share else "0" for share in change["missing"]],
        "middle": [NOTHING if value is None else format_parameter(value) for value in change["middle"]],
        "levels": levels_in_words(change),
    }


def distance_in_words(distance: float | None) -> str:
    if distance is None:
        return NOTHING
    return "< 0.01" if 0 < distance < 0.005 else f"{distance:.2f}"


def levels_in_words(change: dict[str, Any]) -> str:
    said = []
    for what, word in (("gained", "new"), ("lost", "gone")):
        told = change[what]
        if told["count"]:
            more = f" and {told['count'] - 3:,} more" if told["count"] > 3 else ""
            said.append(f"{count_of(told['count'], 'value')} {word}: {', '.join(told['first'][:3])}{more}")
    return "; ".join(said)
