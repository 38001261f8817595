"""Bad files: each is refused in a sentence with its line, and nothing in any of them is ever run."""

import io
import json
import pickle
import random
import zipfile

import numpy as np
import pytest

from studies.tabular import TableError, read_table, records

GOOD = "a,b,c\n" + "".join(f"{i},{i / 3:.3f},{'xy'[i % 2]}\n" for i in range(12))


def refusal(path, **options) -> TableError:
    with pytest.raises(TableError) as caught:
        read_table(path, **options)
    return caught.value


def with_line(number: int, line: str) -> str:
    lines = GOOD.splitlines()
    lines[number - 1] = line
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "empty"),
        ("\ufeff", "empty"),
        ("\n\n \r\n", "empty"),
        ("a,b,c\n", "only the column names"),
        ("a,b,c\n1,2,3\n", "holds 1 row; at least 10"),
        ("a,b,c\n" + "1,2,3\n" * 9, "holds 9 rows; at least 10"),
        ("a\n" + "1\n" * 12, "Only one column"),
        ("a b c\n" + "1 2 3\n" * 12, "commas, semicolons, tabs or pipes"),
        ("1,2,3\n" * 12, "looks like data"),
        ("1;2,5;3\n" * 12, "looks like data"),
        ("5.1,3.5,1.4,0.2,setosa\n" * 12, "“5.1” is a number"),
    ],
)
def test_what_is_missing_is_named(write, content, words):
    assert words in refusal(write(content)).message


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("a,b," + "n" * 201, "201 characters; the limit is 200"),
        ("a,b,c\u202ed", "invisible"),
        ("a,b,c\u200b", "invisible"),
    ],
)
def test_names_that_cannot_serve(write, header, words):
    error = refusal(write(with_line(1, header)))
    assert words in error.message
    assert error.line == 1


def test_ragged_rows_are_refused_with_their_line(write):
    error = refusal(write(with_line(5, "1,2,3,4")))
    assert error.line == 5
    assert "Line 5 has 4 cells (separated by comma)" in error.message
    error = refusal(write(with_line(7, "# a note")))
    assert (error.line, "Line 7 has 1 cell" in error.message) == (7, True)
    assert refusal(write(GOOD + "Total,66\n")).line == 14


def test_lines_are_those_of_the_file_also_after_quoted_line_ends(write):
    error = refusal(write(with_line(3, '1,"two\n\nlines",x').replace("11,", "11,9,")))
    assert error.line == 15


def test_titles_above_the_header_are_refused(write):
    error = refusal(write("# my data, from home\n\n" + GOOD))
    assert error.line in (1, 3)
    assert "the columns’ names" in refusal(write("My data\n" + GOOD)).message


@pytest.mark.parametrize(
    ("line", "words"), [('4,"open,x', "never closed"), ('4,"a"b,x', "do not match"), ('4,"a" b,x', "must be doubled")]
)
def test_quote_marks_that_do_not_match(write, line, words):
    error = refusal(write(with_line(6, line)))
    assert (error.line, words in error.message) == (6, True)


def test_limits_are_named(write, monkeypatch):
    huge = refusal(write(with_line(4, "4," + "x" * 131_073 + ",y")))
    assert (huge.line, "131,072 characters" in huge.message) == (4, True)
    assert read_table(write(with_line(4, "4," + "x" * 131_072 + ",y"))).rows == 12
    wide = ",".join(f"c{i}" for i in range(2001))
    assert "2,001 columns; the limit is 2,000" in refusal(write(wide + "\n")).message
    assert records.MAX_ROWS == 1_000_000
    monkeypatch.setattr(records, "MAX_ROWS", 20_000)  # a million take seconds
    assert read_table(write("a,b\n" + "1,2\n" * 20_000)).rows == 20_000
    assert "more than 20,000 rows" in refusal(write("a,b\n" + "1,2\n" * 20_001)).message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (GOOD.encode("utf-16-le"), "UTF-16"),
        (GOOD.encode("utf-32"), "UTF-32"),
        (with_line(9, "8,2.6,Bj\u00f8rn").encode("latin-1"), "Save the file as UTF-8"),
        (GOOD.encode() + b"12,3,\xed\xa0\x80\n", "Save the file as UTF-8"),
        (GOOD.encode() + b"12,3,\xc3", "Save the file as UTF-8"),
        (GOOD.replace("x", "x\0", 1).encode(), "NUL"),
        (GOOD.replace("x", "x\x07", 1).encode(), "control character (code 7"),
    ],
)
def test_other_encodings_are_refused_with_byte_and_line(write, content, words):
    error = refusal(write(content))
    assert words in error.message
    assert "as UTF-8" in error.message or "UTF-8" in error.message or "control" in error.message
    assert error.line is not None


def test_byte_and_line_are_right_far_into_a_file(write):
    good = b"a,b\r\n" + b"\xc3\xb8l,2\r\n" * 300_000
    error = refusal(write(good + b"\xf8l,2\r\n" + good))
    assert error.line == 300_002
    assert f"byte {len(good):,} of the file is 0xF8" in error.message


class Evil:
    def __init__(self, marker):
        self.marker = str(marker)

    def __reduce__(self):
        return (open, (self.marker, "w"))


def test_pickles_are_refused_and_never_run(write, tmp_path):
    marker = tmp_path / "run"
    for protocol in range(6):
        for name in ("a.csv", "a.pkl", "model.joblib"):
            refusal(write(pickle.dumps(Evil(marker), protocol=protocol), name))
    array = io.BytesIO()
    np.save(array, np.array([Evil(marker)], dtype=object), allow_pickle=True)
    assert "NumPy" in refusal(write(array.getvalue())).message
    assert not marker.exists()


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, GOOD)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped("a.csv"), "a zip archive"),
        (zipped("../../a.csv"), "a zip archive"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "a PNG picture"),
        (b"PAR1" + bytes(50), "a Parquet file"),
        (b"  <!DOCTYPE html><html><script>alert(1)</script></html>", "a web page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", "a web page or XML"),
        (json.dumps([{"a": 1}]).encode(), "JSON"),
        (b"@RELATION iris\n@DATA\n", "an ARFF file"),
        (b"SQLite format 3\x00" + bytes(50), "an SQLite database"),
    ],
    ids=lambda value: value if isinstance(value, str) else "bytes",  # archives hold the time, names must not
)
def test_what_is_no_text_table_is_refused_by_content(write, content, words):
    error = refusal(write(content))
    assert words in error.message
    assert "save it as CSV" in error.message


def test_quotes_without_end_take_no_quadratic_time(write):
    refusal(write('a,b\n"' + '"" ,' * 100_000))
    refusal(write("'\"" * 200_000 + "\n" + "a,b\n" * 20))


def test_unknown_choices_are_quoted(write):
    path = write(GOOD)
    assert "“:” cannot separate" in refusal(path, separator=":").message
    assert "“second” does not say" in refusal(path, header="second").message
    assert "“;” cannot be the decimal mark" in refusal(path, decimal=";").message
    assert "“utf-7” is not an encoding" in refusal(path, encoding="utf-7").message
    assert "no column “z”" in refusal(path, kinds={"z": "number"}).message
    assert "“float” is not a kind" in refusal(path, kinds={"a": "float"}).message
    assert "“label” is not a role" in refusal(path, roles={"a": "label"}).message
    assert "no column “z”" in refusal(path, roles={"z": "target"}).message


def test_damaged_files_are_read_or_refused_and_nothing_else(write):
    """Flipped bytes, cuts and swapped separators: a Reading or a TableError, whatever comes."""
    draw = random.Random(7)  # noqa: S311 - the same damage in each run
    tables = [
        GOOD,
        GOOD.replace(",", ";").replace(".", ","),
        "n,w\n" + '1,"a, ""b""\nc"\n' * 15,
        "d\te\n2024-01-02\tåæ\n" * 12,
    ]
    outcomes = {True: 0, False: 0}
    for number in range(800):
        data = bytearray(tables[number % len(tables)].encode())
        for _ in range(draw.randrange(1, 4)):
            place = draw.randrange(len(data))
            match draw.randrange(4):
                case 0:
                    data[place] ^= 1 << draw.randrange(8)
                case 1:
                    del data[place : place + draw.randrange(1, 30)]
                case 2:
                    data[place : place + 1] = draw.choice([b",", b";", b"\t", b'"', b"\r", b"\n"])
                case 3:
                    data = data[: max(place, 1)]
        try:
            reading = read_table(write(bytes(data)))
        except TableError:
            outcomes[False] += 1
        else:
            assert all(column.rows == reading.rows >= 10 for column in reading.columns)
            outcomes[True] += 1
    assert min(outcomes.values()) > 50
