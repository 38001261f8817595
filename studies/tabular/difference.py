"""What is different between two versions of a table, as plain data: rows, columns, and what moved in common columns."""

from collections.abc import Callable, Sequence
from typing import Any

from studies.tabular.column_changes import column_change
from studies.tabular.columns import Column
from studies.tabular.row_changes import row_changes
from studies.tabular.tables import AtHand, Table, Undressed, in_both

PASSES = 3  # over the columns of both: what rows say, which cell alone is another, how a column has moved


def difference(
    before: Table | Sequence[Column],
    after: Table | Sequence[Column],
    on_column: Callable[[float], None] = lambda share: None,
) -> dict[str, Any]:
    """rows: before, after, kept, edited (column and rows), added, removed; renamed: pairs of names; columns: a
    `column_change` for each column of both, the most moved first.

    Held-out rows are in neither table (studies.tabular.storage). Columns are asked for one by one: of stored tables no
    more than one of either is in memory. `on_column` is told after each how much is done, 0 to 1.
    """
    before, after = (AtHand(table) if isinstance(table, Sequence) else table for table in (before, after))
    before, after = Undressed(before, after), Undressed(after, before)
    names = in_both(after, before)
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        on_column(done / (PASSES * len(names)))

    rows = row_changes(before, after, step)
    done = (PASSES - 1) * len(names)  # also where no row was left for the second pass
    changes = []
    for name in names:
        changes.append(column_change(before.column(name), after.column(name)))
        step()
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
