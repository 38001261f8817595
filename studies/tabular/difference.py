"""What is different between two versions of a table, as plain data: rows, columns, and what moved in common columns."""

from collections.abc import Callable, Sequence
from typing import Any

from studies.tabular.column_changes import column_change
from studies.tabular.columns import Column
from studies.tabular.row_changes import row_changes


def difference(
    before: Sequence[Column], after: Sequence[Column], on_column: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """rows: before, after, kept, edited (column and rows), added, removed; renamed: pairs of names; columns: a
    `column_change` for each column of both, the most moved first.

    Held-out rows are in neither table (studies.tabular.storage). `on_column` is called after each column.
    """
    rows = row_changes(before, after)
    old = {column.name: column for column in before}
    changes = []
    for column in after:
        if column.name in old:
            changes.append(column_change(old[column.name], column))
            on_column()
    order = ("same", "chance", "little", "somewhat", "much")
    changes.sort(key=lambda change: (change["moved"], order.index(change["word"])), reverse=True)
    return {
        "rows": {
            "before": rows.before,
            "after": rows.after,
            "kept": rows.kept,
            "edited": [{"column": name, "rows": count} for name, count in rows.edited.items()],
            "added": rows.added,
            "removed": rows.removed,
        },
        "renamed": [list(pair) for pair in rows.renamed],
        "columns": changes,
    }
