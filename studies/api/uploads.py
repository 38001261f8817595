"""What a program says with an upload, beside the file: of which dataset it is, and what its columns are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from studies.engine.intake_held_out import wish_of
from studies.engine.intake_schema import Schema
from studies.engine.spec_errors import Problems, SpecError, nearest, quote
from studies.engine.spec_json import JSONError, load_object
from studies.models import Column, Dataset
from studies.tabular import TableError
from studies.tabular.held_out import AUTO, Wish

from .errors import ApiError
from .tokens import MAX_ID, team
from .ways_to_read import FIELDS as READING
from .ways_to_read import TEXT

BY_NAME = {"group": Column.Role.GROUP, "time": Column.Role.TIME}
SCHEMA = {
    "target": TEXT,
    "group": TEXT,
    "time": TEXT,
    "kinds": {"type": "string", "description": 'A JSON object such as {"postcode": "category"}.'},
    "roles": {"type": "string", "description": 'A JSON object such as {"id": "ignored"}.'},
}
FIELDS = {
    "file": {"type": "string", "format": "binary"},
    **dict.fromkeys(("name", "dataset", "held_out"), TEXT),
    **SCHEMA,
    **READING,
}


@dataclass(frozen=True)
class Said:
    """The columns as the fields say them; each name is a column's."""

    target: str | None
    by_name: Mapping[str, str]  # the fields group and time
    schema: Schema

    @property
    def whole(self) -> Schema:
        roles = {column: BY_NAME[name].value for name, column in self.by_name.items()}
        return Schema(self.schema.kinds, {**self.schema.roles, **roles})

    def field_of(self, error: TableError) -> str:
        """Where a refusal belongs."""
        column = error.column
        if column is None:
            return "file"
        named = {self.target: "target", **{value: name for name, value in self.by_name.items()}}
        return schema_field(self.schema, column) or named.get(column) or "file"


def schema_field(schema: Schema, column: str) -> str | None:
    """The path of what a schema says of a column: "roles.city"."""
    parts = {"roles": schema.roles, "kinds": schema.kinds}
    return next((f"{part}.{column[:100]}" for part, given in parts.items() if column in given), None)


def check_fields(request: HttpRequest) -> None:
    problems = Problems()
    for key in (*request.POST, *request.FILES):
        if key not in FIELDS:
            problems.add(key[:100], f"There is no field {quote(key)} here. {nearest(key, FIELDS)}")
    if "file" not in request.FILES:
        problems.add("file", "The file is missing; send a CSV or TSV table as the field file.")
    if not request.POST.get("name", "").strip() and "dataset" not in request.POST:
        problems.add("name", "The name is missing; the dataset needs one.")
    if problems:
        raise SpecError(problems.errors)


def said_of_columns(request: HttpRequest) -> Said:
    """target, group and time by their columns' names; kinds and roles of any column, each as a JSON object."""
    problems = Problems()
    given = {name: _object(request.POST.get(name, ""), name, problems) for name in ("kinds", "roles")}
    schema = texts_by_column(given, problems)
    target = request.POST.get("target") or None
    by_name = {name: request.POST[name] for name in BY_NAME if request.POST.get(name)}
    targets = [column for column, role in schema.roles.items() if role == Column.Role.TARGET]
    if target is None and len(targets) == 1:
        target = targets[0]
    seen = dict.fromkeys(schema.roles, "roles") | ({target: "target"} if target else {})
    for name, column in by_name.items():
        if column in seen:
            problems.add(name, f"{name} names {quote(column)}, and so does {seen[column]}: a column has one role.")
        seen[column] = name
    if target and any(column != target for column in targets):
        problems.add("roles", f"roles has another target than {quote(target)}.")
    if problems:
        raise SpecError(problems.errors)
    return Said(target, by_name, schema)


def texts_by_column(given: Mapping[str, Any], problems: Problems) -> Schema:
    """A schema of `kinds` and `roles`, objects of texts; anything else goes to the problems."""
    found: dict[str, dict[str, str]] = {}
    for name in ("kinds", "roles"):
        values = given.get(name)
        if not isinstance(values, dict | None):
            problems.add(name, f"{name} is {quote(values)}; it must be an object of texts by column.")
            values = None
        found[name] = values or {}
        for column, value in found[name].items():
            if not isinstance(value, str):
                problems.add(f"{name}.{column[:100]}", f"It is {quote(value)}; it must be a text.")
    return Schema(**found)


def _object(text: str, name: str, problems: Problems) -> dict[str, Any]:
    try:
        return load_object(text.encode()) if text.strip() else {}
    except (JSONError, UnicodeEncodeError) as error:
        problems.add(name, str(error).replace("The body", name))
        return {}


def held_out(request: HttpRequest, dataset: Dataset | None) -> Wish:
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


def file_of(request: HttpRequest) -> UploadedFile:
    """The last one, should there be several."""
    return cast("UploadedFile", request.FILES["file"])


def known_dataset(request: HttpRequest) -> Dataset | None:
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
