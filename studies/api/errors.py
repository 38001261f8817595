"""One shape for every refusal: {"detail": a sentence, "errors": {field: [sentences]}}."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError

from studies.engine.actions import Refused
from studies.engine.intake_rows import Gone
from studies.engine.spec import SpecError
from studies.engine.spec_json import JSONError

Errors = Mapping[str, Sequence[str]]
View = Callable[..., HttpResponseBase]

NOT_FOUND = "There is no such thing here."
NO_TOKEN = "Send an API token that is still good: Authorization: Bearer ts_... (manage.py token, or the team page)."  # noqa: S105
MEGABYTE = 2**20


class ApiError(Exception):
    """A refusal with its status."""

    def __init__(self, status: int, detail: str, errors: Errors | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, errors or {}


def refusal(
    status: int, detail: str, errors: Errors | None = None, headers: Mapping[str, str] | None = None
) -> JsonResponse:
    return JsonResponse({"detail": detail, "errors": dict(errors or {})}, status=status, headers=headers)


def no_token() -> JsonResponse:
    return refusal(401, NO_TOKEN, headers={"WWW-Authenticate": "Bearer"})


def in_our_shape(view: View) -> View:
    """A route of the API as the site needs it: its own sign-in, and our shape for what happens outside operations."""

    @wraps(view, assigned=())
    def shaped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            return refusal(404, NOT_FOUND)
        if response.status_code == 405:
            allowed = response.headers["Allow"]
            return refusal(
                405, f"{request.method} is not possible here; there is {allowed}.", headers={"Allow": allowed}
            )
        return response

    shaped.csrf_exempt = True  # type: ignore[attr-defined]  # bearer tokens only: a browser sends none by itself
    shaped.login_required = False  # type: ignore[attr-defined]
    return shaped


def not_found(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Everything under /api/v1/ that is no route."""
    return refusal(404, NOT_FOUND)


def answer_errors(api: NinjaAPI) -> None:
    """Give every refusal an answer in our shape."""
    for kind, answer in ANSWERS.items():
        api.add_exception_handler(kind, answer)


def _spec(error: SpecError) -> HttpResponse:
    return refusal(422, str(error), error.errors)


def _json(error: JSONError) -> HttpResponse:
    return refusal(400, str(error), {"body": [str(error)]})


def _parameters(error: ValidationError) -> HttpResponse:
    """What the address asks for and cannot be: limit=x."""
    errors = {str(problem["loc"][-1]): [f"{problem['msg']}."] for problem in error.errors}
    return refusal(422, " ".join(f"{name}: {sentences[0]}" for name, sentences in errors.items()), errors)


def _too_big(error: RequestDataTooBig) -> HttpResponse:
    return refusal(413, "The body is too large; JSON bodies have at most 5 MB.")


ANSWERS: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    ApiError: lambda request, error: refusal(error.status, error.detail, error.errors),
    AuthenticationError: lambda request, error: no_token(),
    Gone: lambda request, error: refusal(404, str(error)),
    Http404: lambda request, error: refusal(404, NOT_FOUND),
    JSONError: lambda request, error: _json(error),
    MultiPartParserError: lambda request, error: refusal(400, f"The body is not what its header says: {error}"),
    Refused: lambda request, error: refusal(409, str(error)),
    RequestDataTooBig: lambda request, error: _too_big(error),
    SpecError: lambda request, error: _spec(error),
    SuspiciousOperation: lambda request, error: refusal(400, "The request cannot be read."),
    UnreadablePostError: lambda request, error: refusal(
        408, "The body broke off, or no more of it came; send it again."
    ),
    ValidationError: lambda request, error: _parameters(error),
}
