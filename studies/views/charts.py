"""Figures as JSON, each from its record; 304 while nothing that they show has changed."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.views.decorators.http import require_safe

from studies.models import Study, TrialState
from studies.plots import best_so_far
from studies.plots.payload import payload

from .access import get_study
from .comparison import chosen_studies, comparable
from .labels import metric_label
from .study_charts import STUDY_CHARTS, axis_of


@require_safe
def study_chart(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    study = get_study(request, pk)
    if slug not in STUDY_CHARTS:
        raise Http404(f"There is no chart {slug!r}; there are {', '.join(STUDY_CHARTS)}.")
    return _unless_known(request, f"{study.pk}.{study.change}", lambda: STUDY_CHARTS[slug](study, request.GET.dict()))


@require_safe
def compare_chart(request: HttpRequest) -> HttpResponse:
    """Best so far of the chosen studies; 404 unless one curve means the same for all of them."""
    studies = chosen_studies(request)
    if len(studies) < 2 or not comparable(studies).shared:
        raise Http404("These studies share no curve: data, target or metric differ.")
    known = "-".join(f"{study.pk}.{study.change}" for study in studies)
    return _unless_known(request, known, lambda: _best_so_far(studies, axis_of(request.GET.dict())))


def _unless_known(request: HttpRequest, version: str, make: Callable[[], dict[str, Any]]) -> HttpResponse:
    """304 when the browser holds this version; otherwise the chart, to be asked about again each time."""
    asked = sha256(repr(sorted(request.GET.items())).encode()).hexdigest()[:16]
    etag = f'"{version}.{asked}"'
    if etag in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = JsonResponse(make())
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _best_so_far(studies: list[Study], axis: Any) -> dict[str, Any]:
    runs = [_run(study) for study in studies]
    record = best_so_far.prepare(
        runs, direction=studies[0].direction, metric=metric_label(studies[0].metric), axis=axis
    )
    return payload(record, best_so_far.draw(record))


def _run(study: Study) -> best_so_far.Run:
    """A study's line from the trials that ended, each at what it cost."""
    ended = study.trials.filter(state__in=[TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED])
    rows = list(ended.order_by("number").values_list("number", "state", "value", "fit_seconds", "score_seconds"))
    return best_so_far.trace(
        study.name,
        [row[0] for row in rows],
        [row[2] if row[1] == TrialState.COMPLETE else None for row in rows],
        [(row[3] or 0.0) + (row[4] or 0.0) for row in rows],
        study.direction,
    )
