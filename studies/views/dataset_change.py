"""A change of a large dataset while a worker makes it, and one that came to nothing."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from studies.engine.changes import forget, last_change
from studies.models import Dataset, DatasetChange

from .access import get_dataset, get_dataset_to_edit
from .errand_progress import progress_of


def change_facts(change: DatasetChange | None) -> dict[str, Any]:
    """Of that which is under way, or that which came to nothing; None where all is as it was asked for."""
    return {"change": change, "going": progress_of(change) if change is not None and change.is_under_way else None}


@require_safe
def change_live(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that moves; once it is done, the page as it is then."""
    dataset = get_dataset(request, pk)
    facts = change_facts(last_change(dataset))
    if facts["going"] is not None:
        return render(request, "datasets/_change.html", {"dataset": dataset, **facts})
    return HttpResponseClientRedirect(_where(dataset))


@require_POST
def forget_change(request: HttpRequest, pk: int) -> HttpResponse:
    """One that came to nothing is not spoken of any more."""
    dataset = get_dataset_to_edit(request, pk)
    where = _where(dataset)
    forget(dataset)
    messages.info(request, "The dataset stays as it is.")
    return redirect(where)


def _where(dataset: Dataset) -> str:
    """The page of what was made, or of that which stayed as it was."""
    page = reverse("dataset", args=[dataset.pk])
    change = DatasetChange.objects.filter(dataset=dataset).select_related("version", "made").first()
    shown = None if change is None else change.made or change.version
    return page if shown is None else f"{page}?version={shown.number}"
