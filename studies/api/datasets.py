"""Datasets over HTTP: uploads, what the team has, and deleting."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from studies.engine.intake import store_upload
from studies.engine.intake_rows import NameRefused
from studies.engine.quota import OverQuota, refuse_announced
from studies.engine.removal import delete_dataset
from studies.models import Dataset
from studies.tabular import TableError

from .bodies import MULTIPART, documented, expect
from .dataset_shapes import dataset_json, datasets_json
from .errors import ApiError
from .schemas import DatasetOut
from .tokens import editor, one, team
from .uploads import FIELDS, check_fields, file_of, held_out, known_dataset, said_of_columns
from .ways_to_read import reading_options

router = Router(tags=["datasets"])


@router.post(
    "/datasets", response={201: DatasetOut, 202: DatasetOut}, openapi_extra=documented(MULTIPART, FIELDS, ("file",))
)
def upload(request: HttpRequest) -> Status:
    """A new dataset under `name`, or the next version of `dataset` (its id).

    `target`, `group` and `time` name a column each; `kinds` and `roles` are JSON objects by column. 202 where the file
    is large: it is stored, and read by a worker. Ask for the dataset until its `reading` is null, or has the state
    `refused` and says why.
    """
    membership = editor(request)
    try:
        refuse_announced(membership.team_id, request.META.get("CONTENT_LENGTH"))
    except OverQuota as error:
        raise ApiError(413, str(error), {"file": [str(error)]}) from error
    expect(request, MULTIPART)
    check_fields(request)
    dataset = known_dataset(request)
    options = reading_options(request.POST)
    said = said_of_columns(request)
    more = {"dataset": dataset, "options": options, "held_out": held_out(request, dataset), "schema": said.whole}
    name = request.POST.get("name", "")
    try:
        version = store_upload(membership.team, membership.user, file_of(request), name, said.target, **more)
    except NameRefused as error:
        raise ApiError(422, str(error), {"name": [str(error)]}) from error
    except TableError as error:
        raise ApiError(422, str(error), {said.field_of(error): [str(error)]}) from error
    if not version.is_ready:
        return Status(202, dataset_json(version.dataset, version, version))
    return Status(201, dataset_json(version.dataset, version))


@router.get("/datasets", response=list[DatasetOut])
def list_datasets(request: HttpRequest) -> list[dict[str, Any]]:
    """The team's datasets by name, each with its newest version."""
    return datasets_json(Dataset.objects.of_team(team(request)).select_related("held_out").order_by("name"))


@router.get("/datasets/{int:dataset_id}", response=DatasetOut)
def get_dataset(request: HttpRequest, dataset_id: int) -> dict[str, Any]:
    dataset = one(Dataset.objects.of_team(team(request)), dataset_id)
    return datasets_json([dataset])[0]


@router.delete("/datasets/{int:dataset_id}", response={204: None})
def remove_dataset(request: HttpRequest, dataset_id: int) -> Status:
    """With all its versions; 409 while a study uses one, and the answer names it."""
    membership = editor(request)
    delete_dataset(one(Dataset.objects.of_team(team(request)), dataset_id), membership.user)
    return Status(204, None)
