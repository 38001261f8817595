"""Tables without rows, columns or names; names that are twice there or are none. Nothing is dropped in silence."""

import pytest

from tests.bad_input.conftest import Door, warned
from tests.bad_input.files import GOOD, with_line
from tests.views.uploads import file_of


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("", "empty", id="empty"),
        pytest.param("\n\r\n\n\n", "empty", id="only_newlines"),
        pytest.param("age,city\n", "only the column names", id="header_only"),
        pytest.param("age,city\n7,Bern\n", "1 row; at least 10", id="one_row"),
        pytest.param("age\n" + "7\n" * 20, "Only one column", id="one_column"),
        pytest.param("5.1,3.5,1.4\n" * 20, "“5.1” is a number", id="no_header_numbers"),
    ],
)
def test_what_a_table_needs_is_named(door: Door, content: str, said: str) -> None:
    assert said in door.refused(content)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        pytest.param("age,size,age,outcome", "“age”", id="duplicate_columns"),
        pytest.param("age,size, age ,outcome", "“age”", id="duplicate_after_strip"),
        pytest.param("age,,city,outcome", "no name", id="empty_column_name"),
        pytest.param("é,size,e\u0301,outcome", "“é”", id="nfc_nfd_twins"),
        pytest.param("age,size,city," + "n" * 1000, "limit is 200", id="long_column_name"),
    ],
)
def test_names_that_cannot_serve_are_refused_or_renamed_with_a_notice(door: Door, header: str, said: str) -> None:
    content = with_line(1, header)
    answer = door.program.post("/api/v1/datasets", {"name": "Table", "file": file_of(content)})
    if answer.status_code == 201:
        version = answer.json()["version"]
        names = [column["name"] for column in version["columns"]]
        assert len(set(names)) == 4
        assert all(0 < len(name) <= 200 for name in names)
        assert any(said in sentence for sentence in warned(version).values())
    else:
        assert said in (sentence := door.refused(content))
        assert "olumn" in sentence


def test_the_good_table_is_good(door: Door) -> None:
    version = door.accepted(GOOD)
    assert (version["rows"], len(version["columns"])) == (40, 4)
