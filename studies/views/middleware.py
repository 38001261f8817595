"""What every answer and every request passes through."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve

from studies.engine.quota import OverQuota, refuse_announced
from studies.models import Dataset, Membership

View = Callable[[HttpRequest], HttpResponseBase]
UPLOADS = frozenset({"new_dataset", "new_version"})
STRANGERS_BODY = 2**16  # bytes, as much as the web server takes in by itself
WATCHED = frozenset({"/healthz", "/readyz", "/metrics"})


def content_security_policy(get_response: View) -> View:
    """Sends SECURE_CSP, Django 6's setting name; goes when Django's own middleware can be used."""
    policy = "; ".join(f"{directive} {' '.join(sources)}" for directive, sources in settings.SECURE_CSP.items())

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy)
        return response

    return middleware


def answer_watchdogs(get_response: View) -> View:
    """Before sessions and accounts, which ask the database: these must answer while it does not."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info in WATCHED:
            return resolve(request.path_info).func(request)
        return get_response(request)

    return middleware


def refuse_large_bodies(get_response: View) -> View:
    """413 by Content-Length, before anything (the CSRF check reads the form) takes the body in; 411 without one, since
    a body of unknown length would seem to be empty."""
    limit_mb = settings.UPLOAD_LIMIT_MB

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
            message = "The body must say how long it is (Content-Length); in pieces (chunked) it is not taken."
            return _refused_unread(request, 411, message, "The request cannot be read")
        if announced(request) <= (limit_mb + 1) * 2**20:
            return get_response(request)
        message = f"The file is larger than the limit of {limit_mb} MB. Upload fewer rows or fewer columns."
        return _refused_unread(request, 413, message)

    return middleware


def announced(request: HttpRequest) -> int:
    """Bytes of the body, as its header says."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def refuse_large_bodies_of_strangers(get_response: View) -> View:
    """To signing in, before the CSRF check takes an upload in: of those who may hold a thread by sending slowly, all
    are known. The API asks for a token before it reads."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        is_large = announced(request) > STRANGERS_BODY and not request.path.startswith("/api/")
        if is_large and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return get_response(request)

    return middleware


def _refused_unread(request: HttpRequest, status: int, message: str, title: str | None = None) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": message, "errors": {"file": [message]}}, status=status)
    page = {"message": message} | ({"title": title} if title else {})
    return HttpResponse(render_to_string("errors/too_large.html", page), status=status)


def refuse_without_room(get_response: View) -> View:
    """413 for an upload that the team's storage has no room for, before the body is taken in; after who it is from."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        team = uploading_team(request) if request.method == "POST" else None
        if team is not None:
            try:
                refuse_announced(team, request.META.get("CONTENT_LENGTH"))
            except OverQuota as error:
                page = {"message": str(error), "title": "There is no room for the file"}
                return HttpResponse(render_to_string("errors/too_large.html", page), status=413)
        return get_response(request)

    return middleware


def uploading_team(request: HttpRequest) -> int | None:
    """The team into which a person is about to upload a table; None where they are not, or may not."""
    if request.membership is None or not request.path_info.startswith("/datasets/"):
        return None
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None
    if match.url_name not in UPLOADS:
        return None
    if match.url_name == "new_dataset":
        return request.membership.team_id
    datasets = Dataset.objects.editable_by(request.user).filter(pk=match.kwargs["pk"])
    return datasets.values_list("team_id", flat=True).first()


def current_membership(get_response: View) -> View:
    """Sets request.membership: the team in which the person works now, and their role there; None for nobody. And
    request.memberships: all of theirs. Both are read anew for each request, so that removing somebody takes effect at
    once."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.membership, request.memberships = None, []
        if request.user.is_authenticated:
            memberships = list(Membership.objects.filter(user=request.user).select_related("team").order_by("pk"))
            chosen = request.session.get("team")
            request.membership = next((m for m in memberships if m.team_id == chosen), None) or next(
                iter(memberships), None
            )
            request.memberships = memberships
        return get_response(request)

    return middleware
