"""Numbers as the pages write them; the rules are in plots.numbers."""

from datetime import datetime

from django import template
from django.utils import timezone

from studies.plots import numbers

register = template.Library()
MINUTE, HOUR, DAY = 60, 3600, 86400


@register.filter
def score(value: float | None, stderr: float | None = None) -> str:
    """A score with the digits that its standard error deserves."""
    return numbers.format_score(value, stderr)


@register.simple_tag
def scores_apart(one: float, other: float, stderr: float | None = None) -> tuple[str, str] | None:
    """Both in digits that tell them apart; None where such digits would be noise."""
    return numbers.format_apart(one, other, stderr)


@register.filter
def stderr(value: float | None) -> str:
    return numbers.format_stderr(value)


@register.filter
def duration(seconds: float | None) -> str:
    return numbers.format_duration(seconds)


@register.filter
def parameter(value: object) -> str:
    return numbers.format_parameter(value)


@register.filter
def points(difference: float | None) -> str:
    return numbers.format_points(difference)


@register.filter
def percent(share: float | None) -> str:
    return numbers.format_percent(share)


@register.filter
def ago(moment: datetime | None) -> str:
    """now, 4 min ago, 2 h ago, yesterday, 5 days ago, and the date from a month on."""
    if moment is None:
        return numbers.NOTHING
    now = timezone.now()
    seconds = (now - moment).total_seconds()
    if seconds < MINUTE:
        return "now"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} min ago"
    if seconds < 12 * HOUR:
        return f"{int(seconds // HOUR)} h ago"
    days = (now.date() - moment.date()).days
    if days <= 1:
        return "yesterday" if days else "today"
    return f"{days} days ago" if days < 30 else f"{moment:%Y-%m-%d}"
