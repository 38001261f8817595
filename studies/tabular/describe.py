"""A reading as plain data: what the upload page and the API show of a table."""

from typing import Any

from studies.tabular.checking import Alone, check_columns, judge_alone
from studies.tabular.columns import Column
from studies.tabular.errors import condense
from studies.tabular.held_out import HeldOut
from studies.tabular.profile import profile_column
from studies.tabular.reading import Reading, preview
from studies.tabular.roles import suggest_task

PREVIEW_ROWS = 50
PREVIEW_CELL = 200


def describe(reading: Reading, preview_rows: int = PREVIEW_ROWS) -> dict[str, Any]:
    """Everything but the values, as JSON can hold it, about the rows outside of the held-out set. Cells of the preview
    are cut at 200 characters."""
    target = next((column for column in reading.columns if column.role == "target"), None)
    shown = preview(reading, preview_rows)
    alone = judge_alone(reading.columns)
    return {
        "rows": reading.rows,
        "separator": reading.separator,
        "decimal": reading.decimal,
        "encoding": reading.encoding,
        "target": target.name if target else None,
        "task": suggest_task(target) if target else None,
        "warnings": condense([*reading.warnings, *check_columns(reading.columns, alone)]),
        "columns": [
            {
                "name": column.name,
                "kind": column.kind,
                "role": column.role,
                "why": column.why,
                "profile": profile_column(column)
                | {"alone": _alone(alone.get(column.name))}
                | _gaps(column, index, shown)
                | ({"dress": vars(column.dress)} if column.dress else {}),
            }
            for index, column in enumerate(reading.columns)
        ],
        "held_out": _held_out(reading.held_out),
        "preview": [[cell[:PREVIEW_CELL] for cell in row] for row in shown],
    }


def _gaps(column: Column, index: int, shown: list[list[str]]) -> dict[str, list[int]]:
    """Rows of the preview where a word stands that was read as missing; blank cells speak for themselves."""
    gaps = column.missing[: len(shown)].nonzero()[0].tolist()
    words = [row for row in gaps if shown[row][index].strip()]
    return {"gaps": words} if words else {}


def _alone(found: Alone | None) -> float | None:
    """Balanced accuracy or R² of the column alone, as the target is classes or numbers; None where not judged."""
    return round(found.score, 4) if found else None


def _held_out(found: HeldOut) -> dict[str, Any]:
    """How many rows are set aside and how they were chosen; nothing of what they hold."""
    return {"rows": int(found.rows.sum()), "how": found.how, "why": found.why, "gone": found.gone}
