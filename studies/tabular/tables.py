"""A table by its columns, wherever they are: at hand, or stored and read one by one (studies.tabular.StoredTable)."""

from collections.abc import Sequence
from typing import Protocol

from studies.tabular.columns import Column


class Table(Protocol):
    @property
    def names(self) -> tuple[str, ...]: ...

    def column(self, name: str) -> Column:
        """KeyError for a name that no column has."""


class AtHand:
    """Columns in memory as such a table."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = {column.name: column for column in columns}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._columns)

    def column(self, name: str) -> Column:
        return self._columns[name]


def in_both(one: Table, other: Table) -> tuple[str, ...]:
    """The names of the columns that both have, in the order of the first."""
    there = set(other.names)
    return tuple(name for name in one.names if name in there)


def rows_of(table: Table) -> int:
    """0 for a table without columns."""
    return table.column(table.names[0]).rows if table.names else 0
