"""Request bodies: JSON read by our own strict reader, never by Python's lenient one."""

from typing import Any

from django.http import HttpRequest

from studies.engine.spec_json import load_object

from .errors import ApiError

JSON, MULTIPART = "application/json", "multipart/form-data"


def json_object(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent."""
    expect(request, JSON)
    return load_object(request.body)


def expect(request: HttpRequest, kind: str) -> None:
    """415 for any other kind of body."""
    if request.content_type != kind:
        sent = request.content_type or "no Content-Type"
        raise ApiError(415, f"The body is {sent[:100]}; it must be {kind}.")


def documented(kind: str, properties: dict[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    """The body's part of an operation in openapi.json."""
    schema = {"type": "object", "additionalProperties": False, "properties": properties, "required": list(required)}
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema}}}}
