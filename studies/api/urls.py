"""The API put together: routers, one shape for refusals, openapi.json for members. No documentation page."""

from functools import wraps

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, re_path
from ninja import NinjaAPI

from . import comparisons, datasets, studies, versions, workers
from .errors import View, answer_errors, in_our_shape, no_token, not_found
from .tokens import TokenAuth


def for_members(view: View) -> View:
    """openapi.json: for whoever is signed in, in the browser or by token."""

    @wraps(view, assigned=())
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.user.is_authenticated or TokenAuth()(request):
            return view(request, *args, **kwargs)
        return no_token()

    return guarded


def _shaped(pattern: URLPattern) -> URLPattern:
    return URLPattern(pattern.pattern, in_our_shape(pattern.callback), pattern.default_args, pattern.name)


api = NinjaAPI(
    title="Tuningsite",
    version="1",
    description="Datasets, studies and their trials. Bearer tokens only; a token is one person in one team.",
    auth=TokenAuth(),
    docs_url=None,
    docs_decorator=for_members,
    urls_namespace="api",
)
answer_errors(api)
for part in (studies, datasets, versions, workers, comparisons):
    api.add_router("", part.router)

_patterns, app_name, namespace = api.urls
_operations = [_shaped(pattern) for pattern in _patterns if isinstance(pattern, URLPattern)]
urlpatterns = [*_operations, re_path("", in_our_shape(not_found))]
