"""The list of studies: what is going on, and what has my attention?"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from studies.forms.tags import TagForm
from studies.models import ACTIVE, Dataset, Proposal, Standing, Study, Trial, TrialState, WorkerProcess

from .access import current_team
from .allowed import allowed_actions
from .decisions import decisions
from .expected_scores import Expected, expected_scores
from .labels import estimator_label, metric_in_text
from .list_filter import ListFilter, list_filter
from .progress import Progress, progress_of, say_by_lanes

PAGE_SIZE = 50


@dataclass(frozen=True)
class Row:
    study: Study
    progress: Progress
    estimator: str
    metric: str
    tags: list[tuple[str, str]]  # each with the address of the studies that have it
    actions: set[str]
    standing: Standing
    expected: Expected


@require_safe
def studies(request: HttpRequest) -> HttpResponse:
    return list_page(request, request.GET)


def list_page(
    request: HttpRequest, asked: QueryDict, tag_form: TagForm | None = None, ticked: list[int] | None = None
) -> HttpResponse:
    """The whole page; a tag that was refused comes back in it as it was typed, with the ticks."""
    context = _context(request, asked)
    if not context["filter"].facets.rows:
        context["datasets"] = Dataset.objects.of_team(current_team(request)).exists()
    context |= {"tag_form": tag_form or TagForm(auto_id="bulk_%s"), "ticked": ticked or []}
    return render(request, "studies/list.html", context)


@require_safe
def studies_live(request: HttpRequest) -> HttpResponse:
    """The parts of the list that move; 204 while nothing has changed since the cursor."""
    if request.GET.get("since") == _cursor(request):
        return HttpResponse(status=204)
    return render(request, "studies/_list_live.html", _context(request, request.GET) | {"oob": True})


def _context(request: HttpRequest, asked: QueryDict) -> dict:
    since = _cursor(request)  # before the rows are read: what changes meanwhile is asked for again
    wanted = list_filter(current_team(request), asked)
    page = Paginator(wanted.studies.prefetch_related("tags"), PAGE_SIZE).get_page(asked.get("page"))
    at = {"page": str(page.number)} if page.number > 1 else {}
    return {
        "section": "studies",
        "filter": wanted,
        "page": page,
        "rows": _rows(page, wanted),
        "mixed": wanted.order.ranks_scores and len({study.metric for study in page.object_list}) > 1,
        "here": wanted.address(**at),
        "addresses": {
            "previous": wanted.address(page=str(page.number - 1)),
            "next": wanted.address(page=str(page.number + 1)),
        },
        "poll": f"{reverse('studies_live')}?{urlencode(wanted.parts | at | {'since': since})}",
        "now": _now(request),
        "decisions": decisions(current_team(request)),
    }


def _rows(page: Page, wanted: ListFilter) -> list[Row]:
    progress = progress_of(page.object_list)
    standing = Proposal.objects.standing([study.pk for study in page.object_list])
    expected = expected_scores(page.object_list)
    return [
        Row(
            study,
            progress[study.pk],
            estimator_label(study.estimator),
            metric_in_text(study.metric),
            [(tag.name, wanted.address(tag=tag.name)) for tag in study.tags.all()],
            allowed_actions(study),
            standing[study.pk],
            expected[study.pk],
        )
        for study in page.object_list
    ]


def _now(request: HttpRequest) -> dict:
    """What runs in the whole team, on whichever page of the list it stands."""
    active = Study.objects.of_team(current_team(request)).filter(state__in=ACTIVE)
    trials = {"running": 0, "waiting": 0}
    unfinished = Trial.objects.filter(study__in=active, state__in=[TrialState.RUNNING, TrialState.WAITING])
    groups = (
        unfinished.order_by()
        .values("study_id", "study__parallel")
        .annotate(
            running=Count("pk", filter=Q(state=TrialState.RUNNING)),
            waiting=Count("pk", filter=Q(state=TrialState.WAITING)),
        )
    )
    for group in groups:
        say_by_lanes(group, group["study__parallel"])
        trials = {state: trials[state] + group[state] for state in trials}
    return trials | {"studies": active.count(), "workers": WorkerProcess.objects.serving().count()}


def _cursor(request: HttpRequest) -> str:
    """Changes when any study of the team does, when one is made, and when a worker comes or goes."""
    team = Study.objects.of_team(current_team(request)).aggregate(n=Count("pk"), changes=Sum("change"))
    return f"{team['n']}.{team['changes'] or 0}.{WorkerProcess.objects.serving().count()}"
