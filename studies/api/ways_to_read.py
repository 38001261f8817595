"""How a table is to be read, as a program says it: marks by word or as they are, words that mean missing."""

from collections.abc import Mapping
from typing import Any

from studies.engine.intake import READING_OPTIONS, words_in
from studies.engine.spec_errors import Problems, SpecError, quote
from studies.forms.reading import MARKS, SEPARATORS
from studies.tabular.content import ENCODINGS

WAYS = {
    "separator": SEPARATORS,
    "decimal": MARKS,
    "encoding": {name: name for name in ENCODINGS},
    "header": {"first": "first", "none": "none"},
}
LONGEST_WORDS = 1000
TEXT = {"type": "string"}
FIELDS = dict.fromkeys(READING_OPTIONS, TEXT)


def reading_options(values: Mapping[str, Any]) -> dict[str, Any]:
    """What should not be detected, as the engine takes it; missing, null and empty mean that it is detected."""
    problems, options = Problems(), {}
    for option, ways in WAYS.items():
        text = values.get(option) or ""
        if text and text not in ways and text not in ways.values():
            problems.add(option, f"{option} is {quote(text)}; it must be {' or '.join(ways)}.")
        options[option] = ways.get(text, text)
    words = values.get("missing_words") or ""
    if len(words) > LONGEST_WORDS:
        sentence = f"missing_words has {len(words):,} characters; there may be at most {LONGEST_WORDS:,}."
        problems.add("missing_words", sentence)
    if problems:
        raise SpecError(problems.errors)
    return options | {"missing_words": words_in(words)}


def only_texts(values: Mapping[str, Any], names: tuple[str, ...]) -> None:
    """Refuses values of a JSON body that are neither a text nor null."""
    problems = Problems()
    for name in names:
        if not isinstance(values.get(name), str | None):
            problems.add(name, f"{name} is {quote(values[name])}; it must be a text.")
    if problems:
        raise SpecError(problems.errors)
