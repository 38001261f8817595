"""The figures of several studies by their slug: a line or row per study, or per method over its seeds."""

from collections.abc import Callable
from typing import Any

from studies.models import Study, Trial, TrialState
from studies.plots import best_by_method, best_so_far, parallel_by_study, scores_by_group
from studies.plots.payload import payload

from .labels import metric_label
from .method_names import by_method as grouped
from .methods import method_comparison
from .progress import progress_of
from .study_charts import Options, axis_of
from .study_spec import parameters_of


def _best_so_far(studies: list[Study], by_method: bool, options: Options) -> dict[str, Any]:
    if by_method:
        return _best_by_method(studies, options)
    runs = _runs(studies)
    record = best_so_far.prepare(
        [runs[study.pk] for study in studies],
        direction=studies[0].direction,
        metric=metric_label(studies[0].metric),
        axis=axis_of(options),
    )
    return payload(record, best_so_far.draw(record))


def _best_by_method(studies: list[Study], options: Options) -> dict[str, Any]:
    runs, found = _runs(studies), method_comparison(studies, progress_of(studies))
    record = best_by_method.prepare(
        [
            best_by_method.MethodRuns(row.name, tuple(runs[run.study.pk] for run in row.runs if run.study.pk in runs))
            for row in found.ordered
        ],
        direction=studies[0].direction,
        metric=metric_label(studies[0].metric),
        axis=axis_of(options),
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
            study.pk,
        )
        for study in studies
    }


def _distribution(studies: list[Study], by_method: bool, options: Options) -> dict[str, Any]:
    """Scores of all complete trials, a row per study, or per method with those of all its seeds."""
    rows: dict[int, list[tuple[int, float | None]]] = {study.pk: [] for study in studies}
    for pk, number, value in _complete(studies).values_list("study_id", "number", "value"):
        rows[pk].append((number, value))
    groups = _groups(studies, by_method)
    record = scores_by_group.prepare(
        [name for name, _ in groups],
        [[value for study in members for _, value in rows[study.pk]] for _, members in groups],
        direction=studies[0].direction,
        metric=metric_label(studies[0].metric),
        places=[[(study.pk, number) for study in members for number, _ in rows[study.pk]] for _, members in groups],
    )
    return payload(record, scores_by_group.draw(record))


def _parallel(studies: list[Study], by_method: bool, options: Options) -> dict[str, Any]:
    """Every complete trial as a line, in the colour of its study, or of its method."""
    groups = _groups(studies, by_method)
    series = {study.pk: i for i, members in enumerate(members for _, members in groups) for study in members}
    rows = list(_complete(studies).values_list("study_id", "number", "config", "value"))
    record = parallel_by_study.prepare(
        [name for name, _ in groups],
        [parameters_of(study) for study in studies],
        [(row[0], row[1]) for row in rows],
        [series[row[0]] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
        direction=studies[0].direction,
        metric=metric_label(studies[0].metric),
        group="method" if by_method else "study",
    )
    return payload(record, parallel_by_study.draw(record))


def _complete(studies: list[Study]) -> Any:
    complete = Trial.objects.filter(study__in=studies, state=TrialState.COMPLETE)
    return complete.order_by("study_id", "number")


def _groups(studies: list[Study], by_method: bool) -> list[tuple[str, list[Study]]]:
    """Name and studies of each colour."""
    if by_method:
        return [(str(name), members) for name, members in grouped(studies).items()]
    return [(study.name, [study]) for study in studies]


COMPARISON_CHARTS: dict[str, Callable[[list[Study], bool, Options], dict[str, Any]]] = {
    "best-so-far": _best_so_far,
    "distribution": _distribution,
    "parallel": _parallel,
}
