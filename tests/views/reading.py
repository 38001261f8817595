"""A page's words as a person reads them."""

import re

from django.http import HttpResponse
from django.test import Client

from studies.models import Study


def words_of(response: HttpResponse) -> str:
    """Text without markup, in one line; the page must have answered 200."""
    assert response.status_code == 200
    body = re.sub(r"(?s)<(script|style|head).*?</\1>", " ", response.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", body))


def page_of(browser: Client, study: Study, query: str = "") -> HttpResponse:
    """The page of a study."""
    response = browser.get(f"/studies/{study.pk}/{query}")
    assert response.status_code == 200
    return response
