"""Datasets and their versions as plain data, gathered in a fixed number of queries however long the lists are."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q

from studies.engine.changes import last_change
from studies.engine.guards import offered
from studies.engine.standing import Standing, standing
from studies.models import Dataset, DatasetChange, DatasetVersion

ROW = ("id", "number", "state", "rows", "held_out_rows", "file_name", "file_bytes", "content_hash", "created_at")
READ_AS = ("separator", "decimal", "encoding")


def dataset_json(
    dataset: Dataset, version: DatasetVersion | None, unread: DatasetVersion | None = None
) -> dict[str, Any]:
    """`unread`: a version that is being read, or was refused."""
    found, rows = dataset.held_out_set, 0 if version is None else version.held_out_rows
    return {
        "id": dataset.pk,
        "name": dataset.name,
        "version": None if version is None else version_json(version),
        "reading": None if unread is None else reading_json(unread),
        "held_out": None if found is None else found.as_dict(rows),
    }


def datasets_json(datasets: Iterable[Dataset]) -> list[dict[str, Any]]:
    """Datasets with their newest versions that have been read, or the newest of all; three more queries."""
    rows = list(datasets)
    newest = DatasetVersion.objects.latest_of_each().filter(dataset__in=rows).prefetch_related("columns")
    versions = {version.dataset_id: version for version in newest}
    waiting = DatasetVersion.objects.filter(dataset__in=rows).exclude(state=DatasetVersion.State.READY)
    unread = {version.dataset_id: version for version in waiting.select_related("reading").order_by("number")}
    found = []
    for dataset in rows:
        version, later = versions.get(dataset.pk), unread.get(dataset.pk)
        is_news = later is not None and version is not None and later.number >= version.number
        found.append(dataset_json(dataset, version, later if is_news else None))
    return found


def reading_json(version: DatasetVersion) -> dict[str, Any]:
    """How far it is with a version that is not ready."""
    return {
        "version": version.pk,
        "number": version.number,
        "state": version.state,
        "share": version.reading.share,
        "error": version.reading.error,
    }


def version_json(version: DatasetVersion) -> dict[str, Any]:
    return {
        **{name: getattr(version, name) for name in ("id", "number", "state", "rows", *READ_AS)},
        "columns": [column.as_dict() for column in version.columns.all()],
        "warnings": version.warnings,
    }


def versions_json(dataset: Dataset) -> list[dict[str, Any]]:
    """The newest first, without their columns."""
    rows = dataset.versions.annotate(n_studies=Count("studies", filter=Q(studies__audit=None)))
    rows = rows.select_related("created_by").defer("preview", "warnings").order_by("-number")
    return [_row_json(version, version.n_studies) for version in rows]


def _row_json(version: DatasetVersion, studies: int) -> dict[str, Any]:
    by = None if version.created_by is None else str(version.created_by)
    return {name: getattr(version, name) for name in ROW} | {"created_by": by, "studies": studies}


def whole_version_json(version: DatasetVersion) -> dict[str, Any]:
    """One version with the profile of every column, and what is offered or was answered to its warnings."""
    columns = [column.as_dict() | {"why": column.why, "profile": column.profile} for column in version.columns.all()]
    warnings = [
        {**one.warning, "acts": offered(version, one.warning, one.open), "kept": _kept_json(one)}
        for one in standing(version)
    ]
    studies = version.studies.filter(audit=None).count()
    return {
        **_row_json(version, studies),
        **{name: getattr(version, name) for name in READ_AS},
        "task": version.task or None,
        "columns": columns,
        "warnings": warnings,
        "reading": None if version.is_ready else reading_json(version),
        "change": _change_json(last_change(version.dataset)),
    }


def _change_json(change: DatasetChange | None) -> dict[str, Any] | None:
    """A change of the columns or the held-out set that a worker makes, or that came to nothing."""
    return None if change is None else {name: getattr(change, name) for name in ("state", "share", "error", "column")}


def _kept_json(standing: Standing) -> dict[str, Any] | None:
    """The first answer, where each of the warning's columns has one."""
    if standing.open or not standing.kept:
        return None
    answer = standing.kept[0]
    by = None if answer.answered_by is None else str(answer.answered_by)
    return {"reason": answer.reason, "by": by, "at": answer.answered_at}
