"""A secret that one page shows once. It waits in the person's session between the POST that made it and the page that
shows it, so that loading that page anew neither makes a second one nor shows it again."""

from django.http import HttpRequest

KEY = "shown_once"


def keep_for_next_page(request: HttpRequest, kind: str, secret: str, about: str) -> None:
    request.session[KEY] = {"kind": kind, "secret": secret, "about": about}


def take(request: HttpRequest) -> dict[str, str] | None:
    """Kind, secret and what it is about; a HEAD request shows nothing and so takes nothing."""
    return None if request.method == "HEAD" else request.session.pop(KEY, None)
