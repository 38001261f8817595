"""Columns corrected and rows held out: at once, or by a worker (change_job) where the table is large.

Meanwhile the dataset is as it was, and no other change is taken on.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from studies.models import (
    Dataset,
    DatasetChange,
    DatasetVersion,
    ErrandState,
    HeldOutSet,
    Study,
    StudyState,
    User,
)
from studies.tabular import TableError
from studies.tabular.held_out import NONE, USUAL_SHARE, Wish

from . import errands, held_out
from .intake import correct_schema, is_so
from .intake_held_out import current_set
from .intake_reading import corrected
from .intake_rows import Gone, still_there
from .intake_unread import is_large
from .refused import Refused

UNDER_WAY = "The dataset is being read again for a change that was asked for before. Try again when that is done."

FIRST_READ = (
    "The dataset is large: a worker reads it again, so that it has the held-out set that this study asks for. Launch "
    "the study when that is done."
)


def correct(
    version: DatasetVersion, user: User, kinds: Mapping[str, str] | None = None, roles: Mapping[str, str] | None = None
) -> DatasetVersion:
    """As `correct_schema`; a large version is answered as it is, and its change is `under_way`.

    Raises Refused while another change is, besides what `correct_schema` raises.
    """
    _refuse_another(version.dataset)
    chosen = corrected(version.columns.all(), kinds or {}, roles or {})
    if is_so(version, chosen) or not is_large(max(version.file_bytes, version.table_bytes)):
        forget(version.dataset)
        return correct_schema(version, user, kinds, roles)
    _ask(version.dataset, user, version=version, kinds=dict(kinds or {}), roles=dict(roles or {}))
    return version


def hold_out(dataset: Dataset, user: User | None, wish: Wish) -> HeldOutSet | None:
    """As `held_out.change`; where much is to be read again the set stays as it is, and the change is `under_way`."""
    _refuse_another(dataset)
    held_out.refuse_seen(dataset)
    sizes = dataset.versions.ready().values_list("file_bytes", "table_bytes")
    if not is_large(sum(max(pair) for pair in sizes)):
        forget(dataset)
        return held_out.change(dataset, user, wish)
    _ask(dataset, user, wish=str(wish))
    return current_set(dataset.pk)


def is_settled(study: Study) -> bool:
    """Whether the dataset's set is what the study asks for; it is no matter of one that is no draft any more."""
    if study.pk and not Study.objects.filter(pk=study.pk, state=StudyState.DRAFT).exists():
        return True
    return (current_set(study.dataset_version.dataset_id) is not None) == (study.holdout == held_out.ON)


def settle(study: Study, who: User | None) -> None:
    """Before a draft is launched: the dataset's set is made what the study asks for.

    Raises Refused, also where a worker is to make it first.
    """
    if is_settled(study):
        return
    dataset = study.dataset_version.dataset
    if problem := held_out.why_not(dataset, study.holdout):
        raise Refused(problem)
    try:
        hold_out(dataset, who, USUAL_SHARE if study.holdout == held_out.ON else NONE)
    except TableError as error:
        raise Refused(str(error)) from error
    except Gone as error:  # a version was deleted while all of them were being read
        raise Refused(held_out.MOVED) from error
    if under_way(dataset):
        raise Refused(FIRST_READ)
    study.dataset_version = DatasetVersion.objects.select_related("dataset").get(pk=study.dataset_version_id)


def last_change(dataset: Dataset) -> DatasetChange | None:
    """That which is under way, or that which came to nothing."""
    rows = DatasetChange.objects.filter(dataset=dataset).exclude(state=ErrandState.COMPLETE)
    return rows.select_related("version").first()


def under_way(dataset: Dataset) -> bool:
    found = DatasetChange.objects.filter(dataset=dataset).first()
    return found is not None and found.is_under_way


def forget(dataset: Dataset) -> None:
    """A change that came to nothing is not spoken of any more."""
    DatasetChange.objects.filter(dataset=dataset, state__in=errands.ENDED).delete()


def _refuse_another(dataset: Dataset) -> None:
    if under_way(dataset):
        raise Refused(UNDER_WAY)


def _ask(dataset: Dataset, user: User | None, **wanted: Any) -> None:
    with transaction.atomic():
        dataset = still_there(Dataset.objects.filter(pk=dataset.pk))
        _refuse_another(dataset)  # under its lock
        forget(dataset)
        DatasetChange.objects.create(dataset=dataset, asked_by=user, asked_at=timezone.now(), **wanted)
    errands.ring_waiting()
