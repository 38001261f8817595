"""What the model expects of a trial that somebody is typing in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studies.forms.trial import TrialForm
from studies.plots.numbers import format_score

from .access import get_study
from .explanation import expected_of


@require_safe
def study_expectation(request: HttpRequest, pk: int) -> HttpResponse:
    """A sentence; nothing while the form is not in order or there is no model to trust."""
    study = get_study(request, pk)
    form = TrialForm(study, request.GET)
    found = expected_of(study, form.config) if form.is_valid() else None
    context = {}
    if found is not None:
        low, predicted, high = (float(part[0]) for part in (found.low, found.predicted, found.high))
        words = [format_score(score, high / 4 - low / 4) for score in (predicted, low, high)]
        context = {"words": words, "far": bool(found.far[0])}
    return render(request, "studies/_expectation.html", context)
