"""A version's columns as the rows of its page: what was chosen, and the profile in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from studies.models import Column, DatasetVersion
from studies.plots.numbers import MINUS, NOTHING, count_of, format_percent

from .column_pictures import Picture, number, picture, spread

FIRST_VALUES = 3


@dataclass(frozen=True)
class ColumnRow:
    """`kinds` and `roles` are the options of the two choices; `alone` is what the column predicts by itself."""

    column: Column
    kind: str
    role: str
    kinds: SafeString
    roles: SafeString
    error: str
    picture: Picture | None
    missing: str
    distinct: str
    spread: str
    alone: str
    tells: bool
    first: str


def column_rows(
    version: DatasetVersion, kinds: Mapping[str, str], roles: Mapping[str, str], errors: Mapping[str, str]
) -> list[ColumnRow]:
    """One row per column; kinds and roles as typed, which is not always as stored."""
    telling = {warning["column"] for warning in version.warnings if warning["code"] == "telling"}
    return [
        ColumnRow(
            column=column,
            kind=kinds[column.name],
            role=roles[column.name],
            kinds=options(Column.Kind, kinds[column.name]),
            roles=options(Column.Role, roles[column.name]),
            error=errors.get(column.name, ""),
            picture=picture(column, version.rows),
            missing=missing(column.profile, version.rows),
            distinct=f"{column.profile['distinct']:,}" if "distinct" in column.profile else NOTHING,
            spread=spread(column, version.rows),
            alone=alone(column.profile),
            tells=column.name in telling,
            first=first_values(version.preview[:FIRST_VALUES], column.position),
        )
        for column in version.columns.all()
    ]


def options(choices: type[Column.Kind] | type[Column.Role], chosen: str) -> SafeString:
    """Made once for each choice, as a table has hundreds of them; a choice that is not on the list is not kept."""
    return _options(choices, chosen if chosen in choices.values else "")


@cache
def _options(choices: type[Column.Kind] | type[Column.Role], chosen: str) -> SafeString:
    marked = ((value, mark_safe(" selected") if value == chosen else "", label) for value, label in choices.choices)
    return format_html_join("", '<option value="{}"{}>{}</option>', marked)


def alone(profile: Mapping[str, Any]) -> str:
    value = profile.get("alone")
    return NOTHING if value is None else f"{value:.2f}".replace("-", MINUS)


def first_values(rows: Iterable[list[str]], position: int) -> str:
    return ", ".join(row[position] or NOTHING for row in rows)


def file_size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 999_500 else f"{max(1, round(count / 1e3))} kB"


def target_sentence(version: DatasetVersion) -> str:
    """What there is to predict: the task, and how its values are spread."""
    target = version.target
    if target is None:
        return "Give one column the role target, and a study can predict it."
    ignored = sum(column.role == Column.Role.IGNORED for column in version.columns.all())
    aside = f" {count_of(ignored, 'column')} {'is' if ignored == 1 else 'are'} ignored." if ignored else ""
    if version.task == "classification":
        return f"Classification: the target has {classes(target, version.rows)}.{belonging(version)}{aside}"
    return f"Regression: the target goes from {span(target)}.{belonging(version)}{aside}"


def belonging(version: DatasetVersion) -> str:
    """What the group and the time column make of a study's folds."""
    group, time = version.group, version.time
    said = ""
    if group is not None and "distinct" in group.profile:
        said += (
            f" Rows belong to {count_of(group.profile['distinct'], 'group')} of {group.name}: folds keep each whole."
        )
    if time is not None:
        usual = "can be blocks of it" if group is not None else "are blocks of it"
        said += f" {time.name} says when each row was: folds {usual}."
    return said


def span(target: Column) -> str:
    whole = target.kind == Column.Kind.INTEGER
    low, median, high = (number(target.profile.get(key, float("nan")), whole) for key in ("min", "median", "max"))
    return f"{low} to {high}; half of the rows are below {median}"


def classes(target: Column, rows: int) -> str:
    distinct, top = target.profile.get("distinct", 0), target.profile.get("top", [])[:FIRST_VALUES]
    known = rows - target.profile.get("missing", 0)
    shares = ", ".join(f"{entry['value']} {format_percent(entry['count'] / known)}" for entry in top)
    more = " and others" if distinct > len(top) > 0 else ""
    return f"{distinct:,} classes" + (f", {shares}{more}" if shares else "")


def missing(profile: Mapping[str, Any], rows: int) -> str:
    count = profile.get("missing")
    return NOTHING if count is None else format_percent(count / rows) if count else "0"
