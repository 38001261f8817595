"""A version's columns as the rows of its page: profile in words, distribution as bars."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studies.models import Column, DatasetVersion
from studies.plots.numbers import MINUS, NOTHING, count_of, format_parameter, format_percent

WIDTH, HEIGHT, WIDEST = 96, 24, 20
FIRST_VALUES = 3
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?=[T ])")
NUMERIC = (Column.Kind.NUMBER, Column.Kind.INTEGER)


@dataclass(frozen=True)
class Bar:
    """A bar of a small distribution, in pixels, as the SVG attributes want them."""

    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class ColumnRow:
    column: Column
    kind: str
    role: str
    error: str
    bars: list[Bar]
    missing: str
    distinct: str
    spread: str
    first: str


def column_rows(
    version: DatasetVersion, kinds: Mapping[str, str], roles: Mapping[str, str], errors: Mapping[str, str]
) -> list[ColumnRow]:
    """One row per column; kinds and roles as typed, which is not always as stored."""
    return [
        ColumnRow(
            column=column,
            kind=kinds[column.name],
            role=roles[column.name],
            error=errors.get(column.name, ""),
            bars=bars(column.profile.get("bins", [])),
            missing=missing(column.profile, version.rows),
            distinct=f"{column.profile['distinct']:,}" if "distinct" in column.profile else NOTHING,
            spread=spread(column, version.rows),
            first=", ".join(row[column.position] or NOTHING for row in version.preview[:FIRST_VALUES]),
        )
        for column in version.columns.all()
    ]


def preview_rows(version: DatasetVersion, columns: list[Column]) -> list[list[tuple[str, bool]]]:
    """The first rows of the file, cell by cell, with whether it stands in a column of numbers."""
    numeric = [column.kind in NUMERIC for column in columns]
    return [list(zip(row, numeric, strict=False)) for row in version.preview]


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


def bars(counts: list[int]) -> list[Bar]:
    if not counts:
        return []
    step, most = min(WIDEST, WIDTH / len(counts)), max(counts) or 1
    heights = [HEIGHT * count / most for count in counts]
    return [
        Bar(f"{i * step:.1f}", f"{HEIGHT - height:.1f}", f"{step - 1:.1f}", f"{height:.1f}")
        for i, height in enumerate(heights)
    ]


def missing(profile: Mapping[str, Any], rows: int) -> str:
    count = profile.get("missing")
    return NOTHING if count is None else format_percent(count / rows) if count else "0"


def spread(column: Column, rows: int) -> str:
    """Low, median and high of numbers; first and last of dates; the most frequent value of words."""
    profile = column.profile
    if "median" in profile:
        whole = column.kind == Column.Kind.INTEGER
        return " · ".join(number(profile[key], whole) for key in ("min", "median", "max"))
    if "first" in profile:
        return days(profile["first"], profile["last"])
    if profile.get("top"):
        top = profile["top"][0]
        return f"{top['value']} · {format_percent(top['count'] / (rows - profile['missing']))}"
    return NOTHING


def days(first: str, last: str) -> str:
    """From when to when; the time of day only where both are the same day."""
    early, late = (match[0] if (match := DAY.match(moment)) else moment for moment in (first, last))
    return f"{early} to {late}" if early != late else f"{first} to {last}"


def number(value: float, whole: bool) -> str:
    """Whole numbers of four digits stay plain: they may be years."""
    if whole and value.is_integer() and abs(value) < 10_000:
        return format_parameter(str(int(value)).replace("-", MINUS))
    return format_parameter(int(value) if whole and value.is_integer() and abs(value) < 1e6 else value)
