"""The small picture beside each column: its distribution as one path, and the same in words for who cannot see it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studies.models import Column
from studies.plots.numbers import MINUS, NOTHING, count_of, format_parameter, format_percent

WIDTH, HEIGHT, WIDEST = 96, 22, 20
NAMED = 3
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?=[T ])")
DATED = ("first", "last")


@dataclass(frozen=True)
class Picture:
    """`path`: bars from the bottom, in pixels, as SVG wants them. `gap`: the width for the missing cells."""

    path: str
    gap: str
    words: str


def picture(column: Column, rows: int) -> Picture | None:
    """None where there is nothing to draw."""
    counts, lost = column.profile.get("bins", []), column.profile.get("missing", 0)
    if not counts and not lost:
        return None
    gap = f"{max(1.0, WIDTH * lost / rows):.1f}" if lost and rows else ""
    said = [in_words(column, rows)] if counts else []
    if lost:
        said.append(f"{format_percent(lost / rows)} missing")
    return Picture(bars(counts), gap, "; ".join(said))


def bars(counts: Sequence[float], highest: float = 0) -> str:
    """`highest`: what fills the picture's height; else the greatest of the counts."""
    if not counts:
        return ""
    step, most = min(WIDEST, WIDTH / len(counts)), highest or max(counts) or 1
    heights = [HEIGHT * count / most for count in counts]
    return "".join(
        f"M{i * step:.1f} {HEIGHT}v-{height:.1f}h{step - 1:.1f}V{HEIGHT}z" for i, height in enumerate(heights)
    )


def in_words(column: Column, rows: int) -> str:
    profile = column.profile
    counts: list[int] = profile["bins"]
    known = max(1, rows - profile.get("missing", 0))
    if "top" in profile:
        return shares(profile["top"], profile.get("distinct", 0), known)
    place = counts.index(max(counts))
    ends = [profile[key] for key in DATED] if "first" in profile else ends_of(column)
    if len(counts) == profile.get("distinct") or not ends:
        often = format_percent(counts[place] / known)
        return f"{count_of(len(counts), 'value')}, the most frequent in {often} of the rows"
    where = f"in part {place + 1} of {len(counts)} equal parts"
    return f"From {ends[0]} to {ends[1]}; most rows, {format_percent(counts[place] / known)}, {where}"


def shares(top: list[Mapping[str, Any]], distinct: int, known: int) -> str:
    named = ", ".join(f"{entry['value']} {format_percent(entry['count'] / known)}" for entry in top[:NAMED])
    more = distinct - min(NAMED, len(top))
    return f"{named} and {more:,} more" if more > 0 else named


def ends_of(column: Column) -> list[str]:
    whole = column.kind == Column.Kind.INTEGER
    return [number(column.profile[key], whole) for key in ("min", "max") if key in column.profile]


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
    """Whole numbers of four digits stay plain, their median too: they may be years."""
    if whole and abs(value) < 10_000:
        return format_parameter(f"{value:.1f}".removesuffix(".0").replace("-", MINUS))
    return format_parameter(int(value) if whole and value.is_integer() and abs(value) < 1e6 else value)
