"""When the fault is ours: a page for people, the API's shape for programs. Django has written it to the log by then."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

OUR_FAULT = "The fault is ours: it has been written to the log. Try again, or tell whoever runs the site."


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": OUR_FAULT, "errors": {}}, status=500)
    return defaults.server_error(request)
