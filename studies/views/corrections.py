"""What a correction of columns changed: told beside the columns on the page that follows, with what takes it back."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest

from studies.forms.datasets import SchemaForm
from studies.models import Column, DatasetVersion
from studies.plots.numbers import count_of

KEY = "corrected"
MOST_NAMED = 3
LABELS = {"kind": dict(Column.Kind.choices), "role": dict(Column.Role.choices)}


@dataclass(frozen=True)
class Corrected:
    """`fields`: what the form of the columns would send to have it as it was before."""

    sentence: str
    fields: Mapping[str, str]


def remember(request: HttpRequest, form: SchemaForm, saved: DatasetVersion, note: str) -> bool:
    """Kept in the session until the saved version is looked at, with `note`; whether there is anything to tell."""
    changes = [
        [column.name, what, f"{what}-{column.position}", getattr(column, what), chosen[column.name]]
        for column in form.columns
        for what, chosen in (("kind", form.kinds), ("role", form.roles))
        if getattr(column, what) != chosen[column.name]
    ]
    if changes:
        request.session[KEY] = {"version": saved.pk, "changes": changes, "note": note}
    return bool(changes)


def corrected(request: HttpRequest, version: DatasetVersion) -> Corrected | None:
    """None unless this version was just corrected by who looks at it."""
    kept = request.session.get(KEY)
    if request.method == "HEAD" or kept is None or kept["version"] != version.pk:
        return None
    del request.session[KEY]
    changes = kept["changes"]
    by_column: dict[str, list[tuple[str, str]]] = {}
    for name, what, _, before, now in changes:
        by_column.setdefault(name, []).append((LABELS[what][now].lower(), LABELS[what][before].lower()))
    said = [
        f"{name} is {', '.join(now for now, _ in pairs)} (was {', '.join(before for _, before in pairs)})"
        for name, pairs in by_column.items()
    ]
    more = [count_of(len(said) - MOST_NAMED, "more column")] if len(said) > MOST_NAMED else []
    sentence = f"{kept['note']} {'; '.join(said[:MOST_NAMED] + more)}."
    return Corrected(sentence, {field: before for _, _, field, before, _ in changes})
