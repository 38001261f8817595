"""Tables as lines of JSON: the same bytes from SQLite and PostgreSQL for the same rows, and back into either.

The first line names the columns, each other one is a row; rows are in the order of their keys, columns in that of their
names. Bytes are base64, times ISO 8601 in UTC.
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connections, models

LEFT_OUT = {"sessions.Session"}  # who reads a backup must not be signed in as somebody
CHUNK = 500  # rows
Model = type[models.Model]


@dataclass(frozen=True)
class TableFile:
    rows: int
    sha256: str


def kept_models(apps: Any) -> dict[str, Model]:
    """The models of every table that a backup holds, by the name of their file."""
    found = apps.get_models(include_auto_created=True)
    kept = [model for model in found if model._meta.managed and model._meta.label not in LEFT_OUT]
    return {f"{model._meta.app_label}.{model._meta.model_name}": model for model in kept}


def columns_of(model: Model) -> list[Any]:
    return sorted(model._meta.local_concrete_fields, key=lambda field: str(field.attname))


def lines(model: Model, database: str) -> Iterator[bytes]:
    """The table as the file has it, one line after the other."""
    fields = columns_of(model)
    names = [field.attname for field in fields]
    yield _line(names)
    rows = model._base_manager.using(database).order_by("pk").values_list(*names)
    for row in rows.iterator(chunk_size=CHUNK):
        yield _line([_plain(value, field) for value, field in zip(row, fields, strict=True)])


def write_table(model: Model, database: str, path: Path) -> TableFile:
    digest, count = hashlib.sha256(), -1
    with path.open("xb") as file:
        for line in lines(model, database):
            digest.update(line)
            file.write(line)
            count += 1
    return TableFile(count, digest.hexdigest())


def digest_of(model: Model, database: str) -> str:
    """What `write_table` would say, without writing."""
    digest = hashlib.sha256()
    for line in lines(model, database):
        digest.update(line)
    return digest.hexdigest()


def read_table(model: Model, database: str, path: Path) -> None:
    """Insert the file's rows as they are. ValueError when the file's columns are not the table's."""
    connection = connections[database]
    fields = columns_of(model)
    quote = connection.ops.quote_name
    into = f"{quote(model._meta.db_table)} ({', '.join(quote(field.column) for field in fields)})"
    statement = f"INSERT INTO {into} VALUES ({', '.join(['%s'] * len(fields))})"  # noqa: S608 (names of our models)
    with path.open("rb") as file, connection.cursor() as cursor:
        names = json.loads(file.readline())
        if names != [field.attname for field in fields]:
            raise ValueError(f"{path.name} has the columns {', '.join(names)}, which is not what the table has")
        while chunk := list(islice(file, CHUNK)):
            rows = (zip(json.loads(line), fields, strict=True) for line in chunk)
            cursor.executemany(
                statement,
                [[field.get_db_prep_save(_typed(value, field), connection) for value, field in row] for row in rows],
            )


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, separators=(",", ":")).encode("ascii") + b"\n"


def _plain(value: Any, field: Any) -> Any:
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, str | int | float):
        return value
    raise TypeError(f"{field} holds {type(value).__name__}, which a backup does not know how to keep")


def _typed(value: Any, field: Any) -> Any:
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(field, models.BinaryField):
        return base64.b64decode(value)
    return field.to_python(value) if isinstance(value, str) else value
