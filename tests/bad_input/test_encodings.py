"""Bytes that are no UTF-8: read where they say what they are, else refused with the byte and the line."""

import pytest

from studies.models import DatasetVersion
from tests.bad_input.conftest import Door, kinds
from tests.bad_input.files import GOOD, with_line

UMLAUT = GOOD.replace("Bern", "Zürich")


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        pytest.param(b"\xef\xbb\xbf" + GOOD.encode(), "utf-8", id="utf8_bom"),
        pytest.param(b"\xff\xfe" + UMLAUT.encode("utf-16-le"), "utf-16", id="utf16_le"),
        pytest.param(b"\xfe\xff" + UMLAUT.encode("utf-16-be"), "utf-16", id="utf16_be"),
        pytest.param(UMLAUT.replace("size", "größe 名前").encode(), "utf-8", id="unicode_names_ok"),
    ],
)
def test_what_says_what_it_is_is_read(door: Door, content: bytes, encoding: str) -> None:
    version = door.accepted(content)
    assert (version["rows"], DatasetVersion.objects.get().encoding) == (40, encoding)
    assert next(iter(kinds(version))) == "age"


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        pytest.param(GOOD.encode("utf-32"), None, "UTF-32", id="utf32"),
        pytest.param(UMLAUT.encode("latin-1"), 2, "0xFC", id="latin1"),
        pytest.param(GOOD.encode() + b"1,2,\xc3\x28,no\n", 42, "0xC3", id="invalid_utf8_deep"),
        pytest.param(GOOD.encode() + b"1,2,\xed\xa0\x80,no\n", 42, "0xED", id="lone_surrogate"),
        pytest.param(with_line(8, "1,2,Be\0rn,no"), 8, "NUL", id="nul_bytes"),
        pytest.param(with_line(8, "1,2,Be\x1b[31mrn,no"), 8, "code 27", id="control_chars"),
        pytest.param(with_line(8, "1,2,Be\x1brn,no").encode("utf-16"), 8, "code 27", id="utf16_control"),
        pytest.param(GOOD.encode("utf-16")[:-1], None, "UTF-16", id="utf16_cut_off"),
        pytest.param(with_line(1, "age,size\u202etxt,city,outcome"), None, "invisible", id="bidi"),
    ],
)
def test_what_cannot_be_read_is_named_by_byte_and_line(
    door: Door, content: str | bytes, line: int | None, said: str
) -> None:
    sentence = door.refused(content)
    assert said in sentence
    assert line is None or f"ine {line} " in sentence
    assert "UTF-8" in sentence or "Remove it" in sentence or "Type the name anew" in sentence


def test_latin_1_is_read_by_choice(door: Door) -> None:
    version = door.accepted(UMLAUT.encode("latin-1"), encoding="iso-8859-1")
    assert version["rows"] == 40
    assert any("Zürich" in row for row in DatasetVersion.objects.get().preview)


def test_hidden_characters_in_values_are_told(door: Door) -> None:
    """A name with them is refused; in a value they are read, and said."""
    version = door.accepted(GOOD.replace("Graz", "G\u202eraz"))
    assert any("invisible" in item["message"] for item in version["warnings"])
