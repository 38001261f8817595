"""All trials of a study as a CSV file that a spreadsheet opens without running anything."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_safe

from studies.models import Study, Trial
from studies.models.json_field import finite
from studies.tabular import csv_lines

from .access import get_study
from .expected_scores import expected_scores
from .study_spec import parameters_of

FACTS = ("number", "source", "state", "reason", "value", "stderr", "fit_seconds", "score_seconds")
ENDS = ("started_at", "finished_at", "error")
OF_TRIAL = ("chosen", "tied", "hand_picked")
OF_STUDY = {  # its expected score: the same in every row
    "expected": "study_expected",
    "low": "study_low",
    "high": "study_high",
    "optimism": "study_over_fitting",
}


@require_safe
def trials_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    study = get_study(request, pk)
    folds = study.plan_spec.get("folds", 0) * study.plan_spec.get("repeats", 1)
    names = [entry["name"] for entry in parameters_of(study)]
    names += [name for name in study.defaults if name not in names]
    header = [*FACTS, *(f"fold_{i + 1}" for i in range(folds)), *ENDS, *OF_TRIAL, *OF_STUDY.values(), *names]
    response = StreamingHttpResponse(
        csv_lines(header, _rows(study, folds, names)), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="study-{study.pk}-trials.csv"'
    return response


def _rows(study: Study, folds: int, names: list[str]) -> Iterator[list[Any]]:
    expected = expected_scores([study])[study.pk]
    of_study = [expected.figures.get(key) for key in OF_STUDY]
    for trial in study.trials.order_by("number").defer("traceback", "warnings").iterator(chunk_size=500):
        yield [
            *(finite(getattr(trial, fact)) for fact in FACTS),
            *finite(trial.fold_scores + [None] * folds)[:folds],
            *_ends(trial),
            *expected.trial_facts(trial).values(),
            *of_study,
            *(trial.config.get(name) for name in names),
        ]


def _ends(trial: Trial) -> list[str | None]:
    moments = [moment.isoformat() if moment else None for moment in (trial.started_at, trial.finished_at)]
    return [*moments, trial.error]
