"""The first rows of a version as they stand in its file: missing cells and cells that do not fit a kind are marked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from studies.models import Column, DatasetVersion
from studies.tabular.fitting import misfits

NUMERIC = (Column.Kind.NUMBER, Column.Kind.INTEGER)
MOST_COLUMNS = 60  # 500 of them take a browser as long as all else on the page; the others come when gone to
NAMED_ROWS = 5
MISSING = '<i class="visually-hidden">missing</i>'


@dataclass(frozen=True)
class Shown:
    """A column of the preview: kind and role as typed, its cells, and which of them are missing or do not fit."""

    column: Column
    kind: str
    role: str
    cells: list[str]
    missing: frozenset[int]
    odd: frozenset[int]

    @property
    def is_numeric(self) -> bool:
        return self.kind in NUMERIC


def shown_columns(version: DatasetVersion, kinds: Mapping[str, str], roles: Mapping[str, str]) -> list[Shown]:
    """At most the first MOST_COLUMNS."""
    columns = list(version.columns.all())[:MOST_COLUMNS]
    return [shown(version, column, kinds[column.name], roles[column.name]) for column in columns]


def shown(version: DatasetVersion, column: Column, kind: str, role: str) -> Shown:
    cells = [row[column.position] for row in version.preview]
    missing = missing_cells(column, cells)
    changed = kind != column.kind and kind in Column.Kind.values
    odd = misfits(cells, kind, missing) if changed else ()
    return Shown(column, kind, role, cells, frozenset(missing), frozenset(odd))


def missing_cells(column: Column, cells: Sequence[str]) -> Collection[int]:
    """Blank cells, and the words that were read as missing."""
    return {*column.profile.get("gaps", ()), *(row for row, cell in enumerate(cells) if not cell.strip())}


def preview_rows(columns: Sequence[Shown]) -> list[SafeString]:
    """The cells of each row as HTML, made by hand: a template takes ten times as long, and there are up to 25,000."""
    drawn = [[cell_html(shown, row, cell) for row, cell in enumerate(shown.cells)] for shown in columns]
    return [mark_safe("".join(row)) for row in zip(*drawn, strict=True)]  # noqa: S308 - cell_html escapes


def cell_html(shown: Shown, row: int, cell: str) -> str:
    marks = "n" if shown.is_numeric else ""
    if row in shown.missing:
        return f'<td class="{marks} gap">{escape(cell)}{MISSING}</td>'
    if row in shown.odd:
        return f'<td class="{marks} odd">{escape(cell)}</td>'
    return f'<td class="{marks}">{escape(cell)}</td>' if marks else f"<td>{escape(cell)}</td>"


def fit_sentence(shown: Shown) -> str:
    """What a kind makes of the first cells; the whole column is read when the columns are saved."""
    first = f"the first {len(shown.cells)} cells"
    if not shown.odd:
        return f"{shown.column.name}: {first} can be read as {shown.kind}."
    rows = sorted(shown.odd)
    where = ", ".join(str(row + 1) for row in rows[:NAMED_ROWS]) + (" and others" if len(rows) > NAMED_ROWS else "")
    plural = "rows" if len(rows) > 1 else "row"
    return f"{shown.column.name}: {len(rows)} of {first} cannot be read as {shown.kind} ({plural} {where})."
