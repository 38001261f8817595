"""A trial by hand: one field for each parameter of the study's space."""

import json
from typing import Any

from django import forms

from studies.models import Study
from studies.plots.numbers import format_parameter
from studies.search import Space, SpaceError

from .plain import plain_number, plain_whole

PREFIX = "p."


class TrialForm(forms.Form):
    """The space is the engine's to check; this reads the fields, leaves out what does not count, and asks the space."""

    def __init__(self, study: Study, data: Any = None, start: dict[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="id_trial_%s")
        self.study = study
        self.space = Space.from_json(study.space)
        self.entries = self.space.to_json()["parameters"]
        for entry in self.entries:
            if entry["type"] != "constant":
                self.fields[PREFIX + entry["name"]] = _field(entry, (start or {}).get(entry["name"]))

    @property
    def constants(self) -> list[dict[str, Any]]:
        return [entry for entry in self.entries if entry["type"] == "constant"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        self.config = self._active(cleaned)
        try:
            self.config = self.space.validate(self.config)
        except SpaceError as error:
            self.refuse(error)
        return cleaned

    def refuse(self, error: SpaceError) -> None:
        """Put the space's sentence at the field that it is about."""
        name = f"{PREFIX}{error.parameter}"
        if name in self.fields:
            self.add_error(name, str(error).removeprefix(f"{error.parameter}: "))  # the label says the name
        else:
            self.add_error(None, str(error))

    def _active(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """The values that count: parameters whose condition holds; parents may come in any order."""
        config: dict[str, Any] = {}
        left = list(self.entries)
        while left:
            ready = [entry for entry in left if not any(other["name"] in (entry.get("when") or {}) for other in left)]
            for entry in ready:
                left.remove(entry)
                when = entry.get("when") or {}
                if not all(parent in config and config[parent] in allowed for parent, allowed in when.items()):
                    continue
                value = entry["value"] if entry["type"] == "constant" else cleaned.get(PREFIX + entry["name"])
                if value is not None or entry["type"] == "categorical":
                    config[entry["name"]] = value
        return config


class NumberField(forms.CharField):
    """A number as the study form reads it: Django's own fields take 1_000 and full-width digits."""

    def __init__(self, whole: bool, **kwargs: Any) -> None:
        super().__init__(empty_value=None, **kwargs)
        self.read = plain_whole if whole else plain_number

    def to_python(self, value: Any) -> int | float | None:
        text = super().to_python(value)
        number = None if text is None else self.read(text)
        if isinstance(number, str):
            raise forms.ValidationError("Enter a number.")
        return number


def _field(entry: dict[str, Any], start: Any) -> forms.Field:
    hint = _hint(entry)
    attrs: dict[str, Any] = {"data-when": json.dumps(entry["when"])} if entry.get("when") else {}
    attrs["data-parameter"] = entry["name"]
    common = {"label": entry["name"], "required": False, "help_text": hint}
    if entry["type"] in {"float", "int"}:
        attrs |= {"data-low": entry["low"], "data-high": entry["high"], "step": "any", "inputmode": "decimal"}
        number = start if isinstance(start, int | float) and not isinstance(start, bool) else None
        return NumberField(entry["type"] == "int", widget=forms.NumberInput(attrs), initial=number, **common)
    choices = entry["choices"] if entry["type"] == "categorical" else [False, True]
    return forms.TypedChoiceField(
        choices=[(json.dumps(choice), format_parameter(choice)) for choice in choices],
        coerce=json.loads,
        empty_value=None,
        widget=forms.Select(attrs),
        initial=json.dumps(start) if start in choices else json.dumps(choices[0]),
        **common,
    )


def _hint(entry: dict[str, Any]) -> str:
    parts = []
    if entry["type"] in {"float", "int"}:
        parts.append(f"{format_parameter(entry['low'])} to {format_parameter(entry['high'])}")
        if entry.get("log"):
            parts.append("log scale")
    for parent, allowed in (entry.get("when") or {}).items():
        parts.append(f"counts while {parent} is {' or '.join(format_parameter(value) for value in allowed)}")
    return ", ".join(parts)
