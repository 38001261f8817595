"""What is different between two versions of a dataset, as its page shows it.

The columns are told from the stored rows. Rows and distributions are compared while the page is made, where the tables
are small enough for that; held-out rows are in neither table.
"""

from typing import Any

from studies.engine.store.cache import table_path
from studies.models import DatasetVersion
from studies.plots.numbers import NOTHING, count_of, format_parameter, format_percent
from studies.tabular import load_table
from studies.tabular.difference import difference

from .column_pictures import bars

MOST_CELLS = 300_000  # of the larger table: about 0.15 s
MOST_BYTES = 20 * 10**6
MOST_ROWS = 200
WORDS = {"much": "Much", "somewhat": "Somewhat", "little": "Little", "chance": "Within chance", "same": "Not at all"}


def difference_page(before: DatasetVersion, after: DatasetVersion) -> dict[str, Any]:
    page: dict[str, Any] = {"before": before, "after": after, **columns_moved(before, after)}
    if not all(is_small(version) for version in (before, after)):
        return page | {"why_not": "These tables are too large for their rows to be compared while you wait."}
    try:
        found = difference(load_table(table_path(before)), load_table(table_path(after)))
    except OSError:
        return page | {
            "why_not": "The stored tables do not answer just now, so their rows are not compared. Try again."
        }
    changes = [change_row(change) for change in found["columns"][:MOST_ROWS]]
    renamed = found["renamed"]
    hidden = max(0, len(found["columns"]) - MOST_ROWS)
    return page | {"found": found["rows"], "renamed": renamed, "changes": changes, "hidden": hidden}


def is_small(version: DatasetVersion) -> bool:
    cells = version.rows * len(version.columns.all())
    return cells <= MOST_CELLS and max(version.file_bytes, version.table_bytes) <= MOST_BYTES


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
        "word": WORDS[change["word"]],
        "is_moved": change["moved"] > 0,
        "of": change["of"],
        "distance": NOTHING if change["distance"] is None else f"{change['distance']:.2f}",
        "bars": [bars(side, highest) for side in change["bins"]],
        "missing": [format_percent(share) if share else "0" for share in change["missing"]],
        "middle": [NOTHING if value is None else format_parameter(value) for value in change["middle"]],
        "levels": levels_in_words(change),
    }


def levels_in_words(change: dict[str, Any]) -> str:
    said = []
    for what, word in (("gained", "new"), ("lost", "gone")):
        told = change[what]
        if told["count"]:
            more = f" and {told['count'] - 3:,} more" if told["count"] > 3 else ""
            said.append(f"{count_of(told['count'], 'value')} {word}: {', '.join(told['first'][:3])}{more}")
    return "; ".join(said)
