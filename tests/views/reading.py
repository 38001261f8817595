"""A page's words as a person reads them."""

import re

from django.http import HttpResponse


def words_of(response: HttpResponse) -> str:
    """Text without markup, in one line; the page must have answered 200."""
    assert response.status_code == 200
    body = re.sub(r"(?s)<(script|style|head).*?</\1>", " ", response.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", body))
