"""JSON that comes back from any database as it was written: order of keys, 1e16 as a float, NUL in a string."""

import json
import math
from typing import Any

from django.db import models
from django.db.models.expressions import Value


def finite(value: Any) -> Any:
    """The value as strict JSON can say it: NaN and infinities, which it cannot, become None, in lists and dicts too."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [finite(entry) for entry in value]
    return {key: finite(entry) for key, entry in value.items()} if isinstance(value, dict) else value


class OrderedJSONField(models.JSONField):
    """Django's field, but text on PostgreSQL as it is on SQLite.

    PostgreSQL's jsonb sorts the keys of objects (a configuration would change its order), gives 1e16 back as an integer
    and refuses strings with NUL. Its operators are not had for that: nothing here is looked up by what is inside.
    """

    def db_type(self, connection: Any) -> str | None:
        return "text" if connection.vendor == "postgresql" else super().db_type(connection)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if connection.vendor != "postgresql":
            return super().get_db_prep_value(value, connection, prepared)
        if isinstance(value, Value) and isinstance(value.output_field, models.JSONField):
            value = value.value
        elif hasattr(value, "as_sql"):
            return value
        return json.dumps(value, cls=self.encoder)
