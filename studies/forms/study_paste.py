"""A spec pasted as JSON into the new-study form: what it says is filled in, what it leaves out stays as it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from studies.engine.spec import examine
from studies.engine.spec_json import JSONError, load_json
from studies.models import Team

from .study import StudyForm
from .study_start import from_spec

DATA = ("dataset_version", "target", "task")
FOLLOWS = {
    "dataset_version": ("target", "task", "metric", "space"),
    "target": ("task", "metric", "space"),
    "task": ("metric", "space"),
    "estimator": ("space",),
    "method": ("method_options",),
}


@dataclass
class Paste:
    """What was pasted: the form that it makes, or what is wrong with it, by field path."""

    text: str
    form: StudyForm | None = None
    errors: list[tuple[str, str]] = field(default_factory=list)


def paste(team: Team, form: StudyForm, text: str) -> Paste:
    """Lay a spec over the form; the whole of it or nothing."""
    try:
        given = load_json(text.encode(errors="replace"))
    except JSONError as error:
        return Paste(text, errors=[("", str(error).replace("The body", "The text", 1))])
    if not isinstance(given, dict):
        return Paste(text, errors=[("", 'It must be one object, such as {"method": "random", "seed": 3}.')])
    spec = _laid_over(form.spec, given)
    found = examine(team, spec)
    errors = [
        (path, sentence)
        for path, sentences in found.problems.errors.items()
        for sentence in sentences
        if path == "spec" or path.partition(".")[0] in given
    ]
    if errors:
        return Paste(text, errors=errors)
    space = found.space.to_json() if found.space is not None and given.get("space") is not None else spec.get("space")
    kept = {name: form.data[name] for name in form.data if name.startswith(("draft", "compare_"))}
    if space is None or isinstance(spec["space"], str):
        return Paste(text, StudyForm(team, from_spec(spec) | kept | {"preset": spec["space"] or "recommended"}))
    return Paste(text, StudyForm(team, from_spec(spec) | kept, start=space))


def _laid_over(shown: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The form's spec with what was pasted; what followed from a choice that it changes is decided anew."""
    spec = dict(shown)
    for name, dependent in FOLLOWS.items():
        if name in given and given[name] != shown.get(name):
            spec |= dict.fromkeys(dependent)
            if name in DATA:
                spec["plan"] = {**spec["plan"], "kind": None}
    for name, value in given.items():
        parts = isinstance(value, Mapping) and name in ("plan", "budget")
        spec[name] = {**spec[name], **value} if parts else value
    return spec
