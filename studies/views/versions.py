"""Versions of a dataset: what changed between two, the uploaded file as it came, and deleting one."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from studies.engine.intake_rows import Gone
from studies.engine.refused import Refused
from studies.engine.removal import delete_version
from studies.models import Dataset, DatasetVersion, Study

from .access import get_dataset, get_dataset_to_edit
from .download import download, unavailable
from .version_difference import difference_page


@require_safe
def version_changes_page(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_dataset(request, pk)
    versions = list(found.versions.ready().prefetch_related("columns").defer("preview", "warnings").order_by("number"))
    after = of_number(versions, request.GET.get("to", ""), -1)
    before = of_number(versions, request.GET.get("from", ""), max(0, versions.index(after) - 1))
    studies = Study.objects.without_audits().filter(dataset_version__in=[before, after])
    studies = studies.only("name", "state", "dataset_version__number").select_related("dataset_version")
    context = {"section": "datasets", "dataset": found, "versions": versions, "studies": studies.order_by("-pk")[:50]}
    return render(request, "datasets/changes.html", context | difference_page(before, after))


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
