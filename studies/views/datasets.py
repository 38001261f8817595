"""Datasets: the list, an upload, what is changed on a dataset's page, and deleting it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studies.engine.actions import Refused
from studies.engine.changes import under_way
from studies.engine.intake import sample_at_hand, store_sample
from studies.engine.intake_rows import Gone
from studies.engine.quota import OverQuota, storage_of
from studies.engine.removal import delete_dataset
from studies.forms.datasets import DatasetForm, SchemaForm, VersionForm
from studies.forms.held_out import HeldOutForm
from studies.models import Column, Dataset, DatasetVersion
from studies.plots.numbers import count_of
from studies.tabular.samples import SAMPLES

from .access import get_dataset, get_dataset_to_edit, get_membership, require_editor
from .corrections import corrected, remember
from .dataset_page import chosen_version, page_of
from .unread import unread_page

PER_PAGE = 50


@require_safe
def datasets(request: HttpRequest) -> HttpResponse:
    membership = get_membership(request)
    words = request.GET.get("q", "").strip()
    rows = Dataset.objects.of_team(membership.team).filter(name__icontains=words.replace("\0", ""))
    page = Paginator(with_counts(rows), PER_PAGE).get_page(request.GET.get("page"))
    add_latest_versions(page.object_list)
    context = {
        "section": "datasets",
        "page": page,
        "q": words,
        "samples": SAMPLES.values() if not words and not page.paginator.count else [],
        "membership": membership,
        "storage": storage_of(membership.team_id),
    }
    return render(request, "datasets/datasets.html", context)


def with_counts(rows: QuerySet) -> QuerySet:
    counts = {"n_versions": Count("versions", distinct=True), "n_studies": Count("versions__studies", distinct=True)}
    return rows.annotate(**counts).order_by("-created_at", "-pk")


def add_latest_versions(page: Iterable[Dataset]) -> None:
    """Sets `newest` on each dataset: its latest version with how many columns of each kind, and the target's name."""
    versions = DatasetVersion.objects.filter(dataset__in=page).latest_of_each()
    by_dataset = {version.dataset_id: version for version in versions.defer("preview", "warnings")}
    columns = Column.objects.filter(version__in=by_dataset.values()).order_by()
    kinds: dict[int, dict[str, int]] = {}
    for version, kind, n in columns.values_list("version", "kind").annotate(n=Count("pk")):
        kinds.setdefault(version, {})[kind] = n
    targets = dict(columns.filter(role=Column.Role.TARGET).values_list("version", "name"))
    for dataset in page:
        newest = by_dataset.get(dataset.pk)
        if newest is not None:
            newest.kinds = sorted(kinds.get(newest.pk, {}).items(), key=lambda item: -item[1])
            newest.n_columns = sum(kinds.get(newest.pk, {}).values())
            newest.target_name = targets.get(newest.pk)
        dataset.newest = newest


@contextmanager
def gone_is_404() -> Iterator[None]:
    """A dataset that somebody deletes while it is being changed is as one that never existed."""
    try:
        yield
    except Gone as error:
        raise Http404(str(error)) from error


@require_http_methods(["GET", "HEAD", "POST"])
def new_dataset(request: HttpRequest) -> HttpResponse:
    team = require_editor(request).team
    form = DatasetForm(request.POST or None, request.FILES or None, team=team)
    if request.method == "POST" and form.is_valid() and (version := form.save(request.user)):
        return redirect("dataset", version.dataset_id)
    context = {"section": "datasets", "form": form, "samples": SAMPLES.values()}
    return render(request, "datasets/new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@gone_is_404()
def new_version(request: HttpRequest, pk: int) -> HttpResponse:
    dataset = get_dataset_to_edit(request, pk)
    form = VersionForm(request.POST or None, request.FILES or None, team=dataset.team, dataset=dataset)
    if request.method == "POST" and form.is_valid() and (version := form.save(request.user)):
        messages.success(request, f"Version {version.number} is stored.")
        return redirect(f"{reverse('dataset', args=[pk])}?version={version.number}")
    context = {"section": "datasets", "form": form, "dataset": dataset, "twin": form.twin}
    return render(request, "datasets/new.html", {**context, "held_out": dataset.held_out_set})


@require_POST
def add_sample(request: HttpRequest, key: str) -> HttpResponse:
    membership = require_editor(request)
    if key not in SAMPLES:
        raise Http404(f"There is no sample {key}.")
    try:
        if request.POST.get("then") == "study":
            version = sample_at_hand(membership.team, request.user, key)
            return redirect(f"{reverse('new_study')}?dataset_version={version.pk}")
        version = store_sample(membership.team, request.user, key)
    except OverQuota as error:
        messages.error(request, str(error))
        return redirect("datasets")
    return redirect("dataset", version.dataset_id)


@require_safe
def dataset(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_dataset(request, pk)
    version = chosen_version(found, request.GET.get("version", ""))
    if not version.is_ready:
        return unread_page(request, version)
    page = page_of(request, found, version)
    return render(request, "datasets/dataset.html", page | {"corrected": corrected(request, version)})


@require_POST
@gone_is_404()
def correct_columns(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    found = get_dataset_to_edit(request, pk)
    version = chosen_version(found, str(number))
    if not version.is_ready:
        raise Http404(f"Version {number} has no columns yet.")
    form = SchemaForm(version, request.POST)
    if not form.is_valid() or (saved := form.save(request.user)) is None:
        return render(request, "datasets/dataset.html", page_of(request, found, version, form))
    if under_way(found):  # the page says it
        return redirect(f"{reverse('dataset', args=[pk])}?version={number}")
    note = "Saved:"
    if saved.pk != version.pk:
        note = f"Version {version.number} is in use and stays; this is version {saved.number} now:"
    if not remember(request, form, saved, note):
        messages.info(request, "No kind and no role was changed.")
    return redirect(f"{reverse('dataset', args=[pk])}?version={saved.number}#columns")


@require_POST
@gone_is_404()
def change_held_out(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_dataset_to_edit(request, pk)
    form = HeldOutForm(found, request.POST)
    if not form.is_valid() or not form.save(request.user):
        version = chosen_version(found, "")
        if not version.is_ready:
            raise Http404("Nothing of the dataset has been read yet.")
        page = page_of(request, found, version) | {"held_out_form": form}
        if not page["held_out_open"]:  # a study was launched in the meantime: the form is gone
            messages.error(request, " ".join(form.errors.get("wish", [])))
        return render(request, "datasets/dataset.html", page)
    if under_way(found):  # the page says it
        return redirect("dataset", pk)
    if form.found is None:
        messages.success(request, "No rows are held out: studies will see all of them.")
    else:
        messages.success(request, f"{count_of(form.found.rows, 'row')} are held out.")
    return redirect(f"{reverse('dataset', args=[pk])}#held-out")


@require_POST
def remove_dataset(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_dataset_to_edit(request, pk)
    try:
        delete_dataset(found, request.user)
    except Gone:
        messages.error(request, f"“{found.name}” was deleted already.")
        return redirect("datasets")
    except Refused as error:
        messages.error(request, str(error))
        return redirect("dataset", pk)
    messages.success(request, f"“{found.name}” is deleted.")
    return redirect("datasets")
