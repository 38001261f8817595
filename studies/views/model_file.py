"""The model of a trial, fitted on all rows: asking for it, watching it being made, taking it away."""

from typing import Any

from django.contrib import messages
from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from studies.engine.actions import Refused
from studies.engine.model_files import ask_for_model, can_be_made
from studies.models import ModelFile, Study, Trial, TrialState

from .access import get_study, get_study_to_edit


@require_http_methods(["GET", "HEAD", "POST"])
def trial_model(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """GET: the part of the code page that moves; POST: have the model made."""
    if request.method != "POST":
        trial = _trial(get_study(request, pk), number)
        return render(request, "trials/_model.html", model_context(request, trial))
    trial = _trial(get_study_to_edit(request, pk), number)
    try:
        ask_for_model(trial, request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("trial_code", pk, number)


@require_safe
def trial_model_file(request: HttpRequest, pk: int, number: int) -> FileResponse:
    trial = _trial(get_study(request, pk), number)
    made = ModelFile.objects.filter(trial=trial).first()
    if made is None or not made.is_there:
        raise Http404("This model is not made yet.")
    name = f"study-{pk}-trial-{number}.skops"
    file = storages["models"].open(made.file_name, "rb")
    answer = FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
    answer["Content-Length"] = made.size
    return answer


def model_context(request: HttpRequest, trial: Trial) -> dict[str, Any]:
    return {
        "study": trial.study,
        "trial": trial,
        "model": ModelFile.objects.filter(trial=trial).first(),
        "can_be_made": can_be_made(),
        "may_edit": Study.objects.editable_by(request.user).filter(pk=trial.study_id).exists(),
    }


def _trial(study: Study, number: int) -> Trial:
    return get_object_or_404(study.trials.select_related("study"), number=number, state=TrialState.COMPLETE)
