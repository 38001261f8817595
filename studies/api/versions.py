"""A dataset's versions over HTTP: what each holds, its file, its columns corrected, its warnings answered."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router, Status

from studies.engine.changes import under_way
from studies.engine.guards import OFFERED, ask_again, find, keep_as_it_is, remedy
from studies.engine.removal import delete_version
from studies.engine.rereading import reread
from studies.engine.spec_errors import Problems, SpecError, nearest, quote
from studies.engine.spec_fields import Fields
from studies.forms.datasets import SchemaForm
from studies.forms.guards import KeepForm
from studies.models import Dataset, DatasetVersion
from studies.tabular import TableError
from studies.views.download import download, unavailable

from .bodies import JSON, documented, json_object
from .dataset_shapes import versions_json, whole_version_json
from .errors import ApiError
from .schemas import VersionRowOut, WholeVersionOut
from .tokens import editor, one, team
from .uploads import schema_field, texts_by_column
from .ways_to_read import FIELDS as READING
from .ways_to_read import TEXT, only_texts, reading_options

router = Router(tags=["datasets"])
ONE = "/datasets/{int:dataset_id}/versions/{int:number}"
MAX_NUMBER = 2**31 - 1
BY_COLUMN = {"type": "object", "additionalProperties": TEXT}
CHANGED = {200: WholeVersionOut, 201: WholeVersionOut, 202: WholeVersionOut}
KEEP, ASK = "keep", "ask"
ACTS = (KEEP, ASK, *dict.fromkeys(act for acts in OFFERED.values() for act in acts))
ANSWER = {"code": TEXT, "column": {"type": "string", "nullable": True}, "act": {"enum": list(ACTS)}, "reason": TEXT}
FILE = {"responses": {200: {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}}}


@router.get("/datasets/{int:dataset_id}/versions", response=list[VersionRowOut])
def list_versions(request: HttpRequest, dataset_id: int) -> list[dict[str, Any]]:
    """The versions of a dataset, the newest first."""
    return versions_json(one(Dataset.objects.of_team(team(request)), dataset_id))


@router.get(ONE, response=WholeVersionOut)
def get_version(request: HttpRequest, dataset_id: int, number: int) -> dict[str, Any]:
    """One version: its columns with kinds, roles and profiles, and its warnings with what can be done."""
    return whole_version_json(_version(request, dataset_id, number))


@router.get(f"{ONE}/file", openapi_extra=FILE)
def get_file(request: HttpRequest, dataset_id: int, number: int) -> HttpResponseBase:
    """The uploaded bytes, exactly as they came."""
    version = _version(request, dataset_id, number)
    try:
        return download(version)
    except OSError as error:
        raise ApiError(503, unavailable(version, error)) from error


@router.patch(
    ONE, response=CHANGED, openapi_extra=documented(JSON, {"kinds": BY_COLUMN, "roles": BY_COLUMN})
)  # fmt: skip
def correct_columns(request: HttpRequest, dataset_id: int, number: int) -> Status:
    """Other kinds and roles, by column; what is not named stays.

    201 with a new version where a launched study rests on this one, which stays as it is; 202 where the table is large:
    a worker reads it again, and `change` says how far it is, or why it came to nothing.
    """
    membership = editor(request)
    version = _version(request, dataset_id, number)
    body, problems = json_object(request), Problems()
    Fields(body, ("kinds", "roles"), problems)
    schema = texts_by_column(body, problems)
    if not version.is_ready:
        raise ApiError(409, f"Version {number} has no columns yet.")
    places = {column.name: column.position for column in version.columns.all()}
    for column in (*schema.kinds, *schema.roles):
        if column not in places:
            path = schema_field(schema, column) or "roles"
            problems.add(path, f"There is no column {quote(column)}. {nearest(column, places)}")
    if problems:
        raise SpecError(problems.errors)
    kinds = {f"kind-{places[column]}": kind for column, kind in schema.kinds.items()}
    roles = {f"role-{places[column]}": role for column, role in schema.roles.items()}
    form = SchemaForm(version, kinds | roles)
    saved = form.save(membership.user) if form.is_valid() else None
    if saved is None:
        found = form.column_errors.items()
        errors = {schema_field(schema, column) or f"roles.{column[:100]}": [said] for column, said in found}
        raise ApiError(422, " ".join(form.non_field_errors()), errors)
    return _changed(version, saved)


@router.post(
    f"{ONE}/read-again", response=CHANGED, openapi_extra=documented(JSON, {**READING, "target": TEXT})
)  # fmt: skip
def read_again(request: HttpRequest, dataset_id: int, number: int) -> Status:
    """The same bytes read in another way, without a new upload; what is left out is detected.

    201 with a new version where a launched study rests on this one; 202 where a worker reads it.
    """
    membership = editor(request)
    version = _version(request, dataset_id, number)
    body, problems = json_object(request), Problems()
    names = (*READING, "target")
    Fields(body, names, problems)
    if problems:
        raise SpecError(problems.errors)
    only_texts(body, names)
    target = body.get("target") or (None if version.is_ready else "")
    try:
        saved = reread(version, membership.user, reading_options(body), target)
    except TableError as error:
        field = "target" if target and error.column == target else "file"
        raise ApiError(422, str(error), {field: [str(error)]}) from error
    return _changed(version, saved)


@router.post(f"{ONE}/guards", response=CHANGED, openapi_extra=documented(JSON, ANSWER, ("code", "act")))
def answer_guard(request: HttpRequest, dataset_id: int, number: int) -> Status:
    """Answer a warning by its `code` and `column`.

    `act` is one of its `acts`, which are remedies, or `keep` with a `reason`, or `ask` to take that back.
    """
    membership = editor(request)
    version = _version(request, dataset_id, number)
    code, column, act, reason = _answer_of(json_object(request))
    if find(version, code, column) is None:
        raise ApiError(422, "There is no such warning here.", {"code": ["There is no such warning here."]})
    if act == ASK:
        ask_again(version, membership.user, code, column)
    elif act == KEEP:
        form = KeepForm({"reason": reason})
        if not form.is_valid():
            raise SpecError({"reason": [str(said) for said in form.errors["reason"]]})
        keep_as_it_is(version, membership.user, code, column, form.cleaned_data["reason"])
    else:
        try:
            return _changed(version, remedy(version, membership.user, code, column, act))
        except TableError as error:
            raise ApiError(422, str(error), {"act": [str(error)]}) from error
    return Status(200, whole_version_json(version))


def _answer_of(body: dict[str, Any]) -> tuple[str, str, str, str]:
    problems = Problems()
    fields = Fields(body, tuple(ANSWER), problems)
    act = fields.choice("act", ACTS)
    if act is None and not fields.is_given("act"):
        problems.add("act", f"The act is missing. {nearest('', ACTS)}")
    if problems:
        raise SpecError(problems.errors)
    only_texts(body, ("code", "column", "reason"))
    return body.get("code") or "", body.get("column") or "", act or "", body.get("reason") or ""


@router.delete(ONE, response={204: None})
def remove_version(request: HttpRequest, dataset_id: int, number: int) -> Status:
    """One version with its file; 409 while a study uses it, and the answer names it, and where it is the only one."""
    membership = editor(request)
    delete_version(_version(request, dataset_id, number), membership.user)
    return Status(204, None)


def _version(request: HttpRequest, dataset_id: int, number: int) -> DatasetVersion:
    dataset = one(Dataset.objects.of_team(team(request)), dataset_id)
    versions = DatasetVersion.objects.select_related("dataset", "created_by").prefetch_related("columns")
    found = versions.filter(dataset=dataset, number=min(number, MAX_NUMBER)).first()
    if found is None:
        raise ApiError(404, f"There is no version {number:,} of “{dataset}”.")
    return found


def _changed(before: DatasetVersion, saved: DatasetVersion) -> Status:
    """200: in place; 201: a new version; 202: a worker reads it."""
    found = DatasetVersion.objects.select_related("dataset", "created_by").prefetch_related("columns").get(pk=saved.pk)
    is_waiting = not found.is_ready or under_way(found.dataset)
    status = 202 if is_waiting else 200 if found.pk == before.pk else 201
    return Status(status, whole_version_json(found))
