"""Figures as JSON, each from its record; 304 while nothing that they show has changed."""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.views.decorators.http import require_safe

from studies import plots
from studies.models import Study

from .access import get_comparison, get_study
from .comparison import chosen_studies, comparable, kept_studies
from .comparison_charts import COMPARISON_CHARTS
from .study_charts import STUDY_CHARTS


@require_safe
def study_chart(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    study = get_study(request, pk)
    if slug not in STUDY_CHARTS:
        raise Http404(f"There is no chart {slug!r}; there are {', '.join(STUDY_CHARTS)}.")
    return _unless_known(request, f"{study.pk}.{study.change}", lambda: STUDY_CHARTS[slug](study, request.GET.dict()))


@require_safe
def compare_chart(request: HttpRequest, slug: str) -> HttpResponse:
    return _of_several(request, chosen_studies(request), slug, by_method=False)


@require_safe
def saved_comparison_chart(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    comparison = get_comparison(request, pk)
    return _of_several(request, kept_studies(comparison), slug, by_method=comparison.compares_methods)


def _of_several(request: HttpRequest, studies: list[Study], slug: str, *, by_method: bool) -> HttpResponse:
    """A figure of several studies; 404 unless a score means the same for all of them."""
    if slug not in COMPARISON_CHARTS:
        raise Http404(f"There is no chart {slug!r}; there are {', '.join(COMPARISON_CHARTS)}.")
    if len(studies) < 2 or not comparable(studies).shared:
        raise Http404("These studies share no curve: data, target or metric differ.")
    known = "-".join(f"{study.pk}.{study.change}" for study in studies)
    return _unless_known(request, known, lambda: COMPARISON_CHARTS[slug](studies, by_method, request.GET.dict()))


@cache
def _drawn_by() -> str:
    """Fingerprint of the code that draws: after an upgrade browsers must not keep what the old one drew."""
    rooms = (Path(plots.__file__).parent, Path(__file__).parent)
    return sha256(b"".join(path.read_bytes() for room in rooms for path in sorted(room.glob("*.py")))).hexdigest()[:12]


def _unless_known(request: HttpRequest, version: str, make: Callable[[], dict[str, Any]]) -> HttpResponse:
    """304 when the browser holds this version; otherwise the chart, to be asked about again each time."""
    asked = sha256(repr(sorted(request.GET.items())).encode()).hexdigest()[:16]
    etag = f'"{version}.{asked}.{_drawn_by()}"'
    if etag in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = JsonResponse(make())
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response
