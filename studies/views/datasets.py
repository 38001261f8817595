"""Datasets: the list, an upload, one dataset with its columns, and deleting it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studies.engine.actions import Refused
from studies.engine.held_out import told_by
from studies.engine.intake import Gone, delete_dataset, store_sample
from studies.forms.datasets import DatasetForm, SchemaForm, VersionForm
from studies.forms.held_out import HeldOutForm
from studies.models import Column, Dataset, DatasetVersion, Study
from studies.plots.numbers import count_of
from studies.tabular.samples import SAMPLES

from .access import get_dataset, get_dataset_to_edit, get_membership, require_editor
from .column_rows import column_rows, file_size, preview_rows, target_sentence
from .opening import opening_log
from .version_changes import version_changes

PER_PAGE = 50
PREVIEW_COLUMNS = 100
SEPARATOR_WORDS = {",": "comma", ";": "semicolon", "\t": "tab"}


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
        return redirect("dataset", dataset.pk)
    context = {"section": "datasets", "form": form, "dataset": dataset}
    return render(request, "datasets/new.html", {**context, "held_out": dataset.held_out_set})


@require_POST
def add_sample(request: HttpRequest, key: str) -> HttpResponse:
    membership = require_editor(request)
    if key not in SAMPLES:
        raise Http404(f"There is no sample {key}.")
    version = store_sample(membership.team, request.user, key)
    return redirect("dataset", version.dataset_id)


@require_safe
def dataset(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_dataset(request, pk)
    version = chosen_version(found, request.GET.get("version", ""))
    return render(request, "datasets/dataset.html", page_of(request, found, version, SchemaForm(version)))


@require_POST
@gone_is_404()
def correct_columns(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    found = get_dataset_to_edit(request, pk)
    version = chosen_version(found, str(number))
    form = SchemaForm(version, request.POST)
    if not form.is_valid() or (saved := form.save(request.user)) is None:
        return render(request, "datasets/dataset.html", page_of(request, found, version, form))
    if saved.pk != version.pk:
        messages.success(request, f"Version {version.number} is in use and stays; this is version {saved.number} now.")
    else:
        messages.success(request, "The columns are saved.")
    return redirect(f"{reverse('dataset', args=[pk])}?version={saved.number}")


@require_POST
@gone_is_404()
def change_held_out(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_dataset_to_edit(request, pk)
    form = HeldOutForm(found, request.POST)
    if not form.is_valid() or not form.save(request.user):
        version = chosen_version(found, "")
        page = page_of(request, found, version, SchemaForm(version)) | {"held_out_form": form}
        if not page["held_out_open"]:  # a study was launched in the meantime: the form is gone
            messages.error(request, " ".join(form.errors.get("wish", [])))
        return render(request, "datasets/dataset.html", page)
    if form.found is None:
        messages.success(request, "No rows are held out: studies will see all of them.")
    else:
        messages.success(request, f"{count_of(form.found.rows, 'row')} are held out.")
    return redirect(f"{reverse('dataset', args=[pk])}#held-out")


@require_POST
def remove_dataset(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_dataset_to_edit(request, pk)
    try:
        delete_dataset(found)
    except Gone:
        messages.error(request, f"“{found.name}” was deleted already.")
        return redirect("datasets")
    except Refused as error:
        messages.error(request, str(error))
        return redirect("dataset", pk)
    messages.success(request, f"“{found.name}” is deleted.")
    return redirect("datasets")


def chosen_version(found: Dataset, number: str) -> DatasetVersion:
    """The version of that number; the latest one unless a number is given."""
    versions = found.versions.select_related("created_by").prefetch_related("columns")
    if not number:
        return get_object_or_404(versions.order_by("-number")[:1])
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Http404(f"“{number}” is not the number of a version.")
    return get_object_or_404(versions, number=int(number))


def newest_studies(found: Dataset) -> QuerySet:
    studies = Study.objects.without_audits().filter(dataset_version__dataset=found)
    studies = studies.select_related("dataset_version", "created_by")
    return studies.only("name", "state", "dataset_version__number", "created_by__email").order_by("-pk")[:PER_PAGE]


def page_of(request: HttpRequest, found: Dataset, version: DatasetVersion, form: SchemaForm) -> dict[str, Any]:
    versions = list(
        found.versions.annotate(n_studies=Count("studies", filter=Q(studies__audit=None)))
        .select_related("created_by")
        .prefetch_related("columns")
        .defer("preview", "warnings")
        .order_by("number")
    )
    role = request.user.memberships.filter(team=found.team).first()
    return {
        "section": "datasets",
        "dataset": found,
        "version": version,
        "form": form,
        "sentence": target_sentence(version),
        "rows": column_rows(version, form.kinds, form.roles, form.column_errors),
        "kinds": Column.Kind.choices,
        "roles": Column.Role.choices,
        "can_edit": role is not None and role.can_edit,
        "separator": SEPARATOR_WORDS.get(version.separator, version.separator),
        "size": file_size(version.file_bytes),
        "preview_columns": form.columns[:PREVIEW_COLUMNS],
        "preview": preview_rows(version, form.columns[:PREVIEW_COLUMNS]),
        "versions": version_changes(versions),
        "n_studies": sum(other.n_studies for other in versions),
        "studies": newest_studies(found),
        **held_out_facts(found, version),
        **opening_log(found),
    }


def held_out_facts(found: Dataset, version: DatasetVersion) -> dict[str, Any]:
    """The section about the held-out set; `held_out_open`: it may still be changed."""
    held_out, seen_since = found.held_out_set, found.seen_since()
    return {
        "held_out": held_out,
        "tells": told_by(version, version.task),
        "seen_since": seen_since,
        "held_out_open": seen_since is None and (held_out is None or held_out.fixed_at is None),
        "held_out_form": HeldOutForm(found),
    }
