"""Datasets over HTTP: uploads and what the team has."""

from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from ninja import Router, Status

from studies.engine.intake import READING_OPTIONS, store_upload, words_in
from studies.engine.intake_held_out import wish_of
from studies.engine.intake_rows import NameRefused
from studies.engine.quota import OverQuota, refuse_announced
from studies.engine.spec_errors import Problems, SpecError, nearest, quote
from studies.models import Dataset
from studies.tabular import TableError
from studies.tabular.content import ENCODINGS
from studies.tabular.held_out import AUTO, Wish

from .bodies import MULTIPART, documented, expect
from .errors import ApiError
from .schemas import DatasetOut
from .shapes import dataset_json, datasets_json
from .tokens import MAX_ID, editor, one, team

router = Router(tags=["datasets"])
TEXT = {"type": "string"}
FIELDS = ("name", "target", "dataset", "held_out", *READING_OPTIONS)
WAYS_TO_READ = {
    "separator": {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"},
    "decimal": {"point": ".", "comma": ","},
    "encoding": {name: name for name in ENCODINGS},
    "header": {"first": "first", "none": "none"},
}
LONGEST_WORDS = 1000
UPLOAD = {"file": {"type": "string", "format": "binary"}, **dict.fromkeys(FIELDS, TEXT)}


@router.post(
    "/datasets", response={201: DatasetOut, 202: DatasetOut}, openapi_extra=documented(MULTIPART, UPLOAD, ("file",))
)
def upload(request: HttpRequest) -> Status:
    """A new dataset under `name`, or the next version of `dataset` (its id).

    202 where the file is large: it is stored, and read by a worker. Ask for the dataset until its `reading` is null, or
    has the state `refused` and says why.
    """
    membership = editor(request)
    try:
        refuse_announced(membership.team_id, request.META.get("CONTENT_LENGTH"))
    except OverQuota as error:
        raise ApiError(413, str(error), {"file": [str(error)]}) from error
    expect(request, MULTIPART)
    _check_fields(request)
    dataset = _known_dataset(request)
    options = _reading_options(request)
    wish = _held_out(request, dataset)
    target = request.POST.get("target") or None
    name = request.POST.get("name", "")
    try:
        more = {"dataset": dataset, "options": options, "held_out": wish}
        version = store_upload(membership.team, membership.user, _file(request), name, target, **more)
    except NameRefused as error:
        raise ApiError(422, str(error), {"name": [str(error)]}) from error
    except TableError as error:
        field = "target" if target is not None and error.column == target else "file"
        raise ApiError(422, str(error), {field: [str(error)]}) from error
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


def _reading_options(request: HttpRequest) -> dict[str, Any]:
    """How to read what should not be detected: marks by word or as they are, words that mean missing with commas."""
    problems, options = Problems(), {}
    for option, ways in WAYS_TO_READ.items():
        text = request.POST.get(option, "")
        if text and text not in ways and text not in ways.values():
            problems.add(option, f"{option} is {quote(text)}; it must be {' or '.join(ways)}.")
        options[option] = ways.get(text, text)
    words = request.POST.get("missing_words", "")
    if len(words) > LONGEST_WORDS:
        sentence = f"missing_words has {len(words):,} characters; there may be at most {LONGEST_WORDS:,}."
        problems.add("missing_words", sentence)
    if problems:
        raise SpecError(problems.errors)
    return options | {"missing_words": words_in(words)}


def _held_out(request: HttpRequest, dataset: Dataset | None) -> Wish:
    """ "auto" (also when it is left out), "none" or a share such as 0.2; a later version keeps what its dataset has."""
    text = request.POST.get("held_out", "")
    try:
        wish = wish_of(text)
    except ValueError as error:
        raise ApiError(422, str(error), {"held_out": [str(error)]}) from error
    if dataset is not None and wish != AUTO:
        sentence = "held_out is for a new dataset; a later version keeps the set that its dataset has."
        raise ApiError(422, sentence, {"held_out": [sentence]})
    return wish


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
