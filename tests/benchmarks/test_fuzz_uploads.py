"""The oracle of `script/bench fuzz-uploads` finds what it is there to find."""

import pytest

from benchmarks.fuzz_uploads.damage import damaged
from benchmarks.fuzz_uploads.oracle import complaint
from tests.bad_input.dialects import NAMES, ROWS, good_files, written


def told(rows: int = ROWS, names: tuple[str, ...] = NAMES, separator: str = ",", codes: tuple[str, ...] = ()) -> dict:
    columns = [{"name": name} for name in names]
    warnings = [{"code": code} for code in codes]
    return {"rows": rows, "columns": columns, "separator": separator, "encoding": "utf-8", "warnings": warnings}


def test_the_true_shape_of_every_good_file_is_fine() -> None:
    for good in good_files():
        version = told(separator=good.separator) | {"encoding": good.encoding}
        assert complaint(good.content, version) == ""


@pytest.mark.parametrize(
    ("text", "version", "said"),
    [
        (written(), told(rows=ROWS - 1), "59 rows, but there are 60"),
        (written(), told(names=NAMES[:4]), "4 columns"),
        (written(), told(names=("x", *NAMES[1:])), "the names are"),
        (written(), told(separator=";"), "5 columns"),
        (written() + "1,2\n", told(rows=ROWS + 1), "a row has 2 cells"),
        (written() + ",,,,\n", told(), "left out in silence"),
        (written().replace("\n", "\n\n", 3), told(), "blank lines were passed over in silence"),
    ],
)
def test_a_changed_shape_is_found_unless_it_is_told(text: str, version: dict, said: str) -> None:
    assert said in complaint(text.encode(), version)
    told_of = version | {"warnings": [{"code": code} for code in ("blank_lines", "empty_rows", "renamed")]}
    silent = "silence" in said or "names are" in said
    assert (complaint(text.encode(), told_of) == "") == silent


def test_the_same_number_is_the_same_damage() -> None:
    good = good_files()[0]
    assert damaged(good, 3, 7) == damaged(good, 3, 7) != damaged(good, 3, 8)
