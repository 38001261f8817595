"""What a spreadsheet opens must not run."""

import csv
import io
import re
from pathlib import Path

import pytest

from studies.tabular import csv_cell, csv_lines


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "-", "+"]
)
def test_would_be_formulas_are_text(text):
    assert csv_cell(text) == "'" + text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (-1.5, "-1.5"),
        (3, "3"),
        (1e-9, "1e-09"),
        ("-1.5", "-1.5"),
        ("+3e5", "+3e5"),
        (None, ""),
        (True, "true"),
        ("a=b", "a=b"),
    ],
)
def test_numbers_and_plain_words_stay(value, cell):
    assert csv_cell(value) == cell


def test_lines_are_read_back_as_written():
    lines = list(csv_lines(["=name", "n"], [["a, b", 1], ['say "x"\nnow', -2.5], ["@x", None]]))
    assert len(lines) == 4
    rows = list(csv.reader(io.StringIO("".join(lines), newline="")))
    assert rows == [["'=name", "n"], ["a, b", "1"], ['say "x"\nnow', "-2.5"], ["'@x", ""]]


def test_nothing_else_writes_csv():
    """The trials of a study go through csv_lines; the samples are tables of ours, written to be read as uploads are.

    Each route is walked in tests/views/test_access.py.
    """
    studies = Path(__file__).parents[2] / "studies"
    writing = re.compile(r"csv\.(?:writer|DictWriter)|content_type=.text/(?:csv|tab)|\.to_csv\(|savetxt\(")
    found = {
        str(path.relative_to(studies))
        for path in studies.rglob("*.py")
        if writing.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"tabular/export.py", "tabular/samples.py", "views/trials_csv.py"}
