"""What a spreadsheet opens must not run."""

import csv
import io

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
