"""The options of a search method as fields: what they are called, and how they are read."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms

from studies.engine.spec_json import JSONError, load_json
from studies.search import METHODS, method_options

from .plain import as_typed, plain_whole

PREFIX = "option_"
USUAL = "bayesian"
WORDS = {
    "levels": ("Values per number", "Ends included, log-spaced on log scales; categories take all their values."),
    "sampler": ("Points", "Sobol points leave no large gaps; independent draws are the textbook’s random search."),
    "initial": ("Trials before the model", "Spread evenly over the space; then the model proposes."),
    "population": ("Population", "The best so many are kept and mutated."),
}
CHOICES = {"sampler": [("sobol", "Sobol"), ("independent", "Independent")]}


def option_fields(method: str, data: Mapping[str, Any]) -> dict[str, forms.CharField]:
    """A field for each option of the method, showing what was chosen; none for a method that there is not."""
    return {
        f"{PREFIX}{option}": _field(option, default, str(data.get(f"{PREFIX}{option}", "")))
        for option, default in _options(method).items()
    }


def options_as_typed(method: str, options: Mapping[str, Any]) -> dict[str, str]:
    """What the fields show for a study's options; empty, so as usual, where it has none."""
    return {
        f"{PREFIX}{option}": json.dumps(value) if isinstance(value, dict) else as_typed(value)
        for option, value in options.items()
        if option in _options(method)
    }


def read_options(method: str, data: Any) -> dict[str, Any]:
    """What was typed, as plain values; an empty field leaves the default."""
    typed = {option: data.get(f"{PREFIX}{option}", "").strip() for option in _options(method)}
    return {option: _value(text) for option, text in typed.items() if text}


def _options(method: str) -> dict[str, Any]:
    return method_options(method) if method in METHODS else {}


def _field(option: str, default: Any, chosen: str) -> forms.CharField:
    label, hint = WORDS.get(option, (option.capitalize(), ""))
    widget = (
        forms.Select(choices=[("" if key == default != chosen else key, word) for key, word in CHOICES[option]])
        if option in CHOICES
        else forms.TextInput({"autocomplete": "off", "inputmode": "numeric", "placeholder": as_typed(default)})
    )
    return forms.CharField(label=label, help_text=hint, required=False, widget=widget)


def _value(text: str) -> Any:
    """A number, a name, or an object such as {"C": 7} for values per number by name."""
    if not text.startswith("{"):
        return plain_whole(text)
    try:
        return load_json(text.encode(errors="replace"))
    except JSONError:
        return text
