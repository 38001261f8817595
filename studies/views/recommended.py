"""What the study page says where another trial than the best so far is believed best."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studies.engine.recommended import recommended
from studies.models import TrialState

from .access import get_study


@require_safe
def study_recommended(request: HttpRequest, pk: int) -> HttpResponse:
    """The fragment that the headline loads when it is not yet worked out."""
    study = get_study(request, pk)
    complete = study.trials.filter(state=TrialState.COMPLETE).count()
    context = {"study": study, "believed": recommended(study, complete), "best": study.best_trial()}
    return render(request, "studies/_recommended.html", context)
