"""Figures as JSON, each from its record; 304 while nothing that they show has changed."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.views.decorators.http import require_safe

from studies.models import Source, Study, TrialState
from studies.plots import best_so_far, convergence, parallel_coordinates
from studies.plots.payload import payload

from .access import get_study
from .comparison import chosen_studies, comparable
from .labels import metric_label
from .study_spec import parameters_of

AXES = ("trial", "seconds")


@require_safe
def study_chart(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    study = get_study(request, pk)
    if slug not in STUDY_CHARTS:
        raise Http404(f"There is no chart {slug!r}; there are {', '.join(STUDY_CHARTS)}.")
    return _unless_known(request, f"{study.pk}.{study.change}", lambda: STUDY_CHARTS[slug](study, _axis(request)))


@require_safe
def compare_chart(request: HttpRequest) -> HttpResponse:
    """Best so far of the chosen studies; 404 unless one curve means the same for all of them."""
    studies = chosen_studies(request)
    if len(studies) < 2 or not comparable(studies).shared:
        raise Http404("These studies share no curve: data, target or metric differ.")
    known = "-".join(f"{study.pk}.{study.change}" for study in studies)
    return _unless_known(request, known, lambda: _best_so_far(studies, _axis(request)))


def _unless_known(request: HttpRequest, version: str, make: Callable[[], dict[str, Any]]) -> HttpResponse:
    """304 when the browser holds this version; otherwise the chart, to be asked about again each time."""
    etag = f'"{version}.{_axis(request)}"'
    if etag in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = JsonResponse(make())
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _axis(request: HttpRequest) -> Any:
    axis = request.GET.get("x", "trial")
    return axis if axis in AXES else "trial"


def _convergence(study: Study, axis: Any) -> dict[str, Any]:
    rows = list(
        study.trials.order_by("number").values_list("number", "state", "value", "stderr", "finished_at", "source")
    )
    start = study.launched_at or study.created_at
    record = convergence.prepare(
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
        [max(0.0, (row[4] - start).total_seconds()) if row[4] else None for row in rows],
        direction=study.direction,
        metric=metric_label(study.metric),
        baseline=(study.baseline or {}).get("value"),
        defaults=next((row[2] for row in rows if row[0] == 0 and row[5] == Source.DEFAULT), None),
        axis=axis,
    )
    return payload(record, convergence.draw(record))


def _parallel(study: Study, axis: Any) -> dict[str, Any]:
    complete = study.trials.filter(state=TrialState.COMPLETE).order_by("number")
    rows = list(complete.values_list("number", "config", "value"))
    record = parallel_coordinates.prepare(
        parameters_of(study),
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        direction=study.direction,
        metric=metric_label(study.metric),
    )
    return payload(record, parallel_coordinates.draw(record))


STUDY_CHARTS: dict[str, Callable[[Study, Any], dict[str, Any]]] = {"convergence": _convergence, "parallel": _parallel}


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
