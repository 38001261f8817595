"""A version whose bytes are being read, or were refused; and any version read again with other options."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from studies.engine.intake_rows import Gone
from studies.forms.reading import RereadForm
from studies.models import DatasetVersion

from .access import get_dataset, get_dataset_to_edit
from .column_rows import file_size
from .dataset_page import chosen_version, page_of
from .errand_progress import progress_of
from .versions import delete_and_say


def unread_page(request: HttpRequest, version: DatasetVersion, form: RereadForm | None = None) -> HttpResponse:
    dataset = version.dataset
    role = request.user.memberships.filter(team=dataset.team).first()
    others = dataset.versions.exclude(pk=version.pk).order_by("-number")
    context = {
        "section": "datasets",
        "dataset": dataset,
        "version": version,
        "size": file_size(version.file_bytes),
        "can_edit": role is not None and role.can_edit,
        "going": progress_of(version.reading),
        "again": form or RereadForm(version),
        "others": others,
        "n_studies": 0,
    }
    return render(request, "datasets/unread.html", context)


@require_safe
def reading_live(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The part of the page that moves; once it is read or refused, the page as it is then."""
    version = chosen_version(get_dataset(request, pk), str(number))
    if version.state != DatasetVersion.State.READING:
        return HttpResponseClientRedirect(f"{reverse('dataset', args=[pk])}?version={number}")
    context = {"dataset": version.dataset, "version": version, "going": progress_of(version.reading)}
    return render(request, "datasets/_reading.html", context)


@require_POST
def remove_unread(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Delete a version that is not there yet, which ends its reading; another one remains."""
    found = get_dataset_to_edit(request, pk)
    version = chosen_version(found, str(number))
    if version.is_ready:
        messages.error(request, f"Version {number} has been read in the meantime.")
        return redirect("dataset", pk)
    return delete_and_say(request, version)


@require_POST
def read_again(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    found = get_dataset_to_edit(request, pk)
    version = chosen_version(found, str(number))
    form = RereadForm(version, request.POST)
    try:
        saved = form.save(request.user) if form.is_valid() else None
    except Gone:
        messages.error(request, f"“{found.name}” was deleted in the meantime.")
        return redirect("datasets")
    if saved is None:
        if not version.is_ready:
            return unread_page(request, version, form)
        page = page_of(request, found, version) | {"again": form}
        return render(request, "datasets/dataset.html", page)
    if saved.pk != version.pk:
        messages.success(request, f"Version {version.number} stays as it is; this is version {saved.number}.")
    elif not saved.is_ready:
        messages.success(request, "It is read again.")
    elif saved.stored_as == form.before:
        messages.info(request, "It was read so before: nothing has changed.")
    else:
        messages.success(request, "The table was read again.")
    return redirect(f"{reverse('dataset', args=[pk])}?version={saved.number}")
