"""What is looked at before Django: the encoding that a request says it has."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.http import parse_header_parameters

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
NOT_UTF8 = "Send text in UTF-8: the Content-Type of the request names another encoding, or cannot be read."


def only_utf8(application: Application) -> Application:
    """415 for any other encoding: some make Django fail before it can answer at all (charset=rot13)."""

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if _is_utf8(environ.get("CONTENT_TYPE", "")):
            return application(environ, start_response)
        is_program = environ.get("PATH_INFO", "").startswith("/api/")
        body = json.dumps({"detail": NOT_UTF8, "errors": {}}) if is_program else NOT_UTF8
        kind = "application/json" if is_program else "text/plain; charset=utf-8"
        start_response("415 Unsupported Media Type", [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body.encode()]

    return wrapped


def _is_utf8(content_type: str) -> bool:
    try:
        _, parameters = parse_header_parameters(content_type)
    except (LookupError, ValueError):
        return False
    return parameters.get("charset", "utf-8").lower() in {"utf-8", "utf8"}
