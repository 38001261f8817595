"""Uploading a table, and correcting how its columns were understood."""

from typing import Any

from django import forms
from django.conf import settings

from studies.engine.changes import correct
from studies.engine.intake import store_upload
from studies.engine.intake_rows import MAX_NAME, NameRefused, free_name
from studies.engine.intake_schema import contradictions
from studies.engine.refused import Refused
from studies.engine.store.versions import StorageAway, reading_options
from studies.engine.twins import SameBytes
from studies.models import Column, Dataset, DatasetChange, DatasetVersion, Team, User
from studies.tabular import TableError
from studies.tabular.header import MAX_COLUMNS
from studies.tabular.held_out import AUTO

from .held_out import wish_field
from .reading import ReadingFields, as_typed


class VersionForm(ReadingFields):
    """A file for a dataset that is there already, and how to read what should not be detected."""

    file = forms.FileField(
        label="Table",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.gz,text/csv"}),
        help_text=f"CSV or TSV, also gzipped, names in the first line; at most {settings.UPLOAD_LIMIT_MB:,} MB and "
        f"{MAX_COLUMNS:,} columns. From Excel or Parquet, save as CSV first.",
        error_messages={
            "required": "Choose a file.",
            "empty": "The file is empty: a table needs a line of column names and rows below it.",
        },
    )
    file.limit_mb = settings.UPLOAD_LIMIT_MB  # said by the browser before anything is sent
    field_order = ["file", "name", "separator", "decimal", "encoding", "header", "missing_words"]

    def __init__(self, *args: Any, team: Team, dataset: Dataset | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial = _as_before(dataset)
        self.team = team
        self.dataset = dataset
        self.twin: DatasetVersion | None = None  # a version that holds the very bytes that were sent

    def save(self, user: User) -> DatasetVersion | None:
        """The stored version; None, with an error at its field, when the file or the name is refused."""
        values = self.cleaned_data
        held_out = values.get("held_out", AUTO)
        more = {"dataset": self.dataset, "options": self.options(), "held_out": held_out}
        try:
            return store_upload(self.team, user, values["file"], values.get("name", ""), **more)
        except NameRefused as error:
            self.add_error("name", error.message)
        except SameBytes as error:
            self.twin = error.version
            self.add_error("file", error.message)
        except TableError as error:
            self.add_error("file", error.message)
        return None


def _as_before(dataset: Dataset | None) -> dict[str, str]:
    """How the newest version was said to be read; but for the encoding, which makes other words of a file in UTF-8."""
    version = None if dataset is None else dataset.latest
    if version is None:
        return {}
    try:
        return as_typed(reading_options(version)) | {"encoding": ""}
    except StorageAway:
        return {}


class DatasetForm(VersionForm):
    held_out = wish_field()
    name = forms.CharField(max_length=MAX_NAME, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def clean_name(self) -> str:
        try:
            return free_name(self.team, self.cleaned_data["name"])
        except NameRefused as error:
            raise forms.ValidationError(error.message) from error


class SchemaForm(forms.Form):
    """Kind and role of every column, posted as kind-0, role-0, kind-1 ... by position; what is absent stays."""

    def __init__(self, version: DatasetVersion, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.version = version
        self.columns = list(version.columns.all())
        self.kinds = {column.name: self._typed("kind", column, column.kind) for column in self.columns}
        self.roles = {column.name: self._typed("role", column, column.role) for column in self.columns}
        self.column_errors: dict[str, str] = {}

    def _typed(self, what: str, column: Column, now: str) -> str:
        return self.data.get(f"{what}-{column.position}", now)

    def clean(self) -> dict[str, Any]:
        for column, sentence in contradictions(self.columns, self.kinds, self.roles).items():
            self.refuse(sentence, column)
        return super().clean() or {}

    def refuse(self, message: str, column: str | None = None) -> None:
        if column is not None:
            self.column_errors[column] = message
        self.add_error(None, message if column is None or column in message else f"{column}: {message}")

    def save(self, user: User) -> DatasetVersion | None:
        """The corrected version, perhaps a new one, or a large one as it is while a worker reads it again.

        None, with the error at its column, when one does not fit.
        """
        try:
            return correct(self.version, user, *self.differences())
        except TableError as error:
            self.refuse(error.message, error.column if error.column in self.kinds else None)
        except Refused as error:
            self.refuse(str(error))
        return None

    def differences(self) -> tuple[dict[str, str], dict[str, str]]:
        """The kinds and the roles, by name, that the columns do not have."""
        kinds = {one.name: self.kinds[one.name] for one in self.columns if self.kinds[one.name] != one.kind}
        roles = {one.name: self.roles[one.name] for one in self.columns if self.roles[one.name] != one.role}
        return kinds, roles

    @classmethod
    def refused(cls, version: DatasetVersion, change: DatasetChange) -> "SchemaForm":
        """As it was posted for a correction that came to nothing, with the reason."""
        places = {column.name: column.position for column in version.columns.all()}
        kinds = {f"kind-{places[name]}": kind for name, kind in change.kinds.items() if name in places}
        roles = {f"role-{places[name]}": role for name, role in change.roles.items() if name in places}
        form = cls(version, kinds | roles)
        form.full_clean()
        form.refuse(change.error, change.column if change.column in places else None)
        return form
