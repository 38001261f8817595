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


TYPED = ("low", "high", "step", "value", "carried", "centre", "spread", "weights")


def posted_back(response) -> dict[str, object]:
    """What a browser would send for the form of this page."""
    form = response.context["form"]
    data: dict[str, object] = dict(form.keys)
    for field in form:
        data[field.html_name] = field.value() or ""
    data["estimator"] = form.examined.estimator.key
    data["space_order"] = form.space.order
    data["forbidden"] = [combination.text for combination in form.space.forbidden.listed]
    data["forbidden_kept"] = [combination.text for combination in form.space.forbidden.listed if combination.kept]
    for row in form.space.rows:
        data |= {f"{row.prefix}{name}": getattr(row, name) for name in TYPED}
        data[f"{row.prefix}scale"] = "log" if row.log else "linear"
        data[f"{row.prefix}choice"] = row.ticked
        if row.searched:
            data[f"{row.prefix}search"] = "on"
    return data
