"""Datasets over HTTP: uploads and what the team has."""

from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from ninja import Router, Status

from studies.engine.intake import READING_OPTIONS, NameRefused, store_upload
from studies.engine.spec_errors import Problems, SpecError, nearest, quote
from studies.models import Dataset
from studies.tabular import TableError

from .bodies import MULTIPART, documented, expect
from .errors import ApiError
from .schemas import DatasetOut
from .shapes import dataset_json, datasets_json
from .tokens import MAX_ID, editor, one, team

router = Router(tags=["datasets"])
TEXT = {"type": "string"}
FIELDS = ("name", "target", "dataset", *READING_OPTIONS)
UPLOAD = {"file": {"type": "string", "format": "binary"}, **dict.fromkeys(FIELDS, TEXT)}


@router.post("/datasets", response={201: DatasetOut}, openapi_extra=documented(MULTIPART, UPLOAD, ("file",)))
def upload(request: HttpRequest) -> Status:
    """A new dataset under `name`, or the next version of `dataset` (its id). Read before the answer, so never 202."""
    membership = editor(request)
    expect(request, MULTIPART)
    _check_fields(request)
    dataset = _known_dataset(request)
    options = {option: request.POST[option] for option in READING_OPTIONS if option in request.POST}
    target = request.POST.get("target") or None
    name = request.POST.get("name", "")
    try:
        version = store_upload(
            membership.team, membership.user, _file(request), name, target, dataset=dataset, options=options
        )
    except NameRefused as error:
        raise ApiError(422, str(error), {"name": [str(error)]}) from error
    except TableError as error:
        raise ApiError(422, str(error), {"file": [str(error)]}) from error
    return Status(201, dataset_json(version.dataset, version))


@router.get("/datasets", response=list[DatasetOut])
def list_datasets(request: HttpRequest) -> list[dict[str, Any]]:
    """The team's datasets by name, each with its newest version."""
    return datasets_json(Dataset.objects.of_team(team(request)).order_by("name"))


@router.get("/datasets/{int:dataset_id}", response=DatasetOut)
def get_dataset(request: HttpRequest, dataset_id: int) -> dict[str, Any]:
    dataset = one(Dataset.objects.of_team(team(request)), dataset_id)
    return datasets_json([dataset])[0]


def _check_fields(request: HttpRequest) -> None:
    problems = Problems()
    for key in (*request.POST, *request.FILES):
        if key not in UPLOAD:
            problems.add(key[:100], f"There is no field {quote(key)} here. {nearest(key, UPLOAD)}")
    if "file" not in request.FILES:
        problems.add("file", "The file is missing; send a CSV or TSV table as the field file.")
    if not request.POST.get("name", "").strip() and "dataset" not in request.POST:
        problems.add("name", "The name is missing; the dataset needs one.")
    if problems:
        raise SpecError(problems.errors)


def _file(request: HttpRequest) -> UploadedFile:
    """The last one, should there be several."""
    return cast("UploadedFile", request.FILES["file"])


def _known_dataset(request: HttpRequest) -> Dataset | None:
    """The dataset that gets one more version; another team's does not exist here."""
    number = request.POST.get("dataset")
    if number is None:
        return None
    pk = int(number) if number.isascii() and number.isdecimal() and len(number) < len(str(MAX_ID)) else 0
    dataset = Dataset.objects.of_team(team(request)).filter(pk=pk).first()
    if dataset is None:
        sentence = f"There is no such dataset: {quote(number)}."
        raise ApiError(422, sentence, {"dataset": [sentence]})
    return dataset
