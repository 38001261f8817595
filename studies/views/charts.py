"""Figures as JSON, each from its record; 304 while nothing that they show has changed."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.views.decorators.http import require_safe

from studies.models import Study, Trial, TrialState
from studies.plots import best_by_method, best_so_far
from studies.plots.payload import payload

from .access import get_comparison, get_study
from .comparison import chosen_studies, comparable, kept_studies
from .labels import metric_label
from .methods import method_comparison
from .progress import progress_of
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
    return _of_several(request, chosen_studies(request), _best_so_far)


@require_safe
def saved_comparison_chart(request: HttpRequest, pk: int) -> HttpResponse:
    """Best so far of a saved comparison's studies; of a method comparison's methods, over their seeds."""
    comparison = get_comparison(request, pk)
    make = _best_by_method if comparison.compares_methods else _best_so_far
    return _of_several(request, kept_studies(comparison), make)


def _of_several(
    request: HttpRequest, studies: list[Study], make: Callable[[list[Study], Any], dict[str, Any]]
) -> HttpResponse:
    if len(studies) < 2 or not comparable(studies).shared:
        raise Http404("These studies share no curve: data, target or metric differ.")
    known = "-".join(f"{study.pk}.{study.change}" for study in studies)
    return _unless_known(request, known, lambda: make(studies, axis_of(request.GET.dict())))


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
    runs = _runs(studies)
    record = best_so_far.prepare(
        [runs[study.pk] for study in studies],
        direction=studies[0].direction,
        metric=metric_label(studies[0].metric),
        axis=axis,
    )
    return payload(record, best_so_far.draw(record))


def _best_by_method(studies: list[Study], axis: Any) -> dict[str, Any]:
    runs, found = _runs(studies), method_comparison(studies, progress_of(studies))
    record = best_by_method.prepare(
        [
            best_by_method.MethodRuns(row.name, tuple(runs[run.study.pk] for run in row.runs if run.study.pk in runs))
            for row in found.ordered
        ],
        direction=studies[0].direction,
        metric=metric_label(studies[0].metric),
        axis=axis,
        target=found.target,
        of=found.of,
    )
    return payload(record, best_by_method.draw(record))


def _runs(studies: list[Study]) -> dict[int, best_so_far.Run]:
    """Each study's line from the trials that ended, each at what it cost; one query however many there are."""
    ended = Trial.objects.filter(
        study__in=studies, state__in=[TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED]
    )
    rows: dict[int, list[tuple[Any, ...]]] = {study.pk: [] for study in studies}
    fields = ("study_id", "number", "state", "value", "fit_seconds", "score_seconds")
    for pk, *row in ended.order_by("study_id", "number").values_list(*fields):
        rows[pk].append(tuple(row))
    return {
        study.pk: best_so_far.trace(
            study.name,
            [row[0] for row in rows[study.pk]],
            [row[2] if row[1] == TrialState.COMPLETE else None for row in rows[study.pk]],
            [(row[3] or 0.0) + (row[4] or 0.0) for row in rows[study.pk]],
            study.direction,
        )
        for study in studies
    }
