"""A table by its columns, wherever they are: at hand, or stored and read one by one (studies.tabular.StoredTable)."""

from collections.abc import Sequence
from typing import Protocol

from studies.tabular.columns import Column
from studies.tabular.dress import Dress


class Table(Protocol):
    @property
    def names(self) -> tuple[str, ...]: ...

    def column(self, name: str) -> Column:
        """KeyError for a name that no column has."""

    def dress(self, name: str) -> Dress | None:
        """What a column of numbers was read without; None also where there is no such column."""


class AtHand:
    """Columns in memory as such a table."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = {column.name: column for column in columns}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._columns)

    def column(self, name: str) -> Column:
        return self._columns[name]

    def dress(self, name: str) -> Dress | None:
        return self._columns[name].dress if name in self._columns else None


class Undressed:
    """A table whose words are numbers where `other`, another version of it, has them as numbers: "12 €" is 12 in
    both, whichever of them a person has corrected."""

    def __init__(self, table: Table, other: Table) -> None:
        self._table, self._other = table, other

    @property
    def names(self) -> tuple[str, ...]:
        return self._table.names

    def column(self, name: str) -> Column:
        return self._table.column(name).without(self._other.dress(name))

    def dress(self, name: str) -> Dress | None:
        return self._table.dress(name)


def undressed(columns: Sequence[Column], other: Sequence[Column]) -> Sequence[Column]:
    """The same of columns at hand."""
    dress = {column.name: column.dress for column in other}
    return [column.without(dress.get(column.name)) for column in columns]


def in_both(one: Table, other: Table) -> tuple[str, ...]:
    """The names of the columns that both have, in the order of the first."""
    there = set(other.names)
    return tuple(name for name in one.names if name in there)


def rows_of(table: Table) -> int:
    """0 for a table without columns."""
    return table.column(table.names[0]).rows if table.names else 0
