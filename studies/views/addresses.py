"""The address of a page, for somebody to hand on."""

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest, path: str) -> str:
    """Where the site says that people find it; else as the person who asks found it."""
    if settings.TUNINGSITE_URL:
        return settings.TUNINGSITE_URL.rstrip("/") + path
    return request.build_absolute_uri(path)
