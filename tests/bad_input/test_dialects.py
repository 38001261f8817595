"""Good files of every dialect: the same table, and the answer says how it was read."""

import pytest

from tests.bad_input.conftest import Door, kinds
from tests.bad_input.dialects import NAMES, ROWS, Good, good_files


@pytest.mark.parametrize("good", good_files(), ids=lambda good: good.name)
def test_every_dialect_is_read_and_named(door: Door, good: Good) -> None:
    version = door.accepted(good.content, held_out="none", **good.fields)
    assert (version["rows"], version["state"]) == (ROWS, "ready")
    assert (version["separator"], version["decimal"], version["encoding"]) == (
        good.separator, good.decimal, good.encoding,
    )  # fmt: skip
    assert kinds(version) == dict(zip(NAMES, ("integer", "number", "category", "category", "boolean"), strict=True))
    assert {item["code"] for item in version["warnings"]} == set()
