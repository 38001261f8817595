"""Versions of a dataset: what changed between two, the uploaded file as it came, and deleting one."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from studies.engine.differences import ask, is_small, known
from studies.engine.intake_rows import Gone
from studies.engine.refused import Refused
from studies.engine.removal import delete_version
from studies.models import Dataset, DatasetVersion, Study

from .access import get_dataset, get_dataset_to_edit
from .download import download, unavailable
from .errand_progress import progress_of
from .version_difference import difference_page


@require_safe
def version_changes_page(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_dataset(request, pk)
    versions, before, after = versions_compared(found, request.GET)
    studies = Study.objects.without_audits().filter(dataset_version__in=[before, after])
    studies = studies.only("name", "state", "dataset_version__number").select_related("dataset_version")
    may_edit = any(role.team_id == found.team_id and role.can_edit for role in request.memberships)
    context = {"section": "datasets", "dataset": found, "versions": versions, "studies": studies.order_by("-pk")[:50]}
    return render(request, "datasets/changes.html", context | {"may_edit": may_edit} | difference_page(before, after))


@require_safe
def version_changes_live(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that moves while a worker compares; then the page as it is."""
    found = get_dataset(request, pk)
    _, before, after = versions_compared(found, request.GET)
    row = known(before, after)
    if row is None or not row.is_under_way:
        return HttpResponseClientRedirect(changes_of(before, after))
    context = {"dataset": found, "before": before, "after": after, "going": progress_of(row)}
    return render(request, "datasets/_comparing.html", context)


@require_POST
def compare_versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a worker compare the rows of two large versions."""
    found = get_dataset_to_edit(request, pk)
    _, before, after = versions_compared(found, request.POST)
    if before.pk != after.pk and not is_small(before, after):
        ask(before, after, request.user)
    return redirect(changes_of(before, after))


def versions_compared(
    found: Dataset, asked: Mapping[str, str]
) -> tuple[list[DatasetVersion], DatasetVersion, DatasetVersion]:
    """All that can be compared, and the two that were asked for: else the newest and the one before. 404 where there
    is none."""
    versions = list(found.versions.ready().prefetch_related("columns").defer("preview", "warnings").order_by("number"))
    after = of_number(versions, asked.get("to", ""), -1)
    return versions, of_number(versions, asked.get("from", ""), max(0, versions.index(after) - 1)), after


def changes_of(before: DatasetVersion, after: DatasetVersion) -> str:
    return f"{reverse('version_changes', args=[after.dataset_id])}?from={before.number}&to={after.number}"


def of_number(versions: list[DatasetVersion], number: str, place: int) -> DatasetVersion:
    """The version of that number; without one that at the place. 404 where there is none."""
    if not versions:
        raise Http404("No version of this dataset can be compared.")
    if not number:
        return versions[place]
    found = next((version for version in versions if str(version.number) == number), None)
    if found is None:
        raise Http404("There is no such version.")
    return found


@require_safe
def version_file(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    version = version_of(get_dataset(request, pk), number)
    try:
        return download(version)
    except OSError as error:
        messages.error(request, unavailable(version, error))
        return redirect("dataset", pk)


@require_POST
def remove_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    found = get_dataset_to_edit(request, pk)
    return delete_and_say(request, version_of(found, number))


def delete_and_say(request: HttpRequest, version: DatasetVersion) -> HttpResponse:
    """Delete one version; what came of it is said on the dataset's page."""
    try:
        delete_version(version, request.user)
    except Gone:
        messages.error(request, f"Version {version.number} was deleted already.")
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Version {version.number} is deleted.")
    return redirect("dataset", version.dataset_id)


def version_of(found: Dataset, number: int) -> DatasetVersion:
    return get_object_or_404(found.versions.all(), number=number)
