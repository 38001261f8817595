"""What a person takes away: a trial as Python code, a study as JSON."""

from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from studies.engine.recipes import NoRecipe, recipe_of, snippet_of
from studies.models import Trial, TrialState

from .access import get_study
from .model_file import model_context
from .study_document import study_document


def _complete_trial(request: HttpRequest, pk: int, number: int) -> Trial:
    study = get_study(request, pk)
    trials = study.trials.select_related("study__plan", "study__dataset_version__dataset")
    return get_object_or_404(trials, number=number, state=TrialState.COMPLETE)


@require_safe
def trial_code(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The pipeline and the whole recipe, to read and to copy."""
    trial = _complete_trial(request, pk, number)
    try:
        code = {"snippet": snippet_of(trial), "recipe": recipe_of(trial)}
    except NoRecipe as problem:
        messages.warning(request, str(problem))
        return redirect("trial", pk, number)
    context = {"section": "studies", **model_context(request, trial), **code}
    return render(request, "trials/code.html", context)


@require_safe
def trial_recipe(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    trial = _complete_trial(request, pk, number)
    try:
        text = recipe_of(trial)
    except NoRecipe as problem:
        messages.warning(request, str(problem))
        return redirect("trial", pk, number)
    return _download(HttpResponse(text, content_type="text/x-python; charset=utf-8"), f"study-{pk}-trial-{number}.py")


@require_safe
def study_json(request: HttpRequest, pk: int) -> HttpResponse:
    document = study_document(get_study(request, pk))
    options = {"indent": 1, "ensure_ascii": False, "allow_nan": False}
    return _download(JsonResponse(document, DjangoJSONEncoder, json_dumps_params=options), f"study-{pk}.json")


def _download(response: HttpResponse, name: str) -> HttpResponse:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
