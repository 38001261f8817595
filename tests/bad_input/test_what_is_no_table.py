"""Pickles, pictures, pages and archives under whatever name: refused by content, never loaded nor unpacked to disk."""

import gzip
import io
import pickle
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from studies.models import DatasetVersion
from tests.bad_input.conftest import Door
from tests.bad_input.files import GOOD
from tests.views.uploads import file_of

GIGABYTE = 2**30


class Evil:
    """Makes the marker file when it is unpickled."""

    def __init__(self, marker: str) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, ...]:
        return open, (self.marker, "w")


def evil_array(marker: Path) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array([Evil(str(marker))], dtype=object), allow_pickle=True)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "protocol"),
    [
        pytest.param("people.csv", 4, id="pickle_as_csv"),
        pytest.param("people.csv", 0, id="pickle_of_text"),
        pytest.param("model.pkl", 5, id="pickle_ext"),
        pytest.param("model.joblib", 3, id="joblib_ext"),
        pytest.param("array.npy", None, id="npy_object"),
    ],
)
def test_a_pickle_is_never_loaded(door: Door, tmp_path: Path, name: str, protocol: int | None) -> None:
    marker = tmp_path / "run"
    harmful = evil_array(marker) if protocol is None else pickle.dumps(Evil(str(marker)), protocol)
    door.refused(harmful, name)
    assert not marker.exists()


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(50), "people.csv", "PNG", id="png"),
        pytest.param(b"<!doctype html><script>window.__xss=1</script>", "people.csv", "web page", id="html"),
        pytest.param(zipped(**{"xl/workbook.xml": b""}), "people.xlsx", "Excel", id="xlsx"),
        pytest.param(b"\x7fELF" + bytes(50), "people.csv.exe", "program", id="double_extension"),
        pytest.param(zipped(**{"a.csv": bytes(50_000_000)}), "people.zip", "zip", id="zip_bomb"),
        pytest.param(zipped(**{"../../pwned.csv": GOOD.encode()}), "people.csv", "zip", id="zip_slip"),
    ],
)
def test_what_is_no_table_is_named(door: Door, content: bytes, name: str, said: str) -> None:
    sentence = door.refused(content, name)
    assert said in sentence
    assert "CSV" in sentence


@pytest.mark.parametrize("kind", ["image/png", "text/csv", "application/x-python-pickle", "multipart/mixed"])
def test_what_the_sender_says_it_is_counts_for_nothing(door: Door, kind: str) -> None:
    """content_type_lie: a table stays a table and a picture a picture, whatever the header says."""
    good, bad = file_of(GOOD, "photo.png"), file_of(b"\x89PNG\r\n\x1a\n" + bytes(50))
    good.content_type = bad.content_type = kind
    assert door.program.post("/api/v1/datasets", {"name": "Table", "file": good}).status_code == 201
    assert door.program.post("/api/v1/datasets", {"name": "Other", "file": bad}).status_code == 422
    assert DatasetVersion.objects.count() == 1


PACKED = gzip.compress(GOOD.encode(), mtime=0)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(PACKED, id="gzip_small"),
        pytest.param(PACKED + gzip.compress(b"20,1,Bern,no\n"), id="gzip_of_two"),
        pytest.param(gzip.compress(GOOD.encode("utf-16")), id="gzip_utf16"),
    ],
)
def test_a_gzip_is_read_and_its_bytes_are_kept(door: Door, content: bytes) -> None:
    assert door.accepted(content, "people.csv.gz")["rows"] in (40, 41)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(PACKED[:-9], "cut off", id="gzip_cut_off"),
        pytest.param(PACKED[:60] + b"!!" + PACKED[62:], "damaged", id="gzip_damaged"),
        pytest.param(gzip.compress(PACKED), "in another", id="gzip_in_gzip"),
        pytest.param(gzip.compress(b"\x80\x04\x95junk"), "pickle", id="gzip_of_a_pickle"),
        pytest.param(gzip.compress(b"1,2\n" * 8_000_000, 1), "more than 20 MB", id="gzip_bomb"),
    ],
)
def test_a_gzip_that_is_none_or_too_large_is_refused(door: Door, content: bytes, said: str) -> None:
    began = time.process_time()
    assert said in door.refused(content)
    assert time.process_time() - began < 5
