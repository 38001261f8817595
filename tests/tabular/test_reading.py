"""What is written in any of the usual forms is read as the same table."""

import csv
import gzip
import io
import time
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.tabular import preview, read_table
from studies.tabular.cells import MISSING_WORDS

NUMBERS = ["1.5", "2.25", "-3", "4", "5e-3", "6", "7", "8", "9", "10.125"]
EXPECTED = [1.5, 2.25, -3, 4, 0.005, 6, 7, 8, 9, 10.125]


def rows_of(separator, mark=".", end="\n", quote=""):
    lines = [f"size{separator}colour"]
    lines += [
        f"{quote}{number.replace('.', mark)}{quote}{separator}{'red' if i % 3 else 'blue'}"
        for i, number in enumerate(NUMBERS)
    ]
    return end.join(lines) + end


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_separators_line_ends_and_byte_order_mark(write, separator, end, bom):
    reading = read_table(write(bom + rows_of(separator, end=end).encode()))
    assert (reading.separator, reading.decimal, reading.encoding, reading.rows) == (separator, ".", "utf-8", 10)
    assert [column.name for column in reading.columns] == ["size", "colour"]
    assert reading.columns[0].values.tolist() == EXPECTED
    assert reading.columns[1].levels == ("blue", "red")


@pytest.mark.parametrize(("separator", "quote"), [(";", ""), ("\t", ""), (",", '"'), (";", '"')])
def test_decimal_comma_is_one_and_a_half_and_never_fifteen(write, separator, quote):
    reading = read_table(write(rows_of(separator, mark=",", quote=quote)))
    assert (reading.separator, reading.decimal) == (separator, ",")
    assert reading.columns[0].kind == "number"
    assert reading.columns[0].values.tolist() == EXPECTED


def test_thousands_or_decimals_in_doubt_are_not_guessed_in_a_comma_file(write):
    path = write("price,kind\n" + "".join(f'"{i},500",{"ab"[i % 2]}\n' for i in range(1, 13)))
    reading = read_table(path)
    assert reading.columns[0].kind != "number"
    assert [item["code"] for item in reading.warnings] == ["decorated"]
    assert "“1,500”" in reading.warnings[0]["message"]
    assert read_table(path, decimal=",").columns[0].values[0] == 1.5


def test_thousands_or_decimals_in_doubt_follow_the_other_columns(write):
    body = "".join(f"{i},500;0,{i}5;{'ab'[i % 2]}\n" for i in range(1, 13))
    reading = read_table(write("price;share;kind\n" + body))
    assert reading.columns[0].values[0] == 1.5
    assert {"code": "decimal_comma", "column": "price"}.items() <= reading.warnings[0].items()
    points = "".join(f"{i},500;0.{i}5;{'ab'[i % 2]}\n" for i in range(1, 13))
    assert read_table(write("price;share;kind\n" + points)).columns[0].kind != "number"


def test_quoted_cells_hold_separators_quotes_and_line_ends(write):
    body = "".join(f'{i},"a, ""b""\nc{i % 2}"\n' for i in range(10))
    reading = read_table(write("n,words\n" + body), kinds={"words": "category"})
    assert reading.columns[1].levels == ('a, "b"\nc0', 'a, "b"\nc1')
    assert preview(reading, rows=1) == [["0", 'a, "b"\nc0']]


def test_preview_shows_cells_as_they_stand_in_the_file(write):
    reading = read_table(write("a;b\n" + "1,50; x \n" * 60))
    assert preview(reading) == [["1,50", "x "]] * 50
    assert preview(reading, rows=3) == [["1,50", "x "]] * 3


def test_trailing_blank_lines_are_nothing_and_those_between_are_told(write):
    assert read_table(write(rows_of(",") + "\n\n \n\n")).warnings == []
    lines = rows_of(",").splitlines()
    between = "\n".join([*lines[:4], "", "", *lines[4:]])
    reading = read_table(write(between))
    assert reading.rows == 10
    assert [item["code"] for item in reading.warnings] == ["blank_lines"]


def test_empty_rows_at_the_end_are_left_out_and_told_but_kept_between(write):
    reading = read_table(write(rows_of(",") + ",\n" * 25))
    assert reading.rows == 10
    assert "25 rows" in reading.warnings[0]["message"]
    lines = rows_of(",").splitlines()
    assert read_table(write("\n".join([*lines[:4], ",", *lines[4:]]))).rows == 11


def test_missing_words_are_read_as_missing_and_told(write):
    words = ["", "NA", "n/a", "NaN", "null", "None", "?", "-", " "]
    body = "".join(f"{word},{i}\n" for i, word in enumerate([*words, "1.5", "2"]))
    reading = read_table(write("a,b\n" + body))
    assert reading.columns[0].kind == "number"
    assert int(reading.columns[0].missing.sum()) == len(words)
    assert "“NA” in 1 cell of 1 column" in reading.warnings[0]["message"]


def test_more_missing_words_by_choice(write):
    path = write("a,b\n" + "".join(f"{word},{i % 3}\n" for i, word in enumerate(["inf", "Total", *"1234567890"])))
    assert read_table(path).columns[0].kind != "integer"
    column = read_table(path, missing_words=["INF", "total"]).columns[0]
    assert (column.kind, int(column.missing.sum())) == ("integer", 2)


def test_words_of_single_columns_mean_what_was_said_of_them(write):
    numbers, answers = [-999, 7, 8, -999, 9] * 2, ["Yes", "yes ", "YES", "no", "No"] * 2
    lines = [f"{number},{number},{answer}" for number, answer in zip(numbers, answers, strict=True)]
    path = write("\n".join(["pulse,height,answer", *lines]).encode())
    meant = {"pulse": {"-999": ""}, "answer": {"yes": "Yes", "YES": "Yes", "No": "no"}, "gone": {"a": ""}}
    pulse, height, answer = read_table(path, read_as=meant).columns
    assert pulse.missing.tolist() == [True, False, False, True, False] * 2
    assert height.values.tolist() == numbers
    assert answer.levels == ("Yes", "no")
    assert answer.kind == "boolean"


def test_plus_and_minus_are_two_values(write):
    reading = read_table(write("a,b\n" + "+,1\n-,2\n" * 6))
    assert reading.columns[0].levels == ("+", "-")
    assert not reading.columns[0].missing.any()


def test_other_encodings_are_read_only_when_asked_for(write):
    path = write(("år,b\n" + "blåbær,1\n" * 10).encode("latin-1"))
    reading = read_table(path, encoding="windows-1252")
    assert [column.name for column in reading.columns] == ["år", "b"]
    assert reading.columns[0].levels == ("blåbær",)


def test_unicode_names_and_values_in_one_normal_form(write):
    twice = unicodedata.normalize("NFD", "é")
    reading = read_table(write(f"naïve 名前,b{twice}\n" + f"é,1\n{twice},2\n" * 5))
    assert [column.name for column in reading.columns] == ["naïve 名前", "bé"]
    assert reading.columns[0].levels == ("é",)


def test_separator_is_found_by_the_columns_not_by_the_text(write):
    body = "".join(f"{i};one, two, three;x\n" for i in range(12))
    assert read_table(write("n;words;z\n" + body)).separator == ";"
    body = "".join(f'{i},"a;b;c;d",x\n' for i in range(12))
    assert read_table(write("n,words,z\n" + body)).separator == ","


def test_a_hundred_thousand_rows_of_ten_columns_take_seconds(write):
    draw = np.random.default_rng(0)
    columns = [draw.normal(size=20_000).round(6).tolist() for _ in range(8)]
    columns += [draw.choice(["oslo", "bergen"], 20_000).tolist(), draw.integers(0, 2, 20_000).tolist()]
    rows = "".join(",".join(map(str, row)) + "\n" for row in zip(*columns, strict=True))
    path = write(",".join(f"c{i}" for i in range(10)) + "\n" + rows * 5)
    start = time.process_time()
    reading = read_table(path)
    assert time.process_time() - start < 5
    assert reading.rows == 100_000
    assert reading.columns[3].values.tolist() == columns[3] * 5


# Anything that may stand in a UTF-8 file, but for control characters (refused) and words that mean "missing".
WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n"), max_size=12).map(
    lambda text: unicodedata.normalize("NFC", text.strip())
)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
TABLE = st.lists(st.tuples(FLOATS, st.integers(-(2**53), 2**53), WORDS), min_size=10, max_size=20)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(
    rows=TABLE,
    separator=st.sampled_from([",", ";", "\t"]),
    mark=st.sampled_from([".", ","]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig"]),
)
def test_round_trip(tmp_path_factory, rows, separator, mark, quoting, end, encoding):
    path: Path = tmp_path_factory.mktemp("round") / "table.csv"
    # With lines that end in CR, the csv module of Python 3.11 leaves LF inside a cell without its quote marks.
    quoting = csv.QUOTE_ALL if end == "\r" else quoting
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=separator, quoting=quoting, lineterminator=end)
        writer.writerow(["float", "half", "whole", "word"])
        writer.writerows([repr(x).replace(".", mark), f"0{mark}5", i, word] for x, i, word in rows)
    kinds = {"float": "number", "whole": "integer", "word": "category"}
    reading = read_table(path, kinds=kinds)
    assert (reading.separator, reading.decimal, reading.rows) == (separator, mark, len(rows))
    floats, halves, wholes, words = reading.columns
    assert floats.values.tolist() == [row[0] for row in rows]
    assert halves.values.tolist() == [0.5] * len(rows)
    assert wholes.values.tolist() == [row[1] for row in rows]
    read = [words.levels[code] if code >= 0 else "" for code in words.values.tolist()]
    missing = MISSING_WORDS - {"-"} if any(row[2] == "+" for row in rows) else MISSING_WORDS
    assert read == [row[2] if row[2].casefold() not in missing else "" for row in rows]


@pytest.mark.parametrize(
    ("header", "names", "said"),
    [
        ("a,b,a", ["a", "b", "a_2"], "Columns 1 and 3 are both named “a”"),
        ("a,b, a ", ["a", "b", "a_2"], "Columns 1 and 3"),
        ("a,a,a_2", ["a", "a_3", "a_2"], "Columns 1 and 2"),
        ("\u00e9,b,e\u0301", ["\u00e9", "b", "\u00e9_2"], "Columns 1 and 3"),
        (",b,c", ["column_1", "b", "c"], "Column 1 has no name"),
        ("column_3,b, ", ["column_3", "b", "column_3_2"], "Column 3 has no name"),
    ],
)
def test_columns_without_a_name_of_their_own_are_given_one_and_it_is_told(write, header, names, said):
    reading = read_table(write(header + "\n" + "".join(f"{i},{i % 3},{'xy'[i % 2]}\n" for i in range(12))))
    assert [column.name for column in reading.columns] == names
    told = [item for item in reading.warnings if item["code"] == "renamed"]
    assert [item["column"] for item in told] == [next(name for name in names if name not in header.split(","))]
    assert said in told[0]["message"]


def test_a_file_without_names_is_data_from_its_first_line_on(write):
    reading = read_table(write("1.5|x\n" * 6 + "2|y\n" * 6), header="none")
    assert (reading.rows, reading.separator) == (12, "|")
    assert [column.name for column in reading.columns] == ["column_1", "column_2"]
    assert preview(reading, rows=1) == [["1.5", "x"]]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    rows=st.lists(st.tuples(WORDS, WORDS, st.integers(0, 9)), min_size=10, max_size=14),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    packed=st.booleans(),
)
def test_every_dialect_comes_back_cell_by_cell(tmp_path_factory, rows, separator, end, encoding, packed):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator=end)
    writer.writerows([["one", "two", "three"], *rows])
    data = ("\ufeff" * (encoding in ("utf-16-le", "utf-16-be")) + text.getvalue()).encode(encoding)
    path = tmp_path_factory.mktemp("dialect") / "table"
    path.write_bytes(gzip.compress(data) if packed else data)
    reading = read_table(path, separator=separator)
    oracle = list(csv.reader(io.StringIO(text.getvalue(), newline=""), delimiter=separator, strict=True))
    assert preview(reading) == oracle[1:]
    assert (reading.rows, reading.encoding) == (len(rows), "utf-16" if "16" in encoding else "utf-8")
