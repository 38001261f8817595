"""Opening the held-out set: the claim first, then a reason, then what rows that no study has seen say of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studies.engine import openings as engine
from studies.engine.actions import Refused
from studies.engine.held_out import told_by
from studies.forms.opening import OpeningForm
from studies.models import Dataset, HeldOutSet, Opening, Study, Trial

from .access import get_study, get_study_to_edit
from .labels import metric_in_text, metric_label
from .opening_check import line_of
from .progress import progress_of
from .review import current_of, subject_of


@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    if request.method != "POST":
        return _page(request, get_study(request, pk), number)
    study = get_study_to_edit(request, pk)
    trial = study.trials.filter(number=number).first()
    form = OpeningForm(request.POST)
    if trial is not None and form.is_valid():
        try:
            engine.open_for(study, trial, request.user, form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        if not form.errors or Opening.objects.filter(trial=trial).exists():
            for refusal in form.non_field_errors():
                messages.warning(request, refusal)
            return redirect("opening", pk, number)
    return _page(request, study, number, form)


@require_safe
def opening_of_choice(request: HttpRequest, pk: int) -> HttpResponse:
    """The page for the trial that the review is about: proposed, approved, or else the best."""
    study = get_study(request, pk)
    best = progress_of([study])[pk].best
    chosen = subject_of(study, current_of(list(study.proposals.with_numbers())), best)
    if chosen is None:
        messages.warning(request, "No trial is complete yet, so there is nothing to score on the held-out set.")
        return redirect("study", pk)
    return redirect("opening", pk, chosen.number)


@require_safe
def opening_live(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The part of the page that moves while the trial is scored."""
    study = get_study(request, pk)
    return render(request, "openings/_live.html", _context(request, study, _trial(study, number)))


@require_POST
def opening_again(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Score anew what failed."""
    study = get_study_to_edit(request, pk)
    found = Opening.objects.filter(study=study, trial__number=number).first()
    try:
        if found is not None:
            engine.try_again(found)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("opening", pk, number)


def opening_log(dataset: Dataset) -> dict[str, Any]:
    """Every opening of a dataset's set, the latest first, and how often it was opened."""
    held_out: HeldOutSet | None = dataset.held_out_set
    found = list(held_out.openings.select_related("study", "trial")) if held_out is not None else []
    return {"openings": [line_of(one) for one in found], "opened": held_out.opened if held_out is not None else ""}


def _page(request: HttpRequest, study: Study, number: int, form: OpeningForm | None = None) -> HttpResponse:
    trial = _trial(study, number)
    context = _context(request, study, trial) | {"section": "review", "form": form or OpeningForm()}
    return render(request, "openings/opening.html", context)


def _context(request: HttpRequest, study: Study, trial: Trial) -> dict[str, Any]:
    version = study.dataset_version
    found = Opening.objects.filter(trial=trial).first()
    claim = engine.claim_of(study, trial) if found is None and trial.value is not None else found and found.claim
    return {
        "study": study,
        "trial": trial,
        "version": version,
        "held_out": version.dataset.held_out_set,
        "tells": told_by(version, study.task),
        "claim": claim,
        "found": line_of(found) if found is not None else None,
        "why_not": "" if found is not None else engine.why_not(study, trial),
        "metric": metric_label(study.metric),
        "metric_in_text": metric_in_text(study.metric),
        "by_time": study.plan_spec.get("kind") == "time",
        "may_edit": Study.objects.editable_by(request.user).filter(pk=study.pk).exists(),
        "live": reverse("opening_live", args=[study.pk, trial.number]),
        **opening_log(version.dataset),
    }


def _trial(study: Study, number: int) -> Trial:
    return get_object_or_404(study.trials, number=number)
