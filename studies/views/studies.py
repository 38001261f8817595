"""The list of studies: what is going on, and what has my attention?"""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studies.models import ACTIVE, Dataset, Study, Trial, TrialState, WorkerProcess

from .access import current_team
from .labels import estimator_label, metric_in_text
from .progress import Progress, progress_of

PAGE_SIZE = 50


@dataclass(frozen=True)
class Row:
    study: Study
    progress: Progress
    estimator: str
    metric: str


@require_safe
def studies(request: HttpRequest) -> HttpResponse:
    found = _found(request)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = _context(request, page)
    if not page.object_list and not context["q"]:
        context["datasets"] = Dataset.objects.of_team(current_team(request)).exists()
    return render(request, "studies/list.html", context)


@require_safe
def studies_live(request: HttpRequest) -> HttpResponse:
    """The parts of the list that move; 204 while nothing has changed since the cursor."""
    if request.GET.get("since") == _cursor(request):
        return HttpResponse(status=204)
    page = Paginator(_found(request), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "studies/_list_live.html", _context(request, page) | {"oob": True})


def _found(request: HttpRequest) -> QuerySet[Study]:
    studies = Study.objects.of_team(current_team(request)).for_list()
    text = request.GET.get("q", "").strip().replace("\0", "")
    if text:
        studies = studies.filter(Q(name__icontains=text) | Q(dataset_version__dataset__name__icontains=text))
    return studies


def _context(request: HttpRequest, page: Page) -> dict:
    progress = progress_of(page.object_list)
    rows = [
        Row(study, progress[study.pk], estimator_label(study.estimator), metric_in_text(study.metric))
        for study in page.object_list
    ]
    return {
        "section": "studies",
        "page": page,
        "rows": rows,
        "q": request.GET.get("q", "").strip(),
        "now": _now(request),
        "since": _cursor(request),
    }


def _now(request: HttpRequest) -> dict:
    """What runs in the whole team, on whichever page of the list it stands."""
    active = Study.objects.of_team(current_team(request)).filter(state__in=ACTIVE)
    trials = Trial.objects.filter(study__in=active).aggregate(
        running=Count("pk", filter=Q(state=TrialState.RUNNING)),
        waiting=Count("pk", filter=Q(state=TrialState.WAITING)),
    )
    return trials | {"studies": active.count(), "workers": WorkerProcess.objects.alive().count()}


def _cursor(request: HttpRequest) -> str:
    """Changes when any study of the team does, when one is made, and when a worker comes or goes."""
    team = Study.objects.of_team(current_team(request)).aggregate(n=Count("pk"), changes=Sum("change"))
    return f"{team['n']}.{team['changes'] or 0}.{WorkerProcess.objects.alive().count()}"
