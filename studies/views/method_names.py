"""How the methods of a comparison are called, and which studies are whose."""

import json
from collections.abc import Sequence

from studies.models import Study


def method_names(studies: Sequence[Study]) -> dict[int, str]:
    """The name of each study's method; with its options where the same method is there with others."""
    plain = {study.pk: study.get_method_display() for study in studies}
    options = {study.pk: json.dumps(study.method_options, sort_keys=True) for study in studies}
    several = {name for name in plain.values() if len({options[pk] for pk in plain if plain[pk] == name}) > 1}
    return {
        study.pk: f"{plain[study.pk]} ({_options(study)})" if plain[study.pk] in several else plain[study.pk]
        for study in studies
    }


def _options(study: Study) -> str:
    return ", ".join(f"{name} {value}" for name, value in study.method_options.items()) or "no options"


def by_method(studies: Sequence[Study]) -> dict[str, list[Study]]:
    """The studies of each method, in the order in which they were chosen."""
    names = method_names(studies)
    found: dict[str, list[Study]] = {}
    for study in studies:
        found.setdefault(names[study.pk], []).append(study)
    return found
