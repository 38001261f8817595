"""One dataset's page: what its sections show."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from studies.engine.changes import last_change
from studies.engine.held_out import told_by
from studies.forms.datasets import SchemaForm
from studies.forms.held_out import HeldOutForm
from studies.forms.reading import RereadForm
from studies.models import Column, Dataset, DatasetChange, DatasetVersion, Study, StudyState
from studies.tabular.separators import SEPARATORS

from .column_rows import column_rows, file_size, target_sentence
from .dataset_change import change_facts
from .guards import guard_facts
from .opening import opening_log
from .preview_table import preview_rows, shown_columns
from .version_changes import version_changes

MOST_STUDIES = 50


def chosen_version(found: Dataset, number: str) -> DatasetVersion:
    """The version of that number; the latest that has been read unless a number is given, or the latest of all.

    `launched_on`: whether a launched study rests on it.
    """
    launched = Study.objects.filter(dataset_version=OuterRef("pk")).exclude(state=StudyState.DRAFT)
    versions = found.versions.annotate(launched_on=Exists(launched))
    versions = versions.select_related("created_by").prefetch_related("columns")
    if not number:
        return get_object_or_404(versions.latest_of_each())
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Http404(f"“{number}” is not the number of a version.")
    return get_object_or_404(versions, number=int(number))


def newest_studies(found: Dataset) -> QuerySet:
    studies = Study.objects.without_audits().filter(dataset_version__dataset=found)
    studies = studies.select_related("dataset_version", "created_by")
    return studies.only("name", "state", "dataset_version__number", "created_by__email").order_by("-pk")[:MOST_STUDIES]


def page_of(
    request: HttpRequest, found: Dataset, version: DatasetVersion, form: SchemaForm | None = None
) -> dict[str, Any]:
    """Without a form the columns are shown as they are, or as a worker could not correct them."""
    role = request.user.memberships.filter(team=found.team).first()
    change = last_change(found)
    form = form or form_of(version, change)
    return {
        "section": "datasets",
        "dataset": found,
        "version": version,
        "can_edit": role is not None and role.can_edit,
        "again": RereadForm(version),
        **change_facts(change),
        **head_facts(version),
        **guard_facts(found, version),
        **column_facts(version, form),
        **preview_facts(version, form),
        **version_facts(found, version),
        **held_out_facts(found, version),
        **opening_log(found),
    }


def form_of(version: DatasetVersion, change: DatasetChange | None) -> SchemaForm:
    is_refused = change is not None and not change.is_under_way and change.version_id == version.pk
    return SchemaForm.refused(version, change) if is_refused else SchemaForm(version)


def head_facts(version: DatasetVersion) -> dict[str, Any]:
    return {
        "sentence": target_sentence(version),
        "separator": SEPARATORS.get(version.separator, version.separator),
        "size": file_size(version.file_bytes),
    }


def column_facts(version: DatasetVersion, form: SchemaForm) -> dict[str, Any]:
    rows = column_rows(version, form.kinds, form.roles, form.column_errors)
    return {
        "form": form,
        "rows": rows,
        "kinds": Column.Kind.choices,
        "roles": Column.Role.choices,
        "with_alone": any(row.column.profile.get("alone") is not None for row in rows),
    }


def preview_facts(version: DatasetVersion, form: SchemaForm) -> dict[str, Any]:
    columns = shown_columns(version, form.kinds, form.roles)
    return {"preview_columns": columns, "preview": preview_rows(columns)}


def version_facts(found: Dataset, shown: DatasetVersion) -> dict[str, Any]:
    """The versions with what each changed, and the studies that rest on them; `changed`: what the shown one did;
    `unread`: a newer one than that which is shown, which is being read or was refused."""
    versions = list(
        found.versions.annotate(n_studies=Count("studies", filter=Q(studies__audit=None)))
        .select_related("created_by")
        .prefetch_related("columns")
        .defer("preview", "warnings")
        .order_by("number")
    )
    changes = version_changes(versions)
    before = next((other for other, _ in changes if other.is_ready and other.number < shown.number), None)
    sentence = next((said for other, said in changes if other.pk == shown.pk), "")
    changed = None if before is None or not shown.is_ready else {"before": before, "sentence": sentence}
    return {
        "versions": changes,
        "changed": changed,
        "unread": next((v for v in reversed(versions) if not v.is_ready and v.number > shown.number), None),
        "n_studies": sum(other.n_studies for other in versions),
        "studies": newest_studies(found),
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
