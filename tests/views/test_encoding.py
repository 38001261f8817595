"""Requests as the server hands them over, before Django has looked at them."""

import io
import json
from typing import Any

import pytest

from tuningsite.wsgi import application

pytestmark = pytest.mark.django_db


def ask(content_type: str, path: str = "/accounts/login/", method: str = "GET") -> tuple[int, bytes]:
    answer: dict[str, Any] = {}
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "next=%E9",
        "CONTENT_TYPE": content_type,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "HTTP_HOST": "127.0.0.1:8000",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
    }
    body = application(environ, lambda status, headers: answer.update(status=int(status[:3])))
    return answer["status"], b"".join(body)


@pytest.mark.parametrize("charset", ["rot13", "base64", "idna", "utf-16", "utf-7", "iso-8859-1", "nonsense", "a\0b"])
def test_other_encodings_are_refused_in_a_sentence(charset: str) -> None:
    for method in ("GET", "POST"):
        status, body = ask(f"application/x-www-form-urlencoded; charset={charset}", method=method)
        assert (status, b"Send text in UTF-8" in body) == (415, True)
    status, body = ask(f"application/json; charset={charset}", path="/api/v1/studies")
    assert (status, set(json.loads(body))) == (415, {"detail", "errors"})


@pytest.mark.parametrize("content_type", ["text/plain; charset*=zz''a", "text/plain; x*=zz''a"])
def test_what_cannot_be_read_is_refused(content_type: str) -> None:
    assert ask(content_type)[0] == 415


@pytest.mark.parametrize("content_type", ["", ";", "text/plain", "text/plain; charset=UTF-8", 'a/b; charset="utf8"'])
def test_utf8_goes_through(content_type: str) -> None:
    assert ask(content_type)[0] == 200
