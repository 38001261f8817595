"""The same data as a table: what the figure's Table view and its CSV hold."""

from typing import NamedTuple

Cell = str | int | float | None


class Table(NamedTuple):
    """Header and rows; a missing number is None, never NaN, so that it is valid JSON."""

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
