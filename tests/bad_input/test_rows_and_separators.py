"""Rows that do not fit, and the many ways in which the same table is written."""

import pytest

from studies.models import DatasetVersion
from tests.bad_input.conftest import Door, kinds, warned
from tests.bad_input.files import GOOD, with_line


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        pytest.param(with_line(5, "1,2,Bern,yes,5"), 5, "5 cells", id="ragged_long"),
        pytest.param(with_line(9, "1,2"), 9, "2 cells", id="ragged_short"),
        pytest.param(with_line(7, '1,2,"Bern,yes'), 7, "never closed", id="unclosed_quote"),
        pytest.param("# from the clinic\n# in 2024\n" + GOOD, 1, "1 cell", id="comment_lines"),
        pytest.param(GOOD + "Total,140\n", 42, "2 cells", id="footer_total"),
    ],
)
def test_the_line_is_named(door: Door, content: str, line: int, said: str) -> None:
    sentence = door.refused(content)
    assert f"ine {line} " in sentence
    assert said in sentence


def quoted() -> str:
    return GOOD.replace("Bern", '"Bern,\nthe ""capital"""')


@pytest.mark.parametrize(
    ("content", "separator", "codes"),
    [
        pytest.param(quoted(), ",", set(), id="quoted_newlines_ok"),
        pytest.param(GOOD.replace(",", ";").replace(".", ","), ";", set(), id="semicolon_decimal_comma"),
        pytest.param(GOOD.replace(",", "\t"), "\t", set(), id="tab_separated"),
        pytest.param(GOOD.replace("\n", "\r"), ",", set(), id="cr_only"),
        pytest.param(GOOD.replace("\n", "\r\n"), ",", set(), id="crlf"),
        pytest.param(GOOD + "\n\n\r\n\n", ",", set(), id="trailing_blank_lines"),
    ],
)
def test_the_same_table_however_it_is_written(door: Door, content: str, separator: str, codes: set[str]) -> None:
    answer = door.accepted(content)
    version = DatasetVersion.objects.get()
    assert (answer["rows"], version.separator) == (40, separator)
    assert kinds(answer) == {"age": "integer", "size": "number", "city": "category", "outcome": "boolean"}
    assert (
        version.columns.get(name="size").profile["max"] == max(i * 37 % 100 for i in range(40)) / 8
    )  # never 15 for 1,5
    assert warned(answer).keys() == codes
