"""Statements of the hot path, put together once: the ORM takes longer to compose one than the database to run it.

Names of models and fields come from our own code, values are always parameters. `connection` is the default one.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

Names = tuple[str, ...]
Statement = tuple[str, tuple[Any, ...]]


def update(model: type[models.Model], values: dict[str, Any], where: dict[str, Any], raised: Names = ()) -> int:
    """How many rows changed: `values` are set where every column of `where` is equal; `raised` ones go up by one."""
    sql = _update(model, tuple(values), tuple(where), raised)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*adapted(model, values), *adapted(model, where)])
        return int(cursor.rowcount)


def update_each(model: type[models.Model], changes: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """Many updates of the same columns: (values, where) of each. For what needs no check by itself."""
    if changes:
        values, where = changes[0]
        sql = _update(model, tuple(values), tuple(where), ())
        with connection.cursor() as cursor:
            cursor.executemany(sql, [[*adapted(model, values), *adapted(model, where)] for values, where in changes])


def insert(rows: Sequence[models.Model]) -> None:
    """Insert rows of one model. Their keys stay unset, unless they were given."""
    if rows:
        model = type(rows[0])
        fields = _inserted(model)
        here = connections[DEFAULT_DB_ALIAS]  # looked up once, not for every value
        values = [[f.get_db_prep_save(f.pre_save(row, add=True), here) for f in fields] for row in rows]
        with connection.cursor() as cursor:
            cursor.executemany(_insert(model), values)


def select(query: models.QuerySet[Any]) -> Statement:
    """A query's statement and its parameters, to be run again and again by `fetch`."""
    sql, parameters = query.query.sql_with_params()
    return sql, tuple(parameters)


def fetch(statement: Statement) -> list[Any]:
    """The rows as the driver has them: numbers for booleans, text for JSON."""
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        return list(cursor.fetchall())


def adapted(model: type[models.Model], values: dict[str, Any]) -> Iterable[Any]:
    """Values by field, as the database takes them."""
    fields, here = _fields(model, tuple(values)), connections[DEFAULT_DB_ALIAS]
    return (field.get_db_prep_save(value, here) for field, value in zip(fields, values.values(), strict=True))


@cache
def _fields(model: type[models.Model], names: Names) -> tuple[Any, ...]:
    return tuple(model._meta.get_field(name) for name in names)


def _inserted(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]


@cache
def _update(model: type[models.Model], values: Names, where: Names, raised: Names) -> str:
    quote = connection.ops.quote_name

    def equal(names: Names) -> list[str]:
        return [f"{quote(field.column)} = %s" for field in _fields(model, names)]

    up = [f"{quote(field.column)} = {quote(field.column)} + 1" for field in _fields(model, raised)]
    changes, conditions = ", ".join(equal(values) + up), " AND ".join(equal(where))
    return f"UPDATE {quote(model._meta.db_table)} SET {changes} WHERE {conditions}"  # noqa: S608


@cache
def _insert(model: type[models.Model]) -> str:
    quote = connection.ops.quote_name
    columns = [quote(field.column) for field in _inserted(model)]
    places = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608
