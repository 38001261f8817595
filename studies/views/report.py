"""A study as one HTML file to keep and to send: it opens offline, runs nothing and asks no server for anything."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from studies.engine.recipes import NoRecipe, recipe_of
from studies.evaluation.recipe import versions
from studies.models import Study, Trial, TrialState
from studies.plots.convergence_picture import convergence_picture
from studies.plots.fold_preview import fold_preview

from .access import get_study
from .expected_scores import expected_scores
from .headline import default_trial, headline
from .labels import estimator_label, method_in_text, metric_label, plan_label
from .leaderboard import leaderboard
from .progress import progress_of
from .review import current_of, facts_about, subject_of
from .study_charts import convergence_record
from .study_spec import forbidden_words, space_rows, spec_lines
from .trial import parameter_rows

FIRST_TRIALS = 20
FIRST_EVENTS = 200
# What the file may do wherever it is opened: show itself.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@require_safe
def study_report(request: HttpRequest, pk: int) -> HttpResponse:
    study = get_study(request, pk)
    response = HttpResponse(report_html(study))
    response.headers["Content-Disposition"] = f'attachment; filename="study-{study.pk}-report.html"'
    response.headers["Content-Security-Policy"] = POLICY
    return response


def report_html(study: Study) -> str:
    progress, defaults = progress_of([study])[study.pk], default_trial(study)
    proposals = list(study.proposals.with_numbers())
    subject = subject_of(study, current_of(proposals), progress.best)
    expected = expected_scores([study])[study.pk]
    record = convergence_record(study, "trial")
    board = leaderboard(study, progress.counts)
    events = list(study.events.all()[: FIRST_EVENTS + 1])
    context: dict[str, Any] = {
        "study": study,
        "policy": POLICY,
        "made_at": timezone.now(),
        "team": study.team,
        "progress": progress,
        "headline": headline(study, progress, defaults),
        "defaults": defaults,
        "metric": metric_label(study.metric),
        "estimator": estimator_label(study.estimator),
        "method_words": method_in_text(study),
        "plan_words": plan_label(study),
        "proposals": proposals,
        "approved": next((proposal for proposal in proposals if proposal.is_approved), None),
        "subject": subject,
        "record": record,
        "picture": convergence_picture(record),
        "board": board,
        "ranked": [(line, expected.trial_facts(line.trial)) for line in board.ranked[:FIRST_TRIALS]],
        "expected": expected,
        "spec": spec_lines(study),
        "space": space_rows(study),
        "forbidden": forbidden_words(study),
        "preview": fold_preview(study.plan.facts, study.plan.repeats) if study.plan else None,
        "events": events[:FIRST_EVENTS],
        "more_events": len(events) > FIRST_EVENTS,
        "versions": versions(),
        **facts_about(study, subject, progress, expected),
        **_subject_parts(study, subject),
    }
    return render_to_string("report/report.html", context)


def _subject_parts(study: Study, subject: Trial | None) -> dict[str, Any]:
    """Parameters and code of the trial that the report is about."""
    if subject is None:
        return {}
    try:
        recipe = recipe_of(subject) if subject.state == TrialState.COMPLETE else ""
    except NoRecipe:
        recipe = ""
    return {"parameters": parameter_rows(study, subject, study.best_trial()), "recipe": recipe}
