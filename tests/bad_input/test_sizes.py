"""Files that are too large, too wide, or made to take long: refused early, with the limit named."""

import time
from itertools import chain, repeat

import pytest
from django.conf import settings
from django.test import Client

from tests.bad_input.conftest import Door
from tests.bad_input.files import with_line


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(with_line(4, "4,5," + "x" * 131_073 + ",no"), "131,072 characters", id="huge_cell"),
        pytest.param("c," * 4999 + "c\n", "5,000 columns; the limit is 2,000", id="many_columns_5k"),
        pytest.param("c," * 1_000_000 + "c\n", "1,000,001 columns; the limit is 2,000", id="million_columns"),
        pytest.param("'\"" * 200_000 + "\n" + "a,b\n" * 20, "", id="slow_sniff"),
        pytest.param('a,b\n"' + '"" ,' * 100_000, "uote", id="slow_quotes"),
    ],
)  # fmt: skip
def test_it_is_refused_early_and_the_limit_named(door: Door, content: str, said: str) -> None:
    began = time.process_time()
    assert said in door.refused(content)
    assert time.process_time() - began < 2


def test_two_gigabytes_are_refused_before_a_byte_is_read(door: Door) -> None:
    """two_gb, no_length: by what the headers say, before the check of the form's token reads the body."""
    for client, path in ((door.browser, "/datasets/new/"), (door.program, "/api/v1/datasets")):
        body = Unread()
        answer = client.generic(
            "POST", path, b"", "multipart/form-data; boundary=x", CONTENT_LENGTH=str(2**31), **{"wsgi.input": body}
        )
        assert answer.status_code == 413
        assert f"{settings.UPLOAD_LIMIT_MB} MB" in answer.content.decode()
        assert body.read_bytes == 0
        answer = client.generic(
            "POST",
            path,
            b"",
            "multipart/form-data; boundary=x",
            CONTENT_LENGTH="",
            HTTP_TRANSFER_ENCODING="chunked",
            **{"wsgi.input": body},
        )
        assert answer.status_code == 411
        assert "Content-Length" in answer.content.decode()
        assert body.read_bytes == 0


def test_a_large_body_of_a_stranger_is_not_read(client: Client, db: None) -> None:
    """strangers_body: who may hold a thread by sending slowly is known."""
    for path, status in (("/datasets/new/", 302), ("/accounts/login/", 302), ("/api/v1/datasets", 401)):
        body = Unread()
        sent = {"CONTENT_LENGTH": str(2**20), "wsgi.input": body}
        answer = client.generic("POST", path, b"", "multipart/form-data; boundary=x", **sent)
        assert (answer.status_code, body.read_bytes) == (status, 0)


class Unread:
    """A body without an end, which counts what is taken of it."""

    def __init__(self) -> None:
        self.read_bytes = 0

    def read(self, size: int = -1) -> bytes:
        self.read_bytes += max(size, 0)
        return b"x" * max(size, 0)

    def readline(self, size: int = -1) -> bytes:
        return self.read(size)


def test_a_billion_numbers_in_one_line_are_refused_by_the_cell(door: Door) -> None:
    """A line without an end is one cell too long, not a table in memory."""
    line = "".join(chain(["a,b\n1,"], repeat("9", 3_000_000)))
    assert "131,072 characters" in door.refused(line)
