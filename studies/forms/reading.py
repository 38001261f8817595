"""How a table is to be read where that should not be detected; and the stored bytes of a version read again."""

from collections.abc import Mapping
from typing import Any

from django import forms

from studies.engine.intake import words_in
from studies.engine.intake_reading import LONGEST_NAME
from studies.engine.refused import Refused
from studies.engine.rereading import reread
from studies.engine.store.versions import StorageAway, reading_options
from studies.models import DatasetVersion, User
from studies.tabular import TableError
from studies.tabular.errors import listed, quote

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
MARKS = {"point": ".", "comma": ","}
ENCODINGS = {"utf-16": "UTF-16", "windows-1252": "Windows-1252", "iso-8859-1": "ISO 8859-1"}


class ReadingFields(forms.Form):
    separator = forms.ChoiceField(
        required=False,
        label="Cells are separated by",
        choices=[("", "Detect"), ("comma", "Comma"), ("semicolon", "Semicolon"), ("tab", "Tab"), ("pipe", "Pipe (|)")],
    )
    decimal = forms.ChoiceField(
        required=False,
        label="Decimal mark",
        choices=[("", "Detect"), ("point", "Point, as in 1.5"), ("comma", "Comma, as in 1,5")],
    )
    encoding = forms.ChoiceField(required=False, choices=[("", "UTF-8, or UTF-16 by its mark"), *ENCODINGS.items()])
    header = forms.ChoiceField(
        required=False,
        label="Names of the columns",
        choices=[("", "In the first line"), ("none", "None: all lines are data")],
    )
    missing_words = forms.CharField(
        required=False,
        max_length=1000,
        label="Words that mean missing",
        help_text="Separated by commas, such as “unknown, 999”. Empty cells, NA, null and the like are known.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def options(self) -> dict[str, Any]:
        """As the engine takes them."""
        values = self.cleaned_data
        return {
            "separator": SEPARATORS.get(values["separator"], ""),
            "decimal": MARKS.get(values["decimal"], ""),
            "encoding": values["encoding"],
            "header": values["header"],
            "missing_words": words_in(values["missing_words"]),
        }


def as_typed(options: dict[str, Any]) -> dict[str, str]:
    """The fields' values for what was said before."""
    words = {mark: word for word, mark in SEPARATORS.items()}
    marks = {mark: word for word, mark in MARKS.items()}
    return {
        "separator": words.get(options.get("separator", ""), ""),
        "decimal": marks.get(options.get("decimal", ""), ""),
        "encoding": options.get("encoding", ""),
        "header": options.get("header", "").replace("first", ""),
        "missing_words": ", ".join(options.get("missing_words", ())),
    }


def _choice_of_columns(meant: Mapping[str, Mapping[str, str]]) -> forms.MultipleChoiceField:
    """What words of single columns mean, as boxes: one that is cleared is taken back."""
    return forms.MultipleChoiceField(
        required=False,
        label="In single columns",
        choices=[(name, f"{quote(name)}: {meaning(words)}") for name, words in meant.items()],
        widget=forms.CheckboxSelectMultiple,
    )


def meaning(words: Mapping[str, str]) -> str:
    """What each word is read as: “-999” as missing; “YES”, “yes” as “Yes”."""
    spelt: dict[str, list[str]] = {}
    for word, value in words.items():
        spelt.setdefault(value, []).append(word)
    return "; ".join(f"{listed(found)} as {quote(value) if value else 'missing'}" for value, found in spelt.items())


class RereadForm(ReadingFields):
    """Filled in with how the version was to be read; a version that is not ready has no columns to be corrected, so
    there the target can be named too."""

    target = forms.CharField(
        required=False,
        max_length=LONGEST_NAME,
        label="Column to predict",
        help_text="Its name. Left empty, it is guessed.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, version: DatasetVersion, data: Any = None) -> None:
        said = self._said(version)
        super().__init__(data, initial=self._before(version, said) if data is None else {}, auto_id="again_%s")
        self.version, self.before, self.meant = version, version.stored_as, said.get("read_as", {})
        if self.meant:
            self.fields["read_as"] = _choice_of_columns(self.meant)
        if version.is_ready:
            del self.fields["target"]
            found = dict(self.fields["separator"].choices)
            word = next((word for word, mark in SEPARATORS.items() if mark == version.separator), "")
            if word:
                self.fields["separator"].choices = [
                    ("", f"Detect: it was {found[word].lower()}"),
                    *list(found.items())[1:],
                ]

    @staticmethod
    def _said(version: DatasetVersion) -> dict[str, Any]:
        try:
            return reading_options(version)
        except StorageAway:  # the page is shown without; the reading will say it
            return {}

    @staticmethod
    def _before(version: DatasetVersion, said: dict[str, Any]) -> dict[str, Any]:
        typed = as_typed(said) | {"read_as": list(said.get("read_as", {}))}
        return typed if version.is_ready else typed | {"target": version.reading.target}

    def options(self) -> dict[str, Any]:
        kept = self.cleaned_data.get("read_as", [])
        return super().options() | {"read_as": {name: self.meant[name] for name in kept}}

    def save(self, user: User) -> DatasetVersion | None:
        """The version that was read, or that waits for it; None, with the reason, when it cannot be read so."""
        target = None if self.version.is_ready else self.cleaned_data["target"].strip()
        try:
            return reread(self.version, user, self.options(), target)
        except TableError as error:
            self.add_error("target" if target and error.column == target else None, error.message)
        except Refused as error:
            self.add_error(None, str(error))
        return None
