"""Typed text as plain values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.forms.plain import as_typed, plain_number, plain_whole


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12), ("-5", -5), ("−5", -5), ("+3", 3), ("0.5", 0.5), (".5", 0.5), ("1e-3", 0.001), ("1E3", 1000.0),
        ("", ""), ("1_000", "1_000"), ("１２", "１２"), ("1,5", "1,5"), ("nan", "nan"), ("inf", "inf"),
        ("1e999", "1e999"), ("0x10", "0x10"), ("9" * 401, "9" * 401), ("12 3", "12 3"),
    ],
)  # fmt: skip
def test_only_plain_digits_are_numbers(text: str, value: object) -> None:
    read = plain_number(text)
    assert (type(read), read) == (type(value), value)


def test_whole_numbers_may_be_written_as_1e3() -> None:
    assert [plain_whole(text) for text in ("1e3", "20.0", "0.5", "x")] == [1000, 20, 0.5, "x"]


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53))
def test_what_is_shown_reads_back_as_the_same_number(value: float) -> None:
    assert plain_number(as_typed(value)) == value


def test_small_numbers_are_shown_as_people_write_them() -> None:
    assert as_typed(1e-8) == "1e-8"
    assert as_typed(-2.5e-10) == "-2.5e-10"


@given(st.text(max_size=30))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert isinstance(plain_number(text), int | float | str)
