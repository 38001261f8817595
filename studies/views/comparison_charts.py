"""The figures of several studies by their slug: a line or row per study, or per method over its seeds."""

from collections.abc import Callable
from typing import Any

from studies.models import Study, Trial, TrialState
from studies.plots import best_by_method, best_so_far, scores_by_group
from studies.plots.payload import payload

from .labels import metric_label
from .methods import by_method as grouped
from .methods import method_comparison
from .progress import progress_of
from .study_charts import Options, axis_of


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
        )
        for study in studies
    }


def _distribution(studies: list[Study], by_method: bool, options: Options) -> dict[str, Any]:
    """Scores of all complete trials, a row per study, or per method with those of all its seeds."""
    rows: dict[int, list[float | None]] = {study.pk: [] for study in studies}
    complete = Trial.objects.filter(study__in=studies, state=TrialState.COMPLETE).order_by("study_id", "number")
    for pk, value in complete.values_list("study_id", "value"):
        rows[pk].append(value)
    groups = grouped(studies) if by_method else {study.pk: [study] for study in studies}
    record = scores_by_group.prepare(
        [str(name) if by_method else members[0].name for name, members in groups.items()],
        [[value for study in members for value in rows[study.pk]] for members in groups.values()],
        direction=studies[0].direction,
        metric=metric_label(studies[0].metric),
    )
    return payload(record, scores_by_group.draw(record))


COMPARISON_CHARTS: dict[str, Callable[[list[Study], bool, Options], dict[str, Any]]] = {
    "best-so-far": _best_so_far,
    "distribution": _distribution,
}
