"""What people do to a study: each looks it up with access, acts through the engine, and goes back to its page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from studies.engine import actions
from studies.forms.limits import LimitsForm
from studies.forms.trial import TrialForm
from studies.models import Study, StudyState
from studies.search import SpaceError

from .access import get_study_to_edit
from .back import back_to
from .study import study_page


def _act(request: HttpRequest, pk: int, action: Callable[[Study, Any], None], done: str) -> HttpResponse:
    study = get_study_to_edit(request, pk)
    try:
        action(study, request.user)
    except actions.Refused as refusal:
        messages.warning(request, str(refusal))
    except ValueError as error:
        messages.error(request, f"Nothing was changed. {error}")
    else:
        messages.success(request, done)
    return redirect(back_to(request, reverse("study", args=[pk])))


@require_POST
def study_launch(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.launch, "Launched. The first trial is the library’s defaults.")


@require_POST
def study_pause(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.pause, "Pausing. Trials in progress finish first.")


@require_POST
def study_resume(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.resume, "Resumed.")


@require_POST
def study_stop(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.stop, "Stopping. What is finished stays.")


@require_POST
def study_finish(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.finish, "Finished.")


@require_POST
def study_delete(request: HttpRequest, pk: int) -> HttpResponse:
    study = get_study_to_edit(request, pk)
    try:
        actions.delete_draft(study, request.user)
    except actions.Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("study", pk)
    messages.success(request, f"The draft “{study.name}” is deleted.")
    return redirect("studies")


@require_POST
def study_limits(request: HttpRequest, pk: int) -> HttpResponse:
    study = get_study_to_edit(request, pk)
    form = LimitsForm(study, request.POST)
    if form.is_valid():
        try:
            actions.change_limits(study, request.user, **form.limits)
        except actions.Refused as refusal:
            form.add_error("max_trials" if "limit cannot be" in str(refusal) else None, str(refusal))
        else:
            messages.success(request, "The limits are changed.")
            return redirect("study", pk)
    return study_page(request, study, limits=form)


@require_POST
def study_add_trial(request: HttpRequest, pk: int) -> HttpResponse:
    study = get_study_to_edit(request, pk)
    form = TrialForm(study, request.POST)
    if form.is_valid():
        try:
            trial = actions.add_trial(study, request.user, form.config)
        except SpaceError as error:
            form.refuse(error)
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            what = "the launch" if study.state == StudyState.DRAFT else "a worker"
            messages.success(request, f"Trial {trial.number} is waiting for {what}.")
            return redirect(reverse("study", args=[pk]) + "#leaderboard")
    return study_page(request, study, trial_form=form)
